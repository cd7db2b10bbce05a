import { caseKey } from '../../store/caseKey.ts';
import { badRequest } from '../http/errors.ts';
import { isObject, type Json } from '../schema/readValue.ts';
import { type Attribute, findSubAttribute } from '../schema/schema.ts';
import type { Comparator, Filter, FilterValue } from './filter.ts';

/** Whether one value of an attribute that has several matches a value filter (`emails[type eq "work"]`). @throws ScimError invalidFilter */
export function matchesFilter(attribute: Attribute, value: unknown, filter: Filter): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.items.every((item) => matchesFilter(attribute, value, item));
    case 'or':
      return filter.items.some((item) => matchesFilter(attribute, value, item));
    case 'not':
      return !matchesFilter(attribute, value, filter.item);
    case 'values':
      throw badRequest('invalidFilter', 'A filter within a filter of values is not possible.');
    case 'present':
      return partOf(attribute, value, filter.path.name).value !== undefined;
    case 'compare': {
      const { sub, value: part } = partOf(attribute, value, filter.path.name);
      return compare(part, filter.comparator, filter.value, sub.caseExact);
    }
  }
}

/**
 * What a value must hold to match a filter that only asks for equality: {type: 'work'} for `type eq "work"`. Undefined for other filters.
 * So a value that a client expects to be there can be made.
 */
export function valueOfFilter(attribute: Attribute, filter: Filter): Json | undefined {
  if (filter.kind === 'and') {
    const parts = filter.items.map((item) => valueOfFilter(attribute, item));
    return parts.every((part) => part !== undefined) ? Object.assign({}, ...parts) : undefined;
  }
  if (filter.kind !== 'compare' || filter.comparator !== 'eq' || filter.value === null) return undefined;
  const sub = findSubAttribute(attribute, filter.path.name);
  if (!sub) return undefined;
  const value = sub.type === 'boolean' ? String(filter.value).toLowerCase() === 'true' : filter.value;
  return { [sub.name]: value };
}

function partOf(attribute: Attribute, value: unknown, name: string): { sub: Attribute; value: unknown } {
  const sub = findSubAttribute(attribute, name);
  if (!sub) throw badRequest('invalidFilter', `${attribute.name} has no part named '${name.slice(0, 80)}'.`);
  return { sub, value: isObject(value) ? value[sub.name] : undefined };
}

function compare(actual: unknown, comparator: Comparator, wanted: FilterValue, caseExact: boolean): boolean {
  if (wanted === null) return (actual === undefined) === (comparator === 'eq');
  if (actual === undefined) return comparator === 'ne';
  if (typeof actual === 'boolean' || typeof wanted === 'boolean') {
    const same = String(actual).toLowerCase() === String(wanted).toLowerCase();
    return comparator === 'ne' ? !same : comparator === 'eq' && same;
  }
  const fold = caseExact ? (text: string) => text : caseKey;
  return compareTexts(fold(String(actual)), comparator, fold(String(wanted)));
}

function compareTexts(actual: string, comparator: Comparator, wanted: string): boolean {
  switch (comparator) {
    case 'eq':
      return actual === wanted;
    case 'ne':
      return actual !== wanted;
    case 'co':
      return actual.includes(wanted);
    case 'sw':
      return actual.startsWith(wanted);
    case 'ew':
      return actual.endsWith(wanted);
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
