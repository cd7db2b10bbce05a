import { badRequest, ScimError } from '../http/errors.ts';
import { field, isObject, type Json } from '../schema/json.ts';
import { unknownParts } from '../schema/readResource.ts';
import { findByPath, findSchema, type ResourceType } from '../schema/schema.ts';
import { parsePath, printPath } from './filter.ts';
import type { PatchStep } from './patch.ts';

const MAX_OPERATIONS = 1_000;
const MAX_PATH_CHARACTERS = 100_000; // of all paths together, each of which may have a filter
const PATH_OVERHEAD = 20;

/**
 * Reads the body of a PATCH (RFC 7644 3.5.2). Without a path, the names in the value are paths, also dotted ones and URNs. A read-only
 * attribute is refused as a path and ignored in a value, where clients send it back. Operations on attributes that do not exist are left
 * out.
 * @param unknown gets their names
 * @throws ScimError invalidSyntax, invalidPath, invalidFilter, invalidValue, noTarget, mutability or tooMany
 */
export function readPatch(type: ResourceType, body: unknown, unknown = new Set<string>()): PatchStep[] {
  const operations = isObject(body) ? [field(body, 'Operations') ?? []].flat() : []; // a single one may be without its list
  if (operations.length === 0) throw badRequest('invalidSyntax', 'A PATCH needs a list of Operations.');
  if (operations.length > MAX_OPERATIONS)
    throw badRequest('invalidSyntax', `A PATCH may have at most ${MAX_OPERATIONS} operations.`);
  requireShortPaths(operations);
  return operations.flatMap((operation) => readOperation({ type, unknown }, operation));
}

/** Limits the paths of a PATCH. Every name in a value without a path is a path, too. */
function requireShortPaths(operations: unknown[]): void {
  let characters = 0;
  for (const operation of operations.filter(isObject)) {
    const [path, value] = [field(operation, 'path'), field(operation, 'value')];
    const names = typeof path === 'string' && path !== '' ? [path] : namesIn(value);
    for (const name of names) characters += name.length + PATH_OVERHEAD;
  }
  if (characters > MAX_PATH_CHARACTERS)
    throw badRequest('tooMany', 'This PATCH names too many attributes. Send several requests.');
}

function namesIn(value: unknown): string[] {
  if (!isObject(value)) return [];
  const nested = Object.values(value).filter(isObject);
  return [...Object.keys(value), ...nested.flatMap((part) => Object.keys(part))];
}

type Reading = { type: ResourceType; unknown: Set<string> };

function readOperation(reading: Reading, operation: unknown): PatchStep[] {
  if (!isObject(operation)) throw badRequest('invalidSyntax', 'An operation must be an object.');
  const op = readOp(field(operation, 'op'));
  const path = field(operation, 'path');
  const value = field(operation, 'value');
  if (op !== 'remove' && value === undefined) throw badRequest('invalidValue', `The operation ${op} needs a value.`);
  if (path === undefined || path === null || path === '') {
    if (op === 'remove') throw badRequest('noTarget', 'The operation remove needs a path.');
    if (!isObject(value)) throw badRequest('invalidValue', 'Without a path, the value must be an object.');
    return stepsOfObject(reading, op, value, undefined);
  }
  if (typeof path !== 'string') throw badRequest('invalidPath', 'A path must be a string.');
  return stepsOfPath(reading, op, path, value);
}

function readOp(op: unknown): PatchStep['op'] {
  const name = typeof op === 'string' ? op.toLowerCase() : '';
  if (name !== 'add' && name !== 'remove' && name !== 'replace')
    throw badRequest('invalidSyntax', 'An operation must be add, remove or replace.');
  return name;
}

function stepsOfPath(reading: Reading, op: PatchStep['op'], path: string, value: unknown): PatchStep[] {
  const { type, unknown } = reading;
  const urns = [type.schema, ...type.extensions].map((schema) => schema.id.toLowerCase());
  const { filter, ...parsed } = parsePath(path, urns);
  if (parsed.name === '' && parsed.urn !== undefined) return stepsOfSchema(reading, op, parsed.urn, value);
  const located = findByPath(type, parsed);
  if (!located) {
    unknown.add(printPath(parsed));
    return [];
  }
  if (filter && !located.attribute.multiValued)
    throw badRequest('invalidPath', `${located.attribute.name} has one value, which a filter cannot select.`);
  for (const attribute of [located.attribute, located.sub])
    if (attribute?.mutability === 'readOnly' || attribute?.name === 'schemas')
      throw badRequest('mutability', `${attribute.name} is read-only.`);
  const parts = unknownParts(located, value);
  for (const part of parts) unknown.add(part);
  // A value of nothing else must not empty the attribute.
  return parts.length > 0 && parts.length === countParts(value) ? [] : [{ op, ...located, filter, value }];
}

function countParts(value: unknown): number {
  return [value].flat().reduce<number>((count, item) => count + (isObject(item) ? Object.keys(item).length : 1), 0);
}

/** A path that is only a URN: the value's names are attributes of that schema, and `remove` removes all of them. */
function stepsOfSchema(reading: Reading, op: PatchStep['op'], urn: string, value: unknown): PatchStep[] {
  const { type } = reading;
  if (op !== 'remove') {
    if (!isObject(value)) throw badRequest('invalidValue', 'The value of an extension must be an object.');
    return stepsOfObject(reading, op, value, urn);
  }
  const schema = findSchema(type, urn);
  if (!schema || schema === type.schema)
    throw badRequest('mutability', 'The core attributes cannot be removed together.');
  return schema.attributes.map((attribute) => ({ op, schema, attribute }));
}

/** Read-only names are ignored (RFC 7644 3.5.2.3 allows it): Okta sends the id when it renames a group. */
function stepsOfObject(reading: Reading, op: PatchStep['op'], value: Json, urn: string | undefined): PatchStep[] {
  const { type, unknown } = reading;
  return Object.entries(value).flatMap(([name, part]) => {
    const schema = urn === undefined && name.includes(':') ? findSchema(type, name) : undefined;
    if (schema && isObject(part)) return stepsOfObject(reading, op, part, schema.id);
    try {
      return stepsOfPath(reading, op, urn === undefined ? name : `${urn}:${name}`, part);
    } catch (error) {
      if (!(error instanceof ScimError) || error.scimType !== 'mutability')
        unknown.add(name.split(/[^\w.:$-]/)[0] ?? '');
      return [];
    }
  });
}
