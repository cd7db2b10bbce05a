import { isDeepStrictEqual } from 'node:util';
import type { Change } from '../../store/scimLog.ts';
import { isObject, type Json } from '../schema/readValue.ts';

const SECRET = new Set(['password']);
const MAX_TEXT = 2_000;

/** What differs between two states of a resource, attribute by attribute; the parts of an extension under `URN:name`. */
export function changesBetween(before: Json, after: Json): Change[] {
  const changes: Change[] = [];
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, now] = [before[name], after[name]];
    if (isDeepStrictEqual(old, now)) continue;
    if (name.startsWith('urn:'))
      for (const change of changesBetween(objectOf(old), objectOf(now)))
        changes.push({ ...change, attribute: `${name}:${change.attribute}` });
    else changes.push(changeOf(name, old, now));
  }
  return changes;
}

function changeOf(attribute: string, before: unknown, after: unknown): Change {
  if (SECRET.has(attribute)) return { attribute };
  return {
    attribute,
    ...(before === undefined ? {} : { before: short(before) }),
    ...(after === undefined ? {} : { after: short(after) }),
  };
}

function short(value: unknown): unknown {
  const text = JSON.stringify(value);
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : value;
}

function objectOf(value: unknown): Json {
  return isObject(value) ? value : {};
}
