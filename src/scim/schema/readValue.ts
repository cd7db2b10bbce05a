import { badRequest } from '../http/errors.ts';
import { type Attribute, findSubAttribute } from './schema.ts';

export type Json = Record<string, unknown>;

const MAX_VALUES = 200;

/**
 * What a client gave for an attribute, as its schema has it: canonical names, the right types, nothing unknown and nothing read-only.
 * Undefined stands for no value: null, '', an empty list or object (RFC 7643 2.5).
 * @throws ScimError invalidValue
 */
export function readValue(attribute: Attribute, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (!attribute.multiValued) return readSingle(attribute, value);
  if (!Array.isArray(value)) throw wrongType(attribute, 'a list');
  if (value.length > MAX_VALUES && attribute.name !== 'members')
    throw badRequest('invalidValue', `${attribute.name} may have ${MAX_VALUES} values at most.`);
  const values = value.map((item) => readSingle(attribute, item)).filter((item) => item !== undefined);
  if (values.filter((item) => isPrimary(item)).length > 1)
    throw badRequest('invalidValue', `${attribute.name} may have one primary value at most.`);
  return values.length > 0 ? values : undefined;
}

/** One value of an attribute. A bare text stands for the part named value: clients send managers and members so, and one manager as a list. */
export function readSingle(attribute: Attribute, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  switch (attribute.type) {
    case 'complex': {
      const parts = readParts(attribute, value);
      return isOnlyKind(parts) ? undefined : parts;
    }
    case 'boolean':
      return readBoolean(attribute, value);
    default:
      return readText(attribute, value);
  }
}

/** An object that is not a list. */
export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value of several is the primary one. */
export function isPrimary(value: unknown): boolean {
  return isObject(value) && value.primary === true;
}

/** Whether nothing is said in the parts of a value but its kind and rank: that alone is no value. */
export function isOnlyKind(parts: Json): boolean {
  return Object.keys(parts).every((name) => name === 'type' || name === 'primary');
}

/** The parts of a complex attribute that a client gave, which may be none. @throws ScimError invalidValue */
export function readParts(attribute: Attribute, value: unknown): Json {
  if (typeof value === 'string' && findSubAttribute(attribute, 'value')) return readParts(attribute, { value });
  if (attribute.name === 'manager' && Array.isArray(value) && value.length === 1) return readParts(attribute, value[0]);
  if (!isObject(value)) throw wrongType(attribute, 'an object');
  const result: Json = {};
  for (const [name, part] of Object.entries(value)) {
    const sub = findSubAttribute(attribute, name);
    if (!sub || sub.mutability === 'readOnly') continue;
    const read = readValue(sub, part);
    if (read !== undefined) result[sub.name] = read;
  }
  return result;
}

function readBoolean(attribute: Attribute, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  const word = typeof value === 'string' ? value.toLowerCase() : undefined;
  if (word !== 'true' && word !== 'false') throw wrongType(attribute, 'true or false');
  return word === 'true';
}

function readText(attribute: Attribute, value: unknown): string | undefined {
  if (typeof value !== 'string') throw wrongType(attribute, 'a string');
  if (value === '') return undefined;
  const { name, maxLength, type } = attribute;
  if (value.length > maxLength) throw badRequest('invalidValue', `${name} may have ${maxLength} characters at most.`);
  // Half a character (\ud800 in JSON) is as little a text as U+0000 is, and PostgreSQL reads no JSON that holds it.
  if (value.includes('\0') || !value.isWellFormed())
    throw badRequest('invalidValue', `${name} holds what is no character.`);
  if (attribute.referenceTypes?.includes('external') && !isWritableAddress(value))
    throw badRequest('invalidValue', `${name} must be an http or https address, or a picture as data:image/….`);
  if (type === 'binary' && !/^[A-Za-z0-9+/_-]*={0,2}$/.test(value)) throw wrongType(attribute, 'base64');
  return value;
}

/**
 * Whether an address may stand in a profile, where it is shown as a link or a picture. Control characters are passed over as browsers do
 * (`java\tscript:`). Pictures that were put in on the screens come back with a client's PUT.
 */
function isWritableAddress(value: string): boolean {
  const bare = value.replace(/[\p{Cc}\s]/gu, '');
  return !/^[a-z][a-z0-9+.-]*:/i.test(bare) || /^(https?:|data:image\/(png|jpeg|gif|webp);base64,)/i.test(bare);
}

function wrongType(attribute: Attribute, wanted: string): Error {
  return badRequest('invalidValue', `${attribute.name} must be ${wanted}.`);
}
