import { mappingOf } from '../../sources/ownership.ts';
import type { MappingRule } from '../../store/profileSources.ts';
import type { Call } from '../http/call.ts';
import { parsePath } from '../protocol/filter.ts';
import { field, isObject, type Json } from '../schema/json.ts';
import { findByPath, type Located, type ResourceType } from '../schema/schema.ts';

/** The path of the target by each way to write what a client sends, in lower case; undefined: it is ignored. */
export type Targets = ReadonlyMap<string, string | undefined>;

/** Returns the body of a request with the mapping of its source applied. */
export function mappedBody({ source, request }: Call, type: ResourceType): unknown {
  if (source.mappingJson === '[]' || type.name !== 'User') return request.body;
  return mapBody(targetsOf(type, mappingOf(source)), request.body);
}

/** Returns where rules lead. A rule whose target does not exist any more is missing. */
export function targetsOf(type: ResourceType, rules: MappingRule[]): Targets {
  return new Map(
    rules.flatMap(({ from, to }) => {
      const target = to === '' ? undefined : pathOf(type, to);
      return to !== '' && target === undefined ? [] : spellings(type, from).map((one) => [one, target] as const);
    }),
  );
}

/**
 * Returns a body of a POST, PUT or PATCH with its attributes renamed. What is ignored is missing. An operation of a PATCH for an object
 * with several attributes becomes one operation for each that is mapped, and one for the rest.
 */
export function mapBody(targets: Targets, body: unknown): unknown {
  if (!isObject(body)) return body;
  const operations = field(body, 'Operations');
  if (!Array.isArray(operations)) {
    const { rest, taken } = split(targets, body, '');
    return Object.fromEntries([...rest, ...taken]);
  }
  const mapped = operations.flatMap((operation) => mapOperation(targets, operation));
  // A PATCH of nothing but ignored attributes changes nothing.
  return { schemas: field(body, 'schemas'), Operations: mapped.length > 0 ? mapped : [{ op: 'add', value: {} }] };
}

/** Returns what a path of a client means here, if it is known. @throws ScimError invalidPath */
export function findSent(type: ResourceType, from: string): Located | undefined {
  const { filter: _, ...path } = parsePath(from, []);
  return findByPath(type, path);
}

/** Returns the path of an attribute of a person with its URN, as a request may write it. */
export function pathOf(type: ResourceType, name: string): string | undefined {
  for (const schema of [type.schema, ...type.extensions])
    for (const attribute of schema.attributes) {
      if (attribute.person === name) return `${schema.id}:${attribute.name}`;
      const sub = attribute.subAttributes?.find(({ person }) => person === name);
      if (sub) return `${schema.id}:${attribute.name}.${sub.name}`;
    }
  return undefined;
}

/** Returns the ways to write what a client sends, in lower case: of a known attribute bare, by its aliases and with its URN. */
export function spellings(type: ResourceType, from: string): string[] {
  const found = findSent(type, from);
  if (!found) return [from.trim().toLowerCase()];
  const all: string[] = [];
  for (const [urn, attributes] of type.attributes)
    for (const [name, { attribute, sub }] of attributes) {
      if (attribute !== found.attribute || (sub && sub !== found.sub)) continue;
      const path = found.sub && !sub ? `${name}.${found.sub.name.toLowerCase()}` : name;
      all.push(urn === '' ? path : `${urn.toLowerCase()}:${path}`);
    }
  return all;
}

type Split = { rest: [string, unknown][]; taken: [string, unknown][]; isChanged: boolean };

/** Takes what is mapped out of an object. @param prefix the path of the object, with its separator */
function split(targets: Targets, object: Json, prefix: string): Split {
  const result: Split = { rest: [], taken: [], isChanged: false };
  for (const [name, value] of Object.entries(object)) {
    const path = prefix + name;
    const renamed = renamedPath(targets, path);
    const inner = renamed ? undefined : prefixIn(targets, path.toLowerCase());
    if (renamed) {
      if (renamed.to !== undefined) result.taken.push([renamed.to, value]);
      result.isChanged = true;
    } else if (inner !== undefined && isObject(value)) {
      const part = split(targets, value, inner);
      result.taken.push(...part.taken);
      if (part.rest.length > 0 || !part.isChanged) result.rest.push([name, Object.fromEntries(part.rest)]);
      result.isChanged ||= part.isChanged;
    } else result.rest.push([name, value]);
  }
  return result;
}

/** Returns where a path leads if it is mapped, or the attribute before its filter or sub-attribute is; `to` is undefined if it is ignored. */
function renamedPath(targets: Targets, path: string): { to: string | undefined } | undefined {
  const whole = path.trim().toLowerCase();
  if (targets.has(whole)) return { to: targets.get(whole) };
  const [, name = '', rest = ''] = /^((?:urn:[^[]*:)?[\w$-]+)([[.].*)$/is.exec(path.trim()) ?? [];
  if (!targets.has(name.toLowerCase())) return undefined;
  const target = targets.get(name.toLowerCase());
  return { to: target === undefined ? undefined : target + rest };
}

/** Returns a path with its separator if something below it is mapped: an extension or an attribute with parts. */
function prefixIn(targets: Targets, path: string): string | undefined {
  return [`${path}:`, `${path}.`].find((prefix) => [...targets.keys()].some((known) => known.startsWith(prefix)));
}

function mapOperation(targets: Targets, operation: unknown): unknown[] {
  if (!isObject(operation)) return [operation];
  const [op, path, value] = ['op', 'path', 'value'].map((name) => field(operation, name));
  const own = typeof path === 'string' ? path.trim().toLowerCase() : '';
  const renamed = typeof path === 'string' ? renamedPath(targets, path) : undefined;
  if (renamed)
    return renamed.to === undefined ? [] : [{ op, path: renamed.to, ...(value === undefined ? {} : { value }) }];
  const prefix = own === '' ? '' : prefixIn(targets, own);
  if (prefix === undefined || !isObject(value)) return [operation];
  const { rest, taken, isChanged } = split(targets, value, prefix);
  if (!isChanged) return [operation];
  const kept = rest.length > 0 ? [{ op, ...(own === '' ? {} : { path }), value: Object.fromEntries(rest) }] : [];
  return [...kept, ...taken.map(([target, part]) => ({ op, path: target, value: part }))];
}
