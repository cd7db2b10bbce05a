import { findByPath, type Located, type ResourceType } from '../schema/schema.ts';
import { type AttributePath, type Filter, leavesOf } from './filter.ts';
import { storageOf } from './operand.ts';

/**
 * The most work of testing a row, in units of about a microsecond on SQLite: `row` for the row itself, `member` for each of its
 * memberships (of a person in groups, of a group's members).
 */
export type Cost = { row: number; member: number };

const stored = { key: 0.2, column: 1, profile: 2 };
const VALUE = 1; // a comparison with one of several values
const VALUES = 3; // reading them, which is a query of its own
const FREE: Cost = { row: 0, member: 0 };

/** Returns the cost of testing one row with a filter that filterToSql() accepts. */
export function costOfFilter(type: ResourceType, filter: Filter): Cost {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return sum(filter.items.map((item) => costOfFilter(type, item)));
    case 'not':
      return costOfFilter(type, filter.item);
    case 'values':
      return costOfValues(findByPath(type, filter.path), leavesOf(filter.item));
    default:
      return costOfPath(type, filter.path, filter);
  }
}

/** Returns the cost of reading the attribute that a list is sorted by. */
export function costOfPath(type: ResourceType, path: AttributePath, filter?: Filter): Cost {
  const located = findByPath(type, path);
  if (!located || located.attribute.name === 'schemas') return FREE;
  const { attribute, sub } = located;
  if (attribute.multiValued) return costOfValues(located, filter ? [filter] : []);
  const parts = attribute.type === 'complex' && !sub ? (attribute.subAttributes?.length ?? 1) : 1;
  return { row: parts * stored[storageOf(located)], member: 0 };
}

/** A membership is looked up by its ID, and a group by its name too; any other condition reads every membership. */
function costOfValues(located: Located | undefined, leaves: Filter[]): Cost {
  const name = located?.attribute.name;
  const row = VALUES + leaves.length * VALUE;
  if (name !== 'groups' && name !== 'members') return { row, member: 0 };
  const isLookup = leaves.length === 1 && leaves.every((leaf) => leaf.kind === 'present' || isLookedUp(leaf, name));
  return { row, member: isLookup ? 0 : 1 + leaves.length * VALUE };
}

/**
 * Whether a leaf names memberships by what has an index, or by their type, which reads none. The path of a leaf within brackets is only
 * the sub-attribute: `value` in `members[value eq "…"]`.
 */
function isLookedUp(filter: Filter, attribute: 'groups' | 'members'): boolean {
  if (filter.kind !== 'compare' || filter.comparator !== 'eq') return false;
  const { name, sub = name.toLowerCase() === attribute ? 'value' : name } = filter.path;
  const part = sub.toLowerCase();
  return part === 'value' || part === (attribute === 'groups' ? 'display' : 'type');
}

function sum(costs: Cost[]): Cost {
  return {
    row: costs.reduce((total, { row }) => total + row, 0),
    member: costs.reduce((total, { member }) => total + member, 0),
  };
}
