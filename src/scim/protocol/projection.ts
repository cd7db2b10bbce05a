import type { Attribute } from '../schema/attribute.ts';
import { isObject, type Json } from '../schema/json.ts';
import { findByPath, findSchema, type ResourceType } from '../schema/schema.ts';
import { parsePath } from './filter.ts';

/**
 * The attributes that a response includes or excludes (RFC 7644 3.4.2.5), by schema URN and attribute name ('*' for all of a schema),
 * each with the names of its sub-attributes, or true for all of them.
 */
export type Projection = { kind: 'only' | 'without'; attributes: Map<string, Map<string, Set<string> | true>> };

const MAX_NAMES = 100;

/** Reads the parameters `attributes` and `excludedAttributes`; the first wins if both are given. Unknown names are ignored. */
export function readProjection(type: ResourceType, parameters: URLSearchParams): Projection | undefined {
  const only = namesIn(parameters.get('attributes'));
  const kind = only.length > 0 ? 'only' : 'without';
  const names = kind === 'only' ? only : namesIn(parameters.get('excludedAttributes'));
  if (names.length === 0) return undefined;
  const projection: Projection = { kind, attributes: new Map() };
  for (const name of names) addName(projection, type, name);
  return projection;
}

/** Returns the part of a resource that a projection includes, always with `id` and `schemas`. */
export function project(type: ResourceType, resource: Json, projection: Projection | undefined): Json {
  if (!projection) return resource;
  const result: Json = {};
  for (const [name, value] of Object.entries(resource)) {
    const extension = type.extensions.find(({ id }) => id === name);
    const kept =
      extension && isObject(value)
        ? projectExtension(extension.id, value, projection)
        : projectValue(type.schema.id, name, value, projection);
    if (kept !== undefined) result[name] = kept;
  }
  return result;
}

/** Whether a projection includes anything of an attribute of the core schema. */
export function wants(type: ResourceType, name: string, projection: Projection | undefined): boolean {
  if (!projection) return true;
  const parts = projection.attributes.get(type.schema.id)?.get(name);
  return projection.kind === 'only' ? parts !== undefined : parts !== true;
}

function namesIn(list: string | null): string[] {
  const names = (list ?? '').split(',').map((name) => name.trim());
  return names.filter(Boolean).slice(0, MAX_NAMES);
}

function addName(projection: Projection, type: ResourceType, name: string): void {
  const whole = findSchema(type, name);
  if (whole) {
    addParts(projection, whole.id, '*', undefined);
    return;
  }
  try {
    const located = findByPath(type, parsePath(name, []));
    if (located) addParts(projection, located.schema.id, located.attribute.name, located.sub);
  } catch {
    // Not an attribute name: ignored like an unknown one.
  }
}

function addParts(projection: Projection, urn: string, name: string, sub: Attribute | undefined): void {
  const attributes = projection.attributes.get(urn) ?? new Map<string, Set<string> | true>();
  projection.attributes.set(urn, attributes);
  const known = attributes.get(name);
  if (!sub || known === true) attributes.set(name, true);
  else attributes.set(name, (known ?? new Set()).add(sub.name));
}

function projectExtension(urn: string, value: Json, projection: Projection): Json | undefined {
  const entries = Object.entries(value)
    .map(([name, part]) => [name, projectValue(urn, name, part, projection)] as const)
    .filter(([, part]) => part !== undefined);
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

function projectValue(urn: string, name: string, value: unknown, { kind, attributes }: Projection): unknown {
  if (name === 'id' || name === 'schemas') return value;
  const ofSchema = attributes.get(urn);
  const parts = ofSchema?.get('*') ?? ofSchema?.get(name);
  if (parts === undefined) return kind === 'only' ? undefined : value;
  if (parts === true) return kind === 'only' ? value : undefined;
  return Array.isArray(value) ? value.map((item) => projectParts(item, parts, kind)) : projectParts(value, parts, kind);
}

function projectParts(value: unknown, parts: Set<string>, kind: Projection['kind']): unknown {
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([name]) => parts.has(name) === (kind === 'only')));
}
