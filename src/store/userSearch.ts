import { expressionBuilder, sql } from 'kysely';
import { inNextTurn, type Slice } from '../db/longReads.ts';
import type { Db } from '../db/open.ts';
import { isOneOf } from '../db/query.ts';
import type { Schema } from '../db/schema.ts';
import {
  keyColumns,
  orderOf,
  type Place,
  placeOf,
  readCursor,
  type UserQuery,
  type UserSort,
  within,
  writeCursor,
} from './userOrder.ts';
import { isOfPair, type NamePair, readPair } from './userPairs.ts';
import { type Plan, planOf, type UserSearch } from './userPlan.ts';
import { type User, userColumns, userFromRow } from './users.ts';

/**
 * `after` and `before` are cursors of an earlier page; without them, it is the first page.
 * `countTo`: counts all matches up to this limit (0: does not count). By default up to MAX_TOTAL, and only as far as that is quick.
 */
type UserPage = {
  limit: number;
  after?: string | undefined;
  before?: string | undefined;
  countTo?: number | undefined;
  sort?: UserSort | undefined; // by default, those whose names match come first if few people match; then by name
  slice?: Slice | undefined; // runs each slice; by default in the next turn of the event loop
};

export type FoundUsers = {
  rows: User[]; // in their order
  total: number; // as far as it was counted
  totalIsExact: boolean;
  next: string | undefined; // the cursor of the next page
  previous: string | undefined;
};

const MAX_TOTAL = 1_000;

const SLICE = 1_000;
const NAMES = 200; // of a pair at once: most of them are people to read
const users = expressionBuilder<Schema, 'users'>();
const QUICK_SLICES = 5; // how many are counted beyond a page by default: 5 ms, however many people there are

/**
 * Returns a page of people. Paging continues from a cursor instead of counting rows, a rare word (or a small group) drives the
 * search, and the total is counted only as far as it is shown. Anything else is read in slices, between which others are served.
 */
export async function searchUsers(db: Db, search: UserSearch, page: UserPage): Promise<FoundUsers> {
  const { limit, slice = inNextTurn } = page;
  const plan = await planOf(db, search, page.sort);
  const { order } = plan;
  const place = readCursor(page.before ?? page.after, order);
  const backwards = page.before !== undefined && place !== undefined;
  const walk = { place, backwards, wanted: limit + 1, slice };
  const { found: rows } = await collect(db, plan, walk, (query) =>
    query.select(userColumns).select(keyColumns(order)).execute(),
  );
  const more = rows.length > limit;
  const shown = rows.slice(0, limit);
  if (backwards) shown.reverse();
  const isWhole = !place && !more;
  const counted = isWhole ? { total: rows.length, totalIsExact: true } : await count(db, plan, page.countTo, slice);
  const [first, last] = [shown.at(0), shown.at(-1)];
  return {
    rows: shown.map(userFromRow),
    total: Math.max(counted.total, shown.length),
    totalIsExact: counted.totalIsExact,
    next: last && (backwards || more) ? writeCursor(placeOf(last, order)) : undefined,
    previous: first && (backwards ? more : place !== undefined) ? writeCursor(placeOf(first, order)) : undefined,
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

/** Collects up to `wanted` people beyond a place, from up to `slices` slices: those of a pair of words first, in the order of an index each. */
async function collect<Row extends { id: string }>(
  db: Db,
  plan: Plan,
  walk: Walk,
  read: (query: UserQuery) => Promise<Row[]>,
): Promise<Collected<Row>> {
  const { pair } = plan;
  if (!pair) return collectInOrder(plan, walk, read);
  const isFirst = walk.place?.[0] === 0;
  const inPair = (left: Walk) => collectPair(db, { ...plan, pair }, left, read);
  const others = (left: Walk) => collectInOrder(withoutPair(plan, pair), left, read);
  const [one, other] = walk.backwards ? [others, inPair] : [inPair, others];
  const inFirst = { ...walk, place: walk.place?.slice(1) };
  if (walk.place && isFirst === walk.backwards) return other(inFirst);
  const start = await one(inFirst);
  const slices = (walk.slices ?? Number.POSITIVE_INFINITY) - start.used;
  const wanted = walk.wanted - start.found.length;
  if (wanted === 0 || slices <= 0) return { ...start, isComplete: false };
  const rest = await other({ ...walk, place: undefined, wanted, slices });
  return { ...rest, found: [...start.found, ...rest.found] };
}

type Collected<Row> = { found: Row[]; isComplete: boolean; used: number };

function withoutPair(plan: Plan, pair: NamePair): Plan {
  const { tests } = plan;
  return { ...plan, tests: [...tests, users.not(isOfPair(pair))], order: orderOf(undefined, []) };
}

/** Collects people whose names have a pair of words. */
async function collectPair<Row extends { id: string }>(
  db: Db,
  { base, tests, pair }: Plan & { pair: NamePair },
  { place, backwards, wanted, slice, slices = Number.POSITIVE_INFINITY }: Walk,
  read: (query: UserQuery) => Promise<Row[]>,
): Promise<Collected<Row>> {
  const tested = tests.reduce((query, test) => query.where(test), base);
  const [name, userId] = place ?? [];
  const found: Row[] = [];
  let from = place && { name: String(name), userId: String(userId) };
  let used = 0;
  do {
    const { ids, last } = await slice(() => readPair(db, pair, { from, backwards, limit: NAMES }));
    const some = within(tested, orderOf(undefined, []), undefined, undefined, backwards);
    const rows =
      ids.length === 0
        ? []
        : await read(some.where(isOneOf(db, 'id', JSON.stringify(ids))).limit(wanted - found.length));
    for (const row of rows) found.push(row);
    from = last;
    used += 1;
  } while (from !== undefined && found.length < wanted && used < slices);
  return { found, isComplete: from === undefined, used };
}

/** Collects people in their order. */
async function collectInOrder<Row extends { id: string }>(
  { base, tests, isSmall, order }: Plan,
  { place, backwards, wanted, slice, slices = Number.POSITIVE_INFINITY }: Walk,
  read: (query: UserQuery) => Promise<Row[]>,
): Promise<Collected<Row>> {
  const tested = tests.reduce((query, test) => query.where(test), base);
  const readUpTo = (from: Place | undefined, to: Place | undefined, limit: number) =>
    read(within(tested, order, from, to, backwards).limit(limit));
  if (isSmall) return { found: await readUpTo(place, undefined, wanted), isComplete: true, used: 0 };
  const end = async (from: Place | undefined) => {
    const ahead = within(base, order, from, undefined, backwards).select('id').select(keyColumns(order));
    const row = await ahead
      .limit(1)
      .offset(SLICE - 1)
      .executeTakeFirst();
    return row && placeOf(row, order);
  };
  const found: Row[] = [];
  let from = place;
  let used = 0;
  do {
    const to: Place | undefined = await slice(() => end(from));
    for (const row of await readUpTo(from, to, wanted - found.length)) found.push(row);
    from = to;
    used += 1;
  } while (from !== undefined && found.length < wanted && used < slices);
  return { found, isComplete: from === undefined, used };
}

/** Counts people up to a limit, or without one as far as that is quick. */
async function count(
  db: Db,
  plan: Plan,
  countTo: number | undefined,
  slice: Slice,
): Promise<Pick<FoundUsers, 'total' | 'totalIsExact'>> {
  if (countTo === 0) return { total: 0, totalIsExact: false };
  const [most, slices] = countTo === undefined ? [MAX_TOTAL, QUICK_SLICES] : [countTo, Number.POSITIVE_INFINITY];
  const walk = { place: undefined, backwards: false, wanted: most + 1, slice, slices };
  const { found, isComplete } = await collect(db, plan, walk, (query) => query.select('id').execute());
  return { total: Math.min(found.length, most), totalIsExact: found.length <= most && isComplete };
}
