import { type Expression, expressionBuilder, type SelectQueryBuilder, type SqlBool, sql } from 'kysely';
import type { Db } from '../db/open.ts';
import { countRows } from '../db/query.ts';
import type { Schema } from '../db/schema.ts';
import { wordsOfQuery } from './searchWords.ts';
import { firstIf, orderOf, startOfWord, type UserOrder, type UserQuery, type UserSort } from './userOrder.ts';
import { isOfPair, type NamePair, namePairOf } from './userPairs.ts';

/** The filters of a list of people. Undefined filters match everyone. */
export type UserSearch = {
  text?: string | undefined; // words or prefixes in name, title, department, user name, e-mail
  active?: boolean | undefined;
  userType?: string | undefined;
  department?: string | undefined; // exact match
  sourceId?: string | null | undefined; // null: people not managed by a source
  groupId?: string | undefined;
  managerId?: string | undefined;
  includeOmitted?: boolean | undefined; // also people with omitFromSearch; for Power Users
};

// A set of up to this many people is read and sorted as a whole. Otherwise people are tested in their order, in slices.
const FEW = 2_000;
const builder = expressionBuilder<Schema, never>();
const users = expressionBuilder<Schema, 'users'>();
const LAST_CHARACTER = '\u{10ffff}';

type Condition = Expression<SqlBool>;

/** How to search: `base` is in the order of an index; `isSmall`: `tests` find few people through an index. */
export type Plan = {
  base: UserQuery;
  tests: Condition[];
  isSmall: boolean;
  order: UserOrder;
  pair?: NamePair | undefined; // people whose names have it come first
};

/**
 * Chooses what drives a search: the smallest set of people (a word, a group, a type, those who report to a manager) if it is small. Only a
 * small set is ranked by all words by default: in a large one, those whose names match could be anywhere, and an index finds pairs of words.
 */
export async function planOf(db: Db, search: UserSearch, sort?: UserSort): Promise<Plan> {
  const words = wordsOfQuery(search.text ?? '');
  const byName = sort === undefined || sort.by === 'name';
  const sets = [...words.map(tokenSet), ...setsOf(search, byName)];
  const sizes = await Promise.all(sets.map(({ ids }) => countIds(db, ids, FEW)));
  const smallest = Math.min(...sizes);
  const rarest = smallest <= FEW ? sets[sizes.indexOf(smallest)] : undefined;
  const tests = [...sets.filter((set) => set !== rarest).map(({ test }) => test), ...columnTests(search)];
  if (rarest) tests.unshift(users('users.id', 'in', rarest.ids));
  const base = byName ? baseOf(db, search) : db.selectFrom('users');
  if (rarest) return { base, tests, isSmall: true, order: orderOf(sort, words) };
  const pair = sort ? undefined : namePairOf(words);
  return { base, tests, isSmall: false, order: pair ? firstIf(isOfPair(pair)) : orderOf(sort, []), pair };
}

/** The index of departments and sources is in the order of names; in any other order they are sets like the others. */
function setsOf({ groupId, managerId, userType, department, sourceId }: UserSearch, byName: boolean): PeopleSet[] {
  const sets: PeopleSet[] = [];
  if (groupId !== undefined) sets.push(groupSet(groupId));
  if (managerId !== undefined) sets.push(columnSet('managerId', managerId));
  if (userType !== undefined) sets.push(columnSet('userType', userType));
  if (department !== undefined && !byName) sets.push(columnSet('department', department));
  if (sourceId !== undefined && !byName) sets.push(columnSet('sourceId', sourceId));
  return sets;
}

function baseOf(db: Db, { department, sourceId }: UserSearch): UserQuery {
  let base: UserQuery = db.selectFrom('users');
  if (department !== undefined) base = base.where('department', '=', department);
  if (sourceId !== undefined) base = base.where('sourceId', sourceId === null ? 'is' : '=', sourceId);
  return base;
}

function columnTests({ active, ...search }: UserSearch): Condition[] {
  const conditions: Condition[] = [];
  if (active !== undefined) conditions.push(users(users.fn.coalesce('active', sql.lit(0)), '=', active ? 1 : 0));
  if (!search.includeOmitted) conditions.push(users('omitFromSearch', '=', 0));
  return conditions;
}

/** A set of people as a range of an index, and as a condition on one person. */
type PeopleSet = { ids: IdQuery; test: Condition };
type IdQuery = SelectQueryBuilder<Schema, never, { id: string }>;

function tokenSet(word: string): PeopleSet {
  const end = word + LAST_CHARACTER;
  return {
    ids: builder.selectFrom('userTokens').select('userId as id').where('token', '>=', word).where('token', '<', end),
    test: sql<boolean>`${users.ref('searchText')} like ${startOfWord(word)} escape '\\'`,
  };
}

function groupSet(groupId: string): PeopleSet {
  const members = users.selectFrom('groupMembers').select('groupId').where('groupId', '=', groupId);
  return {
    ids: builder.selectFrom('groupMembers').select('userId as id').where('groupId', '=', groupId),
    test: users.exists(members.whereRef('groupMembers.userId', '=', 'users.id')),
  };
}

/** The test is written so that no index is used for it, which would make the database sort half of all people. */
function columnSet(column: 'managerId' | 'userType' | 'department' | 'sourceId', value: string | null): PeopleSet {
  return {
    ids: builder
      .selectFrom('users')
      .select('id')
      .where(column, value === null ? 'is' : '=', value),
    test: users(users.fn.coalesce(column, sql.lit('')), '=', value ?? ''),
  };
}

/** Counts the people of a query, at most one more than `most`. */
async function countIds<Tables extends keyof Schema>(
  db: Db,
  ids: SelectQueryBuilder<Schema, Tables, { id: string }>,
  most: number,
): Promise<number> {
  return countRows(db.selectFrom(ids.limit(most + 1).as('some')));
}
