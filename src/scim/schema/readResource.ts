import type { Checked } from '../../errors.ts';
import { MAX_VALUES, textOfNumber } from '../../people/customValue.ts';
import { caseKey } from '../../store/caseKey.ts';
import { normalizeLoginName } from '../../store/loginName.ts';
import { badRequest } from '../http/errors.ts';
import { parsePath } from '../protocol/filter.ts';
import type { Attribute } from './attribute.ts';
import { isObject, type Json } from './json.ts';
import { findAttribute, findByPath, findSchema, findSubAttribute, type Located, type ResourceType } from './schema.ts';

/**
 * Reads a resource from the body of a POST or PUT (RFC 7644 3.3, 3.5.1): canonical names, checked types, extensions under their URNs,
 * without unknown and read-only attributes. Names are accepted in any case, bare, dotted or with their URN; `schemas` is optional.
 * @param unknown gets the names of attributes that do not exist
 * @param sent gets the names of the attributes of a person that the body has a value for, also none
 * @throws ScimError invalidSyntax or invalidValue
 */
export function readResource(
  type: ResourceType,
  body: unknown,
  unknown = new Set<string>(),
  sent = new Set<string>(),
): Json {
  if (!isObject(body)) throw badRequest('invalidSyntax', 'The body must be a JSON object.');
  const resource: Json = {};
  for (const [name, value] of Object.entries(body)) {
    const schema = name.includes(':') ? findSchema(type, name) : undefined;
    if (!schema) {
      readInto({ type, resource, unknown, sent }, findNamed(type, name), name, value);
      continue;
    }
    if (!isObject(value) && value !== null) throw badRequest('invalidValue', `${schema.name} must be an object.`);
    containerOf(resource, type, schema); // created even for an empty extension: PUT tells that from a missing one
    for (const [inner, innerValue] of Object.entries(value ?? {}))
      readInto({ type, resource, unknown, sent }, findAttribute(type, inner, schema), `${name}:${inner}`, innerValue);
  }
  requireAttributes(type, resource);
  return resource;
}

/** @throws ScimError invalidValue if a required attribute has no value (RFC 7643 2.5) */
export function requireAttributes(type: ResourceType, resource: Json): void {
  for (const { name, required } of type.schema.attributes)
    if (required && (resource[name] === undefined || String(resource[name]).trim() === ''))
      throw badRequest('invalidValue', `${name} is required.`);
}

/** Returns the object that holds a schema's attributes: the resource, or the extension's object in it, created if missing. */
export function containerOf(resource: Json, type: ResourceType, schema: Located['schema']): Json {
  if (schema === type.schema) return resource;
  const existing = resource[schema.id];
  if (isObject(existing)) return existing;
  const created: Json = {};
  resource[schema.id] = created;
  return created;
}

/**
 * Reads the value of an attribute: canonical names, checked types, without unknown and read-only sub-attributes, each value once. One
 * value may stand for a list of one. Returns undefined for no value: null, '', an empty list or object (RFC 7643 2.5).
 * @throws ScimError invalidValue
 */
export function readValue(attribute: Attribute, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (!attribute.multiValued) return readSingle(attribute, value);
  const list = Array.isArray(value) ? value : value === '' ? [] : [value];
  if (attribute.name === 'members') return readMembers(attribute, list);
  if (list.length > MAX_VALUES)
    throw badRequest('invalidValue', `${attribute.name} may have at most ${MAX_VALUES} values.`);
  const read = list.map((item) => readSingle(attribute, item)).filter((item) => item !== undefined);
  const values = read.length > 1 ? distinct(attribute, read as Json[]) : read;
  if (values.filter((item) => isPrimary(item)).length > 1)
    throw badRequest('invalidValue', `${attribute.name} may have at most one primary value.`);
  return values.length > 0 ? values : undefined;
}

/** There may be any number. One without an id is not left out: a request that replaces the members would remove all of them. */
function readMembers(attribute: Attribute, list: unknown[]): Json[] | undefined {
  const members = list.map((item) => readSingle(attribute, item));
  if (!members.every((member) => isObject(member) && member.value !== undefined))
    throw badRequest('invalidValue', 'A member needs a value: the id of a person or group.');
  return members.length > 0 ? (members as Json[]) : undefined;
}

/** Reads one value of an attribute, as readValue does. @throws ScimError invalidValue */
export function readSingle(attribute: Attribute, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (attribute.type === 'complex') {
    const parts = readParts(attribute, value);
    return hasNoContent(parts) ? undefined : parts;
  }
  const bare = unwrapped(value);
  if (bare === null) return undefined;
  if (attribute.type === 'boolean') return readBoolean(attribute, bare);
  const text = readText(attribute, bare);
  return text === undefined || !attribute.read ? text : readCustom(attribute.name, attribute.read(text));
}

/**
 * Reads the sub-attributes of a complex value, if there are any. A string, or a number of a custom attribute, stands for the sub-attribute `value`, and a list
 * of one for what is in it: some clients send them so.
 * @throws ScimError invalidValue
 */
export function readParts(attribute: Attribute, value: unknown): Json {
  const part = findSubAttribute(attribute, 'value');
  if (part && (typeof value === 'string' || (typeof value === 'number' && part.read)))
    return readParts(attribute, { value });
  if (Array.isArray(value) && value.length === 1) return readParts(attribute, value[0]);
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

/** Whether one of several values is the primary one. */
export function isPrimary(value: unknown): boolean {
  return isObject(value) && value.primary === true;
}

/** Returns what one of several values is compared by: its `value`, folded unless the schema is case-sensitive. */
export function comparedValue(attribute: Attribute, { value }: Json): unknown {
  const isExact = findSubAttribute(attribute, 'value')?.caseExact ?? true;
  return typeof value === 'string' && !isExact ? caseKey(value) : value;
}

/** Whether a value consists of nothing but `type` and `primary`, which is no value. */
export function hasNoContent(parts: Json): boolean {
  return Object.keys(parts).every((name) => name === 'type' || name === 'primary');
}

/** Returns the names of sub-attributes in a value that do not exist. Members have many values, and are not looked through. */
export function unknownParts({ attribute, sub }: Located, value: unknown): string[] {
  if (sub || attribute.type !== 'complex' || attribute.name === 'members') return [];
  const names = [value].flat().flatMap((item) => (isObject(item) ? Object.keys(item) : []));
  return names.filter((name) => !findSubAttribute(attribute, name)).map((name) => `${attribute.name}.${name}`);
}

/** Returns the names of the attributes of a person that a value is for: of `name`, those of its parts. */
export function personNames({ attribute, sub }: Located, value: unknown): string[] {
  const { person, subAttributes = [] } = attribute;
  const parts = sub
    ? [sub]
    : isObject(value)
      ? Object.keys(value).map((name) => findSubAttribute(attribute, name))
      : subAttributes;
  return person === undefined ? parts.flatMap((part) => part?.person ?? []) : [person];
}

/** Finds an attribute by its bare name, and by a dotted name or one with its URN, as clients send them in a PATCH. */
function findNamed(type: ResourceType, name: string): Located | undefined {
  const bare = findAttribute(type, name);
  if (bare || !/[.:]/.test(name)) return bare;
  try {
    const { filter, ...path } = parsePath(name, []);
    return filter ? undefined : findByPath(type, path);
  } catch {
    return undefined;
  }
}

type Reading = { type: ResourceType; resource: Json; unknown: Set<string>; sent: Set<string> };

function readInto(reading: Reading, located: Located | undefined, name: string, value: unknown): void {
  const { type, resource, unknown, sent } = reading;
  if (!located) {
    unknown.add(name);
    return;
  }
  const { schema, attribute, sub } = located;
  if (attribute.mutability === 'readOnly' || sub?.mutability === 'readOnly' || attribute.name === 'schemas') return;
  for (const part of unknownParts(located, value)) unknown.add(part);
  for (const person of personNames(located, value)) sent.add(person);
  const read = readValue(attribute, sub ? { [sub.name]: value } : value);
  if (read === undefined) return;
  const container = containerOf(resource, type, schema);
  const known = container[attribute.name];
  const isMerged = attribute.type === 'complex' && !attribute.multiValued && isObject(known);
  container[attribute.name] = isMerged ? { ...known, ...(read as Json) } : read;
}

/** Returns the text in `[{ "$ref": null, "value": "Ada" }]`, in which Entra wraps what is mapped as a reference. */
function unwrapped(value: unknown): unknown {
  const only = Array.isArray(value) && value.length === 1 ? value[0] : value;
  return isObject(only) && Object.hasOwn(only, 'value') ? only.value : only;
}

/** Joins values with the same type and value (RFC 7643 2.4). What comes later counts, and a primary value stays primary. */
function distinct(attribute: Attribute, values: Json[]): Json[] {
  const found = new Map<string, Json>();
  for (const item of values) {
    const { primary, type, value: _, ...rest } = item;
    const key = JSON.stringify([caseKey(String(type ?? '')), comparedValue(attribute, item) ?? rest]);
    const known = found.get(key);
    const either = primary === true || isPrimary(known) ? { primary: true } : {};
    found.set(key, { ...known, ...item, ...either });
  }
  return [...found.values()];
}

function readBoolean(attribute: Attribute, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? value.toLowerCase() : undefined;
  if (text !== 'true' && text !== 'false') throw wrongType(attribute, 'true or false');
  return text === 'true';
}

function readText(attribute: Attribute, given: unknown): string | undefined {
  const isNumber = attribute.type === 'decimal' ? Number.isFinite(given) : Number.isSafeInteger(given); // of an employee
  const sent = isNumber ? textOfNumber(Number(given)) : given;
  if (typeof sent !== 'string') throw wrongType(attribute, 'a string');
  const text = attribute.read ? sent.trim() : sent; // as on the form
  const value = attribute.isLoginName ? normalizeLoginName(text) : text;
  if (value === '') return undefined;
  const { name, maxLength, type } = attribute;
  if (value.length > maxLength) throw badRequest('invalidValue', `${name} may have at most ${maxLength} characters.`);
  // PostgreSQL's JSON holds neither U+0000 nor half of a surrogate pair (\ud800).
  if (value.includes('\0') || !value.isWellFormed())
    throw badRequest('invalidValue', `${name} contains an invalid character.`);
  if (attribute.referenceTypes?.includes('external') && !isSafeUrl(value))
    throw badRequest('invalidValue', `${name} must be an http or https URL, or an image as data:image/….`);
  if (type === 'binary' && !/^[A-Za-z0-9+/_-]*={0,2}$/.test(value)) throw wrongType(attribute, 'base64');
  return value;
}

function readCustom(name: string, read: Checked<string | number>): string | number {
  if (read.ok) return read.value;
  throw badRequest('invalidValue', `${name}: ${Object.values(read.errors).join(' ')}`);
}

/**
 * Whether a URL may be shown as a link or an image. Control characters and spaces are ignored, as browsers do (`java\tscript:`).
 * Image data is accepted because clients send uploaded photos back with a PUT.
 */
function isSafeUrl(value: string): boolean {
  const bare = value.replace(/[\p{Cc}\s]/gu, '');
  return !/^[a-z][a-z0-9+.-]*:/i.test(bare) || /^(https?:|data:image\/(png|jpeg|gif|webp);base64,)/i.test(bare);
}

function wrongType(attribute: Attribute, expected: string): Error {
  return badRequest('invalidValue', `${attribute.name} must be ${expected}.`);
}
