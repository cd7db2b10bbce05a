import { type RawBuilder, sql } from 'kysely';
import { caseKey } from '../../store/caseKey.ts';
import { soughtKey } from '../../store/loginName.ts';
import { markOf } from '../../store/searchWords.ts';
import { findByPath, findSubAttribute, type Located, type ResourceType } from '../schema/schema.ts';
import type { AttributePath, Filter } from './filter.ts';
import { storedPath } from './operand.ts';

/** The values to look up in indexes, by the path of the attribute. */
type Lookup = Map<string, Set<string>>;

/** A query for the IDs of rows with one of some values. */
type Index = (values: RawBuilder<unknown>) => RawBuilder<unknown>;

/** People who have a value for a custom attribute, by its ID, or name a person in one, by theirs. */
const MARKS = 'CustomUser';

const indexes: Record<string, Index> = {
  [MARKS]: (values) => sql`select "userId" as "id" from "userTokens" where "token" in (${values})`,
  'User:id': (values) => sql`select "id" from "users" where "id" in (${values})`,
  'User:userName': (values) => sql`select "id" from "users" where "userNameKey" in (${values})`,
  'User:externalId': (values) => sql`select "id" from "users" where "externalId" in (${values})`,
  'User:emails.value': (values) => sql`select "userId" as "id" from "userEmails" where "valueKey" in (${values})`,
  'EnterpriseUser:manager.value': (values) => sql`select "id" from "users" where "managerId" in (${values})`,
  'User:groups.value': (values) => membersOf(sql`select "id" from "groups" where "id" in (${values})`),
  'User:groups.display': (values) => membersOf(sql`select "id" from "groups" where "displayNameKey" in (${values})`),
  'Group:id': (values) => sql`select "id" from "groups" where "id" in (${values})`,
  'Group:displayName': (values) => sql`select "id" from "groups" where "displayNameKey" in (${values})`,
  'Group:externalId': (values) => sql`select "id" from "groups" where "externalId" in (${values})`,
  'Group:members.value': (values) =>
    sql`select "groupId" as "id" from "groupMembers" where "userId" in (${values}) union select "groupId" from "nestedGroups" where "memberId" in (${values})`,
};

/** The people of groups and of the groups in them. */
const membersOf = (groups: RawBuilder<unknown>) =>
  sql`select "userId" as "id" from "groupMembers" where "groupId" in (${groups} union select "groupId" from "groupAncestors" where "ancestorId" in (${groups}))`;

/** How the values of a column with keys are looked up. */
const keys: Record<string, (value: string) => string> = {
  'User:userName': soughtKey,
  'User:emails.value': soughtKey,
  'User:groups.display': caseKey,
  'Group:displayName': caseKey,
};
// These may find many rows: of two lookups that must both match, the other one is made.
const wide = [MARKS, 'User:groups.value', 'User:groups.display', 'EnterpriseUser:manager.value'];

/**
 * Returns a query for the IDs of all rows that a filter may match, by indexes alone: of `userName eq "x"`, and of such comparisons joined
 * by `or`, or by `and` with anything. Returns undefined for a filter that has to test every row.
 */
export function lookupSql(type: ResourceType, filter: Filter): RawBuilder<unknown> | undefined {
  const lookup = lookupOf(type, filter);
  if (!lookup) return undefined;
  const queries = [...lookup].map(([path, values]) => indexes[path]?.(sql.join([...values])));
  return sql.join(
    queries.filter((query) => query !== undefined),
    sql` union `,
  );
}

function lookupOf(type: ResourceType, filter: Filter): Lookup | undefined {
  switch (filter.kind) {
    case 'compare':
      return lookupOfValue(type, filter.path, filter);
    case 'present':
      return markLookup(findByPath(type, filter.path));
    case 'values':
      return lookupInValues(type, filter.path, filter.item) ?? markLookup(findByPath(type, filter.path));
    case 'and':
      return narrowest(filter.items.map((item) => lookupOf(type, item)));
    case 'or':
      return union(filter.items.map((item) => lookupOf(type, item)));
    default:
      return undefined;
  }
}

/** `emails[value eq "x" and type eq "work"]`. */
function lookupInValues(type: ResourceType, path: AttributePath, filter: Filter): Lookup | undefined {
  if (filter.kind === 'compare') return lookupOfValue(type, { ...path, sub: filter.path.name }, filter);
  if (!('items' in filter)) return undefined;
  const lookups = filter.items.map((item) => lookupInValues(type, path, item));
  return filter.kind === 'and' ? narrowest(lookups) : union(lookups);
}

function lookupOfValue(
  type: ResourceType,
  path: AttributePath,
  { comparator, value }: Filter & { kind: 'compare' },
): Lookup | undefined {
  const located = findByPath(type, path);
  if (located?.attribute.place && comparator !== 'ne' && value !== null)
    return markLookup(located, comparator === 'eq' ? value : undefined);
  if (!located || comparator !== 'eq' || typeof value !== 'string') return undefined;
  const name = storedPath({ ...located, sub: located.sub ?? findSubAttribute(located.attribute, 'value') });
  if (!(name in indexes)) return undefined;
  return new Map([[name, new Set([keys[name]?.(value) ?? value])]]);
}

/** Of a custom attribute, those who have any value; of one that names people, those who name this person. */
function markLookup(located: Located | undefined, value?: unknown): Lookup | undefined {
  const place = located?.attribute.place;
  if (!located || !place) return undefined;
  const isPerson =
    findSubAttribute(located.attribute, '$ref') !== undefined && (located.sub?.name ?? 'value') === 'value';
  return new Map([[MARKS, new Set([markOf(isPerson && typeof value === 'string' ? value : (place[1] ?? ''))])]]);
}

function narrowest(lookups: (Lookup | undefined)[]): Lookup | undefined {
  const found = lookups.filter((lookup) => lookup !== undefined);
  return found.find((lookup) => ![...lookup.keys()].some((path) => wide.includes(path))) ?? found[0];
}

function union(lookups: (Lookup | undefined)[]): Lookup | undefined {
  const all: Lookup = new Map();
  for (const lookup of lookups) {
    if (!lookup) return undefined;
    for (const [path, values] of lookup) all.set(path, (all.get(path) ?? new Set()).union(values));
  }
  return all;
}
