import { type Expression, expressionBuilder, type SelectQueryBuilder, type SqlBool, sql } from 'kysely';
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
 * `countTo`: the limit of counting matches (MAX_TOTAL by default; 0: do not count).
 */
type UserPage = {
  limit: number;
  after?: string | undefined;
  before?: string | undefined;
  countTo?: number | undefined;
};

export type FoundUsers = {
  rows: User[]; // by name
  total: number; // up to the limit
  totalIsExact: boolean;
  next: string | undefined; // the cursor of the next page
  previous: string | undefined;
};

const MAX_TOTAL = 1_000;

// Up to this number, fetching and sorting all matches is faster; above it, scanning people by name and testing each one.
const FEW = 20_000;
const MANY = 200_000;
const builder = expressionBuilder<Schema, never>();
const users = expressionBuilder<Schema, 'users'>();
const LAST_CHARACTER = '\u{10ffff}';

type Query = SelectQueryBuilder<Schema, 'users', unknown>;
type Condition = Expression<SqlBool>;

/**
 * Returns a page of people by name. Fast at any size: paging continues from a cursor instead of counting rows, the rarest word (or
 * the group) drives the search, and the total is counted only as far as it is shown.
 */
export async function searchUsers(db: Db, search: UserSearch, page: UserPage): Promise<FoundUsers> {
  const conditions = await conditionsOf(db, search);
  const narrowed = conditions.reduce<Query>((query, condition) => query.where(condition), db.selectFrom('users'));
  const place = readCursor(page.before ?? page.after);
  const backwards = page.before !== undefined && place !== undefined;
  const rows = await pageQuery(narrowed, place, backwards)
    .select([...userColumns, 'nameKey'])
    .limit(page.limit + 1)
    .execute();
  const more = rows.length > page.limit;
  const shown = rows.slice(0, page.limit);
  if (backwards) shown.reverse();
  const countTo = page.countTo ?? MAX_TOTAL;
  const counted = countTo === 0 ? 1 : await countIds(db, narrowed.select('id'), countTo);
  const [first, last] = [shown.at(0), shown.at(-1)];
  return {
    rows: shown.map(({ nameKey: _, ...row }) => userFromRow(row)),
    total: Math.min(counted, countTo),
    totalIsExact: counted <= countTo,
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

function pageQuery(query: Query, place: Place | undefined, backwards: boolean): Query {
  const direction = backwards ? 'desc' : 'asc';
  const ordered = query.orderBy('nameKey', direction).orderBy('id', direction);
  if (!place) return ordered;
  const { nameKey, id } = place;
  const beyond = sql.raw(backwards ? '<' : '>');
  return ordered.where(sql<boolean>`(${sql.ref('nameKey')}, ${sql.ref('id')}) ${beyond} (${nameKey}, ${id})`);
}

/**
 * Reads a small set of people (a word, a group) as a whole, and tests a large one person by person: if many match, the first page is
 * found soon. Of several large sets, the intersection is computed first, because it may be empty.
 */
async function conditionsOf(db: Db, search: UserSearch): Promise<Condition[]> {
  const words = wordsOfQuery(search.text ?? '');
  const sets = [...words.map(tokenSet), ...(search.groupId === undefined ? [] : [groupSet(search.groupId)])];
  const most = sets.length > 1 ? MANY : FEW;
  const sizes = await Promise.all(sets.map(({ ids }) => countIds(db, ids, most)));
  const smallest = Math.min(...sizes);
  const rarest = sets[sizes.indexOf(smallest)];
  const others = columnConditions(search);
  if (!rarest || smallest > most) return [...sets.map(({ test }) => test), ...others];
  const rest = sets.filter((set) => set !== rarest);
  if (smallest <= FEW) return [users('users.id', 'in', rarest.ids), ...rest.map(({ test }) => test), ...others];
  const common = rest.reduce((ids, set) => ids.intersect(set.ids), rarest.ids);
  return [users('users.id', 'in', common), ...others];
}

// `coalesce` prevents the use of an index that would make the database sort half of all people.
function columnConditions({ department, sourceId, managerId, active, userType, ...search }: UserSearch): Condition[] {
  const conditions: Condition[] = [];
  if (department !== undefined) conditions.push(users('department', '=', department));
  if (sourceId !== undefined) conditions.push(users('sourceId', sourceId === null ? 'is' : '=', sourceId));
  if (managerId !== undefined) conditions.push(users('managerId', '=', managerId));
  if (active !== undefined) conditions.push(users(users.fn.coalesce('active', sql.lit(0)), '=', active ? 1 : 0));
  if (!search.includeOmitted) conditions.push(users('omitFromSearch', '=', 0));
  if (userType === 'Power User') conditions.push(users('userType', '=', userType));
  else if (userType !== undefined) conditions.push(users(users.fn.coalesce('userType', sql.lit('')), '=', userType));
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
