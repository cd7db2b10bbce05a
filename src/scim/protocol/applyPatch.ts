import { isDeepStrictEqual } from 'node:util';
import { badRequest } from '../http/errors.ts';
import { placeOf, requireAttributes } from '../schema/readResource.ts';
import { isObject, isOnlyKind, isPrimary, type Json, readParts, readSingle, readValue } from '../schema/readValue.ts';
import type { Attribute, ResourceType } from '../schema/schema.ts';
import { matchesFilter, valueOfFilter } from './matchFilter.ts';
import type { Step } from './readPatch.ts';

/**
 * A resource after the steps of a PATCH (RFC 7644 3.5.2), the one given left as it was.
 * @throws ScimError invalidValue, noTarget or mutability; then nothing is to be written
 */
export function applyPatch(type: ResourceType, resource: Json, steps: Step[]): Json {
  const patched = structuredClone(resource);
  for (const step of steps) {
    const place = placeOf(patched, type, step);
    const { name } = step.attribute;
    const value = step.attribute.multiValued ? patchMany(step, listOf(place[name])) : patchOne(step, place[name]);
    if (value === undefined || (Array.isArray(value) && value.length === 0)) delete place[name];
    else place[name] = value;
    if (step.attribute.required && place[name] === undefined) throw requiredRemoved(step.attribute);
  }
  for (const step of steps) settle(placeOf(patched, type, step), patched, step);
  requireAttributes(type, patched);
  return patched;
}

/** What several steps left of an attribute: no value that is only a kind or a rank, one primary value at most, no empty extension. */
function settle(place: Json, resource: Json, { attribute, schema }: Step): void {
  if (attribute.multiValued) {
    const values = readValue(attribute, place[attribute.name]);
    if (values === undefined) delete place[attribute.name];
    else place[attribute.name] = values;
  }
  if (place !== resource && Object.keys(place).length === 0) delete resource[schema.id];
}

function patchOne({ op, attribute, sub, value }: Step, current: unknown): unknown {
  if (!sub) {
    if (op === 'remove') return undefined;
    const read = readSingle(attribute, value);
    return isObject(read) && isObject(current) ? { ...current, ...read } : read;
  }
  const parts: Json = isObject(current) ? { ...current } : {};
  setPart(parts, sub, op === 'remove' ? undefined : readValue(sub, value));
  return Object.keys(parts).length > 0 ? parts : undefined;
}

function patchMany(step: Step, current: Json[]): Json[] {
  if (step.filter) return patchMatching(step, current);
  if (step.sub) return patchPart(step, current);
  const { op, attribute, value } = step;
  if (op === 'remove') return value === undefined || value === null ? [] : removeValues(attribute, current, value);
  const given = (readValue(attribute, Array.isArray(value) || value === null ? value : [value]) ?? []) as Json[];
  return op === 'replace' ? given : given.reduce(addValue, current);
}

/** Values are added once: the same again changes nothing. A new primary one takes that rank from the others. */
function addValue(values: Json[], value: Json): Json[] {
  const same = values.findIndex((other) => isDeepStrictEqual(withoutRank(other), withoutRank(value)));
  const kept = isPrimary(value) ? values.map(withoutRank) : values;
  if (same < 0) return [...kept, value];
  return isPrimary(value) ? kept.map((other, index) => (index === same ? value : other)) : kept;
}

/** Entra's way of removing: the values to remove stand in the operation's value. */
function removeValues(attribute: Attribute, current: Json[], value: unknown): Json[] {
  const given = (readValue(attribute, Array.isArray(value) ? value : [value]) ?? []) as Json[];
  const isNamed = (item: Json) =>
    given.some((other) => (other.value === undefined ? isDeepStrictEqual(other, item) : other.value === item.value));
  return current.filter((item) => !isNamed(item));
}

function patchMatching(step: Step, current: Json[]): Json[] {
  const { op, attribute, sub, filter, value } = step;
  if (!filter) return current;
  const matching = current.map((item) => matchesFilter(attribute, item, filter));
  if (op === 'remove' && !sub) return current.filter((_, index) => !matching[index]);
  if (op === 'remove') return current.flatMap((item, index) => (matching[index] ? removePart(step, item) : [item]));
  const given = sub ? readPart(sub, value) : readParts(attribute, value);
  if (given === undefined) return current.flatMap((item, index) => (matching[index] ? removePart(step, item) : [item]));
  if (!matching.includes(true)) return [...unrank(current, given), madeFor(step, given)];
  // A value that is replaced keeps what it was found by, so that the same request finds it again; where kind or rank is all that is
  // said, the rest of it too.
  const kept = sub || op === 'add' || isOnlyKind(given) ? undefined : { ...valueOfFilter(attribute, filter) };
  const change = (item: Json) => ({ ...(kept ?? item), ...given });
  return current.map((item, index) => {
    if (matching[index]) return change(item);
    return isPrimary(given) ? withoutRank(item) : item;
  });
}

/** Some clients expect the value that their filter describes to come into being (Entra's `emails[type eq "work"].value`). */
function madeFor({ op, attribute, sub, filter }: Step, given: Json): Json {
  const described = filter && valueOfFilter(attribute, filter);
  const made = { ...described, ...given };
  if ((!described && op === 'replace') || (!sub && isOnlyKind(made)))
    throw badRequest('noTarget', `No value of ${attribute.name} matches the filter.`);
  return made;
}

/** `phoneNumbers.value` without a filter means the one there is, else the one for work, the primary one, the first. */
function patchPart(step: Step, current: Json[]): Json[] {
  const { op, attribute, sub, value } = step;
  if (!sub) return current;
  const index = chosenIndex(current);
  const chosen = current[index];
  const given = op === 'remove' ? undefined : readPart(sub, value);
  if (!chosen) return given ? [...current, { ...(hasKind(attribute) ? { type: 'work' } : {}), ...given }] : current;
  if (!given) return current.flatMap((item, at) => (at === index ? removePart(step, item) : [item]));
  return unrank(current, given).map((item, at) => (at === index ? { ...item, ...given } : item));
}

function chosenIndex(values: Json[]): number {
  const work = values.findIndex((item) => String(item.type).toLowerCase() === 'work');
  if (work >= 0) return work;
  return Math.max(0, values.findIndex(isPrimary));
}

function removePart({ sub }: Step, item: Json): Json[] {
  if (!sub) return [];
  const { [sub.name]: _, ...rest } = item;
  return isOnlyKind(rest) ? [] : [rest];
}

function readPart(sub: Attribute, value: unknown): Json | undefined {
  const unwrapped =
    isObject(value) && sub.type !== 'complex' && Object.hasOwn(value, sub.name) ? value[sub.name] : value;
  const read = readValue(sub, unwrapped);
  return read === undefined ? undefined : { [sub.name]: read };
}

function setPart(parts: Json, sub: Attribute, value: unknown): void {
  if (value === undefined) delete parts[sub.name];
  else parts[sub.name] = value;
}

function unrank(values: Json[], given: Json): Json[] {
  return isPrimary(given) ? values.map(withoutRank) : values;
}

function withoutRank(value: Json): Json {
  const { primary: _, ...rest } = value;
  return rest;
}

function hasKind(attribute: Attribute): boolean {
  return attribute.subAttributes?.find(({ name }) => name === 'type')?.canonicalValues?.includes('work') ?? false;
}

function listOf(value: unknown): Json[] {
  return Array.isArray(value) ? value : [];
}

function requiredRemoved(attribute: Attribute): Error {
  return badRequest('mutability', `${attribute.name} is required and cannot be removed.`);
}
