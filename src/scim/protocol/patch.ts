import { isDeepStrictEqual } from 'node:util';
import { badRequest } from '../http/errors.ts';
import type { Attribute } from '../schema/attribute.ts';
import { isObject, type Json } from '../schema/json.ts';
import {
  comparedValue,
  containerOf,
  hasNoContent,
  isPrimary,
  readParts,
  readSingle,
  readValue,
  requireAttributes,
} from '../schema/readResource.ts';
import { findSubAttribute, type Located, type ResourceType } from '../schema/schema.ts';
import { type Filter, leavesOf } from './filter.ts';
import { matchesFilter, valueOfFilter } from './matchFilter.ts';

const MAX_COMPARISONS = 50_000; // of values with one another and with filters

/** One change of one attribute. `value` is what the client sent. */
export type PatchStep = Located & { op: 'add' | 'remove' | 'replace'; filter?: Filter | undefined; value?: unknown };

/**
 * Returns a copy of a resource with the steps of a PATCH applied.
 * @throws ScimError invalidValue, invalidFilter, noTarget, mutability or tooMany
 */
export function applyPatch(type: ResourceType, resource: Json, steps: PatchStep[]): Json {
  const patched = structuredClone(resource);
  let comparisons = 0;
  for (const step of steps) {
    const { schema, attribute } = step;
    const container = containerOf(patched, type, schema);
    const current = container[attribute.name];
    comparisons += comparisonsOf(step, listOf(current).length);
    if (comparisons > MAX_COMPARISONS)
      throw badRequest('tooMany', 'This PATCH compares too many values. Send several requests.');
    const value = attribute.multiValued ? patchValues(step, listOf(current)) : patchSingle(step, current);
    setPart(container, attribute, Array.isArray(value) && value.length === 0 ? undefined : value);
    if (attribute.required && container[attribute.name] === undefined) throw removesRequired(step);
  }
  for (const step of steps) normalize(patched, containerOf(patched, type, step.schema), step);
  requireAttributes(type, patched);
  return patched;
}

/** Returns the most comparisons of a step with the number of values that its attribute has. */
function comparisonsOf({ attribute, filter, value }: PatchStep, current: number): number {
  if (!attribute.multiValued) return 1;
  const given = Array.isArray(value) ? value.length : 1;
  return current + given + current * (filter ? leavesOf(filter).length : given);
}

/** An empty text is an invalid value; null and `remove` are a change that is not allowed (RFC 7644 3.12, table 9). */
function removesRequired({ op, value, attribute: { name } }: PatchStep): Error {
  if (op !== 'remove' && value !== null) return badRequest('invalidValue', `${name} is required.`);
  return badRequest('mutability', `${name} is required and cannot be removed.`);
}

function patchSingle({ op, attribute, sub, value }: PatchStep, current: unknown): unknown {
  const known = isObject(current) ? current : {};
  if (sub) {
    const parts = { ...known };
    setPart(parts, sub, op === 'remove' ? undefined : readValue(sub, value));
    return Object.keys(parts).length > 0 ? parts : undefined;
  }
  if (op === 'remove') return undefined;
  const read = readSingle(attribute, value);
  return isObject(read) ? { ...known, ...read } : read;
}

function patchValues(step: PatchStep, current: Json[]): Json[] {
  if (step.filter || step.sub) return patchSelected(step, current);
  const { op, attribute, value } = step;
  if (op === 'remove' && (value === undefined || value === null)) return [];
  const given = (readValue(attribute, value) ?? []) as Json[];
  if (op === 'remove') return removeValues(attribute, current, given);
  return op === 'replace' ? given : given.reduce(addValue, current);
}

/** Adds a value unless it is there already. A new primary value replaces the old one as primary. */
function addValue(values: Json[], value: Json): Json[] {
  const same = values.findIndex((other) => isDeepStrictEqual(withoutPrimary(other), withoutPrimary(value)));
  const kept = demoted(values, value);
  if (same < 0) return [...kept, value];
  return isPrimary(value) ? kept.with(same, value) : kept;
}

/** Entra's way to remove values: the operation's value lists them. */
function removeValues(attribute: Attribute, current: Json[], given: Json[]): Json[] {
  const values = new Set(given.map((item) => comparedValue(attribute, item)));
  const wholes = given.filter(({ value }) => value === undefined);
  values.delete(undefined);
  return current.filter(
    (item) => !values.has(comparedValue(attribute, item)) && !wholes.some((whole) => isDeepStrictEqual(whole, item)),
  );
}

/** Patches the values that the filter selects or, without a filter, the preferred value. */
function patchSelected(step: PatchStep, current: Json[]): Json[] {
  const { op, attribute, sub, filter, value } = step;
  const selected = new Set(
    filter ? current.filter((item) => matchesFilter(attribute, item, filter)) : preferred(current),
  );
  if (op === 'remove' && !sub) return current.filter((item) => !selected.has(item));
  const given = op === 'remove' ? undefined : sub ? readPart(sub, value) : readParts(attribute, value);
  if (!given) return current.flatMap((item) => (selected.has(item) ? withoutPart(item, sub) : [item]));
  if (selected.size === 0) {
    const created = createdValue(step, given);
    return [...demoted(current, created), created];
  }
  // A replaced value keeps what the filter selects it by, so that the request can be repeated. If only type or primary is given, the
  // rest of the value stays too.
  const replacesAll = filter && !sub && op === 'replace' && !hasNoContent(given);
  return current.map((item) => {
    if (selected.has(item)) return { ...(replacesAll ? valueOfFilter(attribute, filter) : item), ...given };
    return isPrimary(given) ? withoutPrimary(item) : item;
  });
}

/** Returns the value for work, or else the primary or first one. */
function preferred(values: Json[]): Json[] {
  const value = values.find(({ type }) => String(type).toLowerCase() === 'work') ?? values.find(isPrimary) ?? values[0];
  return value ? [value] : [];
}

/** Clients expect the value that their filter describes to be created (Entra's `emails[type eq "work"].value`). */
function createdValue({ op, attribute, sub, filter }: PatchStep, given: Json): Json {
  const types = findSubAttribute(attribute, 'type')?.canonicalValues ?? [];
  if (!filter) return { ...(types.includes('work') ? { type: 'work' } : {}), ...given };
  const described = valueOfFilter(attribute, filter);
  const created = { ...described, ...given };
  if ((!described && op === 'replace') || (!sub && hasNoContent(created)))
    throw badRequest('noTarget', `No value of ${attribute.name} matches the filter.`);
  return created;
}

function readPart(sub: Attribute, value: unknown): Json | undefined {
  const isWrapped = isObject(value) && sub.type !== 'complex' && Object.hasOwn(value, sub.name);
  const read = readValue(sub, isWrapped ? value[sub.name] : value);
  return read === undefined ? undefined : { [sub.name]: read };
}

/** Returns the value without a sub-attribute, or nothing if only its type is left. */
function withoutPart(item: Json, sub: Attribute | undefined): Json[] {
  const rest = { ...item };
  if (sub) delete rest[sub.name];
  return hasNoContent(rest) ? [] : [rest];
}

/** Makes room for a new value: if it is primary, the others no longer are. */
function demoted(values: Json[], added: Json): Json[] {
  return isPrimary(added) ? values.map(withoutPrimary) : values;
}

function withoutPrimary({ primary: _, ...rest }: Json): Json {
  return rest;
}

function setPart(parts: Json, { name }: Attribute, value: unknown): void {
  if (value === undefined) delete parts[name];
  else parts[name] = value;
}

/** Normalizes an attribute after all operations: no values without content, at most one primary value, no empty extension. */
function normalize(resource: Json, container: Json, { schema, attribute }: PatchStep): void {
  if (attribute.multiValued) setPart(container, attribute, readValue(attribute, container[attribute.name]));
  if (container !== resource && Object.keys(container).length === 0) delete resource[schema.id];
}

function listOf(value: unknown): Json[] {
  return Array.isArray(value) ? value : [];
}
