import { caseKey } from '../../store/caseKey.ts';
import { composed } from '../../store/loginName.ts';
import { badRequest } from '../http/errors.ts';
import type { Attribute } from '../schema/attribute.ts';
import { isObject, type Json } from '../schema/json.ts';
import { findSubAttribute } from '../schema/schema.ts';
import type { Comparator, Filter, FilterValue } from './filter.ts';

type Compared = Pick<Attribute, 'type' | 'caseExact' | 'isLoginName'>;

/** Whether one value of a multi-valued attribute matches a value filter (`emails[type eq "work"]`). @throws ScimError invalidFilter */
export function matchesFilter(attribute: Attribute, value: unknown, filter: Filter): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.items.every((item) => matchesFilter(attribute, value, item));
    case 'or':
      return filter.items.some((item) => matchesFilter(attribute, value, item));
    case 'not':
      return !matchesFilter(attribute, value, filter.item);
    case 'values':
      throw badRequest('invalidFilter', 'A value filter cannot contain another value filter.');
    case 'present':
      return partOf(value, subAttributeOf(attribute, filter.path.name)) !== undefined;
    case 'compare': {
      const sub = subAttributeOf(attribute, filter.path.name);
      return compareValue(sub, partOf(value, sub), filter);
    }
  }
}

/**
 * Returns the value that a filter of equalities describes: {type: 'work'} for `type eq "work"`. Clients expect a PATCH to create it.
 * Returns undefined for any other filter.
 */
export function valueOfFilter(attribute: Attribute, filter: Filter): Json | undefined {
  if (filter.kind === 'and') {
    const parts = filter.items.map((item) => valueOfFilter(attribute, item));
    return parts.every((part) => part !== undefined) ? Object.assign({}, ...parts) : undefined;
  }
  if (filter.kind !== 'compare' || filter.comparator !== 'eq' || filter.value === null) return undefined;
  const sub = findSubAttribute(attribute, filter.path.name);
  if (!sub) return undefined;
  return { [sub.name]: sub.type === 'boolean' ? String(filter.value).toLowerCase() === 'true' : filter.value };
}

function subAttributeOf(attribute: Attribute, name: string): Attribute {
  const sub = findSubAttribute(attribute, name);
  if (!sub) throw badRequest('invalidFilter', `${attribute.name} has no sub-attribute '${name.slice(0, 80)}'.`);
  return sub;
}

function partOf(value: unknown, sub: Attribute): unknown {
  return isObject(value) ? value[sub.name] : undefined;
}

/** Whether a value meets a comparison (RFC 7644 3.4.2.2). A missing value equals null only, and differs from everything else. */
export function compareValue(
  sub: Compared,
  actual: unknown,
  { comparator, value: wanted }: { comparator: Comparator; value: FilterValue },
): boolean {
  if (wanted === null) return (actual === undefined) === (comparator === 'eq');
  if (actual === undefined) return comparator === 'ne';
  if (sub.type === 'boolean' || typeof wanted === 'boolean') {
    const isSame = String(actual).toLowerCase() === String(wanted).toLowerCase();
    return comparator === 'ne' ? !isSame : comparator === 'eq' && isSame;
  }
  return compareKeys(keyOf(sub, actual), comparator, keyOf(sub, wanted));
}

/** Returns what a value is compared by: a number for numbers and times, otherwise a text. */
function keyOf({ type, caseExact, isLoginName }: Compared, value: unknown): string | number {
  if (type === 'integer' || type === 'decimal') return Number(value);
  if (type === 'dateTime') return Date.parse(String(value));
  if (caseExact) return String(value);
  return caseKey(isLoginName ? composed(String(value)) : String(value));
}

function compareKeys(actual: string | number, comparator: Comparator, wanted: string | number): boolean {
  switch (comparator) {
    case 'eq':
      return actual === wanted;
    case 'ne':
      return actual !== wanted;
    case 'co':
      return String(actual).includes(String(wanted));
    case 'sw':
      return String(actual).startsWith(String(wanted));
    case 'ew':
      return String(actual).endsWith(String(wanted));
    case 'gt':
      return actual > wanted;
    case 'ge':
      return actual >= wanted;
    case 'lt':
      return actual < wanted;
    case 'le':
      return actual <= wanted;
  }
}
