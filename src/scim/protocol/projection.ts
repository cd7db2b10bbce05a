import { isObject, type Json } from '../schema/readValue.ts';
import { type Attribute, findAttribute, findSchema, findSubAttribute, type ResourceType } from '../schema/schema.ts';
import { parsePath } from './filter.ts';

/** Which attributes an answer holds (RFC 7644 3.4.2.5): asked for, or left out. Names of parts; true stands for all of them. */
export type Projection = { kind: 'only' | 'without'; places: Map<string, Map<string, Set<string> | true>> };

const MAX_NAMES = 100;

/**
 * Reads `attributes` and `excludedAttributes`; the first wins where both are given. Unknown names are passed over.
 * @param names as the client wrote them, without commas
 */
export function readProjection(
  type: ResourceType,
  attributes: string[],
  excludedAttributes: string[],
): Projection | undefined {
  const kind = attributes.length > 0 ? 'only' : 'without';
  const names = (kind === 'only' ? attributes : excludedAttributes).slice(0, MAX_NAMES);
  if (names.length === 0) return undefined;
  const projection: Projection = { kind, places: new Map() };
  for (const name of names) addName(projection, type, name);
  return projection;
}

/** The names in a list with commas between. */
export function splitNames(list: string | null): string[] {
  return (list ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
}

/** A resource as far as it was asked for; `id` and `schemas` are always there. */
export function project(type: ResourceType, resource: Json, projection: Projection | undefined): Json {
  if (!projection) return resource;
  const result: Json = {};
  for (const [name, value] of Object.entries(resource)) {
    const extension = type.extensions.find(({ id }) => id === name);
    const kept =
      extension && isObject(value)
        ? projectPlace(extension.id, value, projection)
        : projectValue(type.schema.id, name, value, projection);
    if (kept !== undefined) result[name] = kept;
  }
  return result;
}

/** Whether an attribute of the core schema is wanted in the answer at all. */
export function wants(type: ResourceType, name: string, projection: Projection | undefined): boolean {
  if (!projection) return true;
  const parts = projection.places.get(type.schema.id)?.get(name);
  return projection.kind === 'only' ? parts !== undefined : parts !== true;
}

function addName(projection: Projection, type: ResourceType, name: string): void {
  const schema = findSchema(type, name);
  if (schema) {
    addParts(projection, schema.id, '*', undefined);
    return;
  }
  try {
    const path = parsePath(name, []);
    const within = path.urn === undefined ? undefined : findSchema(type, path.urn);
    if (path.urn !== undefined && !within) return;
    const located = findAttribute(type, path.name, within);
    if (!located) return;
    const sub = path.sub === undefined ? undefined : findSubAttribute(located.attribute, path.sub);
    if (path.sub === undefined || sub) addParts(projection, located.schema.id, located.attribute.name, sub);
  } catch {
    // What is no name of an attribute is nobody's attribute.
  }
}

function addParts(projection: Projection, urn: string, name: string, sub: Attribute | undefined): void {
  const place = projection.places.get(urn) ?? new Map<string, Set<string> | true>();
  projection.places.set(urn, place);
  const known = place.get(name);
  if (!sub || known === true) place.set(name, true);
  else place.set(name, (known ?? new Set()).add(sub.name));
}

function projectPlace(urn: string, value: Json, projection: Projection): Json | undefined {
  const entries = Object.entries(value)
    .map(([name, part]) => [name, projectValue(urn, name, part, projection)] as const)
    .filter(([, part]) => part !== undefined);
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

function projectValue(urn: string, name: string, value: unknown, { kind, places }: Projection): unknown {
  if (name === 'id' || name === 'schemas') return value;
  const place = places.get(urn);
  const parts = place?.get('*') ?? place?.get(name);
  if (parts === undefined) return kind === 'only' ? undefined : value;
  if (parts === true) return kind === 'only' ? value : undefined;
  return Array.isArray(value) ? value.map((item) => projectParts(item, parts, kind)) : projectParts(value, parts, kind);
}

function projectParts(value: unknown, parts: Set<string>, kind: Projection['kind']): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => parts.has(name) === (kind === 'only')));
}
