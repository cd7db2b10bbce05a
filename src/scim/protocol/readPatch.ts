import { badRequest } from '../http/errors.ts';
import { isObject, type Json } from '../schema/readValue.ts';
import {
  type Attribute,
  findAttribute,
  findSchema,
  findSubAttribute,
  type Located,
  type ResourceType,
} from '../schema/schema.ts';
import { type Filter, parsePath } from './filter.ts';

/** One change of one attribute: what an operation of a PATCH comes to once its path is understood. `value` is as the client sent it. */
export type Step = Located & {
  op: 'add' | 'remove' | 'replace';
  sub?: Attribute;
  filter?: Filter;
  value?: unknown;
};

const MAX_OPERATIONS = 1_000;

/**
 * Reads the body of a PATCH (RFC 7644 3.5.2): operations in any case, with every form of path; without a path the value's names are
 * paths, also dotted ones and URNs. Read-only attributes are refused in a path and passed over in a value, for clients echo them there.
 * @throws ScimError invalidSyntax, invalidPath, noTarget or mutability
 */
export function readPatch(type: ResourceType, body: unknown): Step[] {
  const operations = isObject(body) ? field(body, 'Operations') : undefined;
  if (!Array.isArray(operations) || operations.length === 0)
    throw badRequest('invalidSyntax', 'A PATCH has a list of Operations.');
  if (operations.length > MAX_OPERATIONS)
    throw badRequest('invalidSyntax', `A PATCH may have ${MAX_OPERATIONS} operations at most.`);
  return operations.flatMap((operation) => readOperation(type, operation));
}

/** A member of an object by its name in any case. */
export function field(object: Json, name: string): unknown {
  if (Object.hasOwn(object, name)) return object[name];
  const key = Object.keys(object).find((candidate) => candidate.toLowerCase() === name.toLowerCase());
  return key === undefined ? undefined : object[key];
}

function readOperation(type: ResourceType, operation: unknown): Step[] {
  if (!isObject(operation)) throw badRequest('invalidSyntax', 'An operation must be an object.');
  const op = readOp(field(operation, 'op'));
  const path = field(operation, 'path');
  const value = field(operation, 'value');
  if (op !== 'remove' && value === undefined) throw badRequest('invalidValue', `The operation ${op} needs a value.`);
  if (path === undefined || path === null || path === '') {
    if (op === 'remove') throw badRequest('noTarget', 'The operation remove needs a path.');
    if (!isObject(value)) throw badRequest('invalidValue', 'Without a path the value must be an object.');
    return stepsOfObject(type, op, value);
  }
  if (typeof path !== 'string') throw badRequest('invalidPath', 'A path must be a string.');
  return stepsOfPath(type, op, path, value);
}

function readOp(op: unknown): Step['op'] {
  const word = typeof op === 'string' ? op.toLowerCase() : '';
  if (word !== 'add' && word !== 'remove' && word !== 'replace')
    throw badRequest('invalidSyntax', 'An operation is add, remove or replace.');
  return word;
}

function stepsOfPath(type: ResourceType, op: Step['op'], path: string, value: unknown): Step[] {
  const parsed = parsePath(path, urnsOf(type));
  const schema = parsed.urn === undefined ? undefined : findSchema(type, parsed.urn);
  if (parsed.urn !== undefined && !schema) throw unknownPath(path);
  if (parsed.name === '' && schema) return stepsOfSchema(type, op, schema.id, value);
  const located = findAttribute(type, parsed.name, schema);
  if (!located) throw unknownPath(path);
  const sub = parsed.sub === undefined ? undefined : findSubAttribute(located.attribute, parsed.sub);
  if (parsed.sub !== undefined && !sub) throw unknownPath(path);
  if (parsed.filter && !located.attribute.multiValued) throw unknownPath(path);
  for (const attribute of [located.attribute, sub])
    if (attribute?.mutability === 'readOnly' || attribute?.name === 'schemas')
      throw badRequest('mutability', `${attribute.name} is read-only.`);
  return [{ op, ...located, ...(sub ? { sub } : {}), ...(parsed.filter ? { filter: parsed.filter } : {}), value }];
}

/** A path that is a URN alone: the value's names are attributes of that schema; removing takes them all. */
function stepsOfSchema(type: ResourceType, op: Step['op'], urn: string, value: unknown): Step[] {
  if (op !== 'remove') {
    if (!isObject(value)) throw badRequest('invalidValue', 'The value of an extension must be an object.');
    return stepsOfObject(type, op, { [urn]: value });
  }
  const schema = type.extensions.find((extension) => extension.id === urn);
  if (!schema) throw badRequest('mutability', 'The core attributes cannot be removed as a whole.');
  return schema.attributes.map((attribute) => ({ op, schema, attribute }));
}

function stepsOfObject(type: ResourceType, op: Step['op'], value: Json): Step[] {
  return Object.entries(value).flatMap(([name, part]) => {
    const schema = name.includes(':') ? findSchema(type, name) : undefined;
    if (schema && isObject(part))
      return Object.entries(part).flatMap(([inner, innerPart]) =>
        stepOfName(type, op, inner, innerPart, `${schema.id}:${inner}`),
      );
    return stepOfName(type, op, name, part, name);
  });
}

/** What is unknown or read-only is passed over (RFC 7644 3.5.2.3 leaves that to the server; Okta's rename carries the id along). */
function stepOfName(type: ResourceType, op: Step['op'], name: string, value: unknown, path: string): Step[] {
  const known = path === name ? findAttribute(type, name) : undefined;
  if (known) return isWritable(known.attribute) ? [{ op, ...known, value }] : [];
  try {
    return stepsOfPath(type, op, path, value);
  } catch {
    return [];
  }
}

function isWritable(attribute: Attribute): boolean {
  return attribute.mutability !== 'readOnly' && attribute.name !== 'schemas';
}

function urnsOf(type: ResourceType): string[] {
  return [type.schema, ...type.extensions].map((schema) => schema.id.toLowerCase());
}

function unknownPath(path: string): Error {
  return badRequest('invalidPath', `There is no attribute at the path '${path.slice(0, 200)}'.`);
}
