import { badRequest } from '../http/errors.ts';
import { field, isObject } from '../schema/json.ts';
import { countTerms } from './filterCost.ts';
import type { PatchStep } from './patch.ts';

const MAX_PATH_CHARACTERS = 100_000; // of all paths together, each of which may have a filter
const PATH_OVERHEAD = 20;
const MAX_COMPARISONS = 50_000; // of values with one another and with filters

/** Limits the paths of a PATCH. Every name in a value without a path is a path, too. @throws ScimError tooMany */
export function requireShortPaths(operations: unknown[]): void {
  let characters = 0;
  for (const operation of operations.filter(isObject)) {
    const [path, value] = [field(operation, 'path'), field(operation, 'value')];
    const names = typeof path === 'string' && path !== '' ? [path] : namesIn(value);
    for (const name of names) characters += name.length + PATH_OVERHEAD;
  }
  if (characters > MAX_PATH_CHARACTERS)
    throw badRequest('tooMany', 'This PATCH names too many attributes. Send several requests.');
}

/** Returns the most comparisons of a step with the number of values that its attribute has. */
export function comparisonsOf({ attribute, filter, value }: PatchStep, current: number): number {
  if (!attribute.multiValued) return 1;
  const given = Array.isArray(value) ? value.length : 1;
  return current + given + current * (filter ? countTerms(filter) : given);
}

/** Limits the comparisons of all steps. @throws ScimError tooMany */
export function requireFewComparisons(comparisons: number): void {
  if (comparisons > MAX_COMPARISONS)
    throw badRequest('tooMany', 'This PATCH compares too many values. Send several requests.');
}

function namesIn(value: unknown): string[] {
  if (!isObject(value)) return [];
  const nested = Object.values(value).filter(isObject);
  return [...Object.keys(value), ...nested.flatMap((part) => Object.keys(part))];
}
