import { setImmediate } from 'node:timers/promises';
import { type Expression, expressionBuilder, type SelectQueryBuilder, type SqlBool, sql } from 'kysely';
import type { Slice } from '../db/longReads.ts';
import type { Db } from '../db/open.ts';
import type { Schema } from '../db/schema.ts';
import { wordsOfQuery } from './searchWords.ts';
import { type User, userColumns, userFromRow } from './users.ts';

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

/**
 * `after` and `before` are cursors of an earlier page; without them, it is the first page.
 * `countTo`: counts all matches up to this limit (0: does not count). By default up to MAX_TOTAL, and only as far as that is quick.
 */
type UserPage = {
  limit: number;
  after?: string | undefined;
  before?: string | undefined;
  countTo?: number | undefined;
  slice?: Slice | undefined; // runs each slice; by default in the next turn of the event loop
};

export type FoundUsers = {
  rows: User[]; // by name
  total: number; // as far as it was counted
  totalIsExact: boolean;
  next: string | undefined; // the cursor of the next page
  previous: string | undefined;
};

const MAX_TOTAL = 1_000;

// A set of up to this many people is read and sorted as a whole. Otherwise people are tested in the order of their names, in slices.
const FEW = 2_000;
const SLICE = 1_000;
const QUICK_SLICES = 5; // how many are counted beyond a page by default: 5 ms, however many people there are
const builder = expressionBuilder<Schema, never>();
const users = expressionBuilder<Schema, 'users'>();
const LAST_CHARACTER = '\u{10ffff}';

type Query = SelectQueryBuilder<Schema, 'users', unknown>;
type Condition = Expression<SqlBool>;

/** What to search: `base` is in the order of an index; `isSmall`: `tests` find few people through an index. */
type Plan = { base: Query; tests: Condition[]; isSmall: boolean };

/**
 * Returns a page of people by name. Paging continues from a cursor instead of counting rows, a rare word (or a small group) drives the
 * search, and the total is counted only as far as it is shown. Anything else is read in slices, between which others are served.
 */
export async function searchUsers(db: Db, search: UserSearch, page: UserPage): Promise<FoundUsers> {
  const { limit, slice = inNextTurn } = page;
  const plan = await planOf(db, search);
  const place = readCursor(page.before ?? page.after);
  const backwards = page.before !== undefined && place !== undefined;
  const walk = { place, backwards, wanted: limit + 1, slice };
  const { found: rows } = await collect(plan, walk, [...userColumns, 'nameKey']);
  const more = rows.length > limit;
  const shown = rows.slice(0, limit);
  if (backwards) shown.reverse();
  const isWhole = !place && !more;
  const counted = isWhole ? { total: rows.length, totalIsExact: true } : await count(plan, page.countTo, slice);
  const [first, last] = [shown.at(0), shown.at(-1)];
  return {
    rows: shown.map(({ nameKey: _, ...row }) => userFromRow(row)),
    total: Math.max(counted.total, shown.length),
    totalIsExact: counted.totalIsExact,
    next: last && (backwards || more) ? writeCursor(last) : undefined,
    previous: first && (backwards ? more : place !== undefined) ? writeCursor(first) : undefined,
  };
}

/**
 * Returns all departments of people. The query jumps through the index from one name to the next, so that it costs one step per
 * department, however many people are in it.
 */
export async function listDepartments(db: Db, limit: number): Promise<string[]> {
  const { rows } = await sql<{ department: string }>`
    with recursive walk (department) as (
      select (select min(department) from users where department > '')
      union all
      select (select min(department) from users where department > walk.department) from walk where walk.department is not null
    )
    select department from walk where department is not null limit ${limit}
  `.execute(db);
  return rows.map((row) => row.department);
}

type Walk = { place: Place | undefined; backwards: boolean; wanted: number; slice: Slice; slices?: number };

/** Collects up to `wanted` people beyond a place, in the order of their names, from up to `slices` slices. */
async function collect<Column extends keyof Schema['users']>(
  { base, tests, isSmall }: Plan,
  { place, backwards, wanted, slice, slices = Number.POSITIVE_INFINITY }: Walk,
  columns: readonly Column[],
) {
  const tested = tests.reduce<Query>((query, test) => query.where(test), base);
  const read = (from: Place | undefined, to: Place | undefined, limit: number) =>
    within(tested, from, to, backwards).select(columns).limit(limit).execute();
  if (isSmall) return { found: await read(place, undefined, wanted), isComplete: true };
  const end = (from: Place | undefined) =>
    within(base, from, undefined, backwards)
      .select(['nameKey', 'id'])
      .limit(1)
      .offset(SLICE - 1)
      .executeTakeFirst();
  const found: Awaited<ReturnType<typeof read>> = [];
  let from = place;
  let left = slices;
  do {
    const to: Place | undefined = await slice(() => end(from));
    for (const row of await read(from, to, wanted - found.length)) found.push(row);
    from = to;
    left -= 1;
  } while (from !== undefined && found.length < wanted && left > 0);
  return { found, isComplete: from === undefined };
}

/** Counts people up to a limit, or without one as far as that is quick. */
async function count(
  plan: Plan,
  countTo: number | undefined,
  slice: Slice,
): Promise<Pick<FoundUsers, 'total' | 'totalIsExact'>> {
  if (countTo === 0) return { total: 0, totalIsExact: false };
  const [most, slices] = countTo === undefined ? [MAX_TOTAL, QUICK_SLICES] : [countTo, Number.POSITIVE_INFINITY];
  const walk = { place: undefined, backwards: false, wanted: most + 1, slice, slices };
  const { found, isComplete } = await collect(plan, walk, ['id']);
  return { total: Math.min(found.length, most), totalIsExact: found.length <= most && isComplete };
}

/** Returns the people behind one place, up to another one. */
function within(query: Query, from: Place | undefined, to: Place | undefined, backwards: boolean): Query {
  const direction = backwards ? 'desc' : 'asc';
  const [beyond, upTo] = backwards ? ['<', '>='] : ['>', '<='];
  let range = query.orderBy('nameKey', direction).orderBy('id', direction);
  const compare = (operator: string, { nameKey, id }: Place) =>
    sql<boolean>`(${sql.ref('nameKey')}, ${sql.ref('id')}) ${sql.raw(operator)} (${nameKey}, ${id})`;
  if (from) range = range.where(compare(beyond, from));
  return to ? range.where(compare(upTo, to)) : range;
}

const inNextTurn: Slice = async (part) => {
  await setImmediate();
  return part();
};

/** Chooses what drives the search: the smallest set of people (a word, a group, a type, those who report to a manager) if it is small. */
async function planOf(db: Db, search: UserSearch): Promise<Plan> {
  const { groupId, managerId, userType } = search;
  const sets = wordsOfQuery(search.text ?? '').map(tokenSet);
  if (groupId !== undefined) sets.push(groupSet(groupId));
  if (managerId !== undefined) sets.push(columnSet('managerId', managerId));
  if (userType !== undefined) sets.push(columnSet('userType', userType));
  const sizes = await Promise.all(sets.map(({ ids }) => countIds(db, ids, FEW)));
  const smallest = Math.min(...sizes);
  const rarest = smallest <= FEW ? sets[sizes.indexOf(smallest)] : undefined;
  const tests = sets.filter((set) => set !== rarest).map(({ test }) => test);
  if (rarest) tests.unshift(users('users.id', 'in', rarest.ids));
  const { department, sourceId } = search;
  let base: Query = db.selectFrom('users');
  if (department !== undefined) base = base.where('department', '=', department);
  if (sourceId !== undefined) base = base.where('sourceId', sourceId === null ? 'is' : '=', sourceId);
  return { base, tests: [...tests, ...columnTests(search)], isSmall: rarest !== undefined };
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
  const pattern = `% ${word.replace(/[\\%_]/g, '\\$&')}%`;
  return {
    ids: builder.selectFrom('userTokens').select('userId as id').where('token', '>=', word).where('token', '<', end),
    test: sql<boolean>`${users.ref('searchText')} like ${pattern} escape '\\'`,
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
function columnSet(column: 'managerId' | 'userType', value: string): PeopleSet {
  return {
    ids: builder.selectFrom('users').select('id').where(column, '=', value),
    test: users(users.fn.coalesce(column, sql.lit('')), '=', value),
  };
}

/** Counts the people of a query, at most one more than `most`. */
async function countIds<Tables extends keyof Schema>(
  db: Db,
  ids: SelectQueryBuilder<Schema, Tables, { id: string }>,
  most: number,
): Promise<number> {
  const row = await db
    .selectFrom(ids.limit(most + 1).as('some'))
    .select((e) => e.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

type Place = { nameKey: string; id: string };

function writeCursor({ nameKey, id }: Place): string {
  return Buffer.from(JSON.stringify([nameKey, id])).toString('base64url');
}

/** Reads a cursor. A malformed one returns the first page. */
function readCursor(cursor: string | undefined): Place | undefined {
  if (cursor === undefined || cursor.length > 1_000) return undefined;
  try {
    const [nameKey, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (typeof nameKey !== 'string' || typeof id !== 'string' || `${nameKey}${id}`.includes('\0')) return undefined;
    return { nameKey, id };
  } catch {
    return undefined;
  }
}
