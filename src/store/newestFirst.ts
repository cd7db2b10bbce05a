import { setImmediate } from 'node:timers/promises';
import { type RawBuilder, type SelectQueryBuilder, sql } from 'kysely';
import { inNextTurn, type Slice } from '../db/longReads.ts';
import type { Db } from '../db/open.ts';
import { isOneOf, jsonList } from '../db/query.ts';
import type { Schema } from '../db/schema.ts';
import { minIdAt, timeOf } from '../identifier.ts';
import { networkTest } from '../network.ts';

const ROWS_PER_SLICE = 2_000;
const MOST_SLICES = 500; // a million rows
const MOST_KNOWN = 100_000; // addresses

/** A range of IDs, which sort by time: from one on, and before another one. */
export type IdRange = { from?: string | undefined; before?: string | undefined };

/** A column with an index and its value, if only those rows count. */
export type Lead = { column: string; value: string | number };

/** How a log is read: which part of it, and in how many slices at most. */
export type LogWalk = IdRange & {
  slice?: Slice | undefined;
  most?: number | undefined;
  lead?: Lead | undefined;
  stop?: AbortSignal | undefined; // the reader has gone
};

/** Which page of a log: after the row with the ID `before`, by default the newest. A search that finds little stops after a million rows. */
export type PageOfLog = Omit<LogWalk, 'from' | 'lead'> & { limit: number };

/** A page of a log. `next` is the `before` of the next page; `searchedTo` is set if the search stopped there, before the page was full. */
export type LogPage<Row> = { rows: Row[]; next: string | undefined; searchedTo: number | undefined };

type Log = 'scimLog' | 'loginActivity' | 'auditEntries' | 'webhookDeliveries';

/**
 * Returns a page of a log, the newest rows first.
 * @param within the part of the log that counts: from a time on, before another one (epoch milliseconds), and the rows of an index
 * @param read reads up to `limit` rows of a range that match, the newest first
 */
export async function readPage<Row extends { id: string }>(
  db: Db,
  table: Log,
  { from, until, lead }: { from?: number | undefined; until?: number | undefined; lead?: Lead | undefined },
  { limit, before, most = MOST_SLICES, ...how }: PageOfLog,
  read: (range: IdRange, limit: number) => Promise<Row[]>,
): Promise<LogPage<Row>> {
  const walk = { ...how, ...rangeOf({ from, until }, before), lead, most };
  const { rows: found, stoppedAt } = await collectNewest(db, table, { ...walk, wanted: limit + 1 }, read);
  const rows = found.slice(0, limit);
  const isFull = found.length > limit;
  return {
    rows,
    next: isFull ? rows.at(-1)?.id : stoppedAt,
    searchedTo: isFull || stoppedAt === undefined ? undefined : timeOf(stoppedAt),
  };
}

/** Yields the rows of all pages of a log, page by page so that there may be any number of them. */
export async function* streamPages<Row>(
  list: (before: string | undefined) => Promise<Pick<LogPage<Row>, 'rows' | 'next'>>,
): AsyncIterableIterator<Row[]> {
  let before: string | undefined;
  do {
    const page = await list(before);
    if (page.rows.length > 0) yield page.rows;
    await setImmediate(); // lets other requests run between two pages
    before = page.next;
  } while (before !== undefined);
}

/** Returns the range of IDs between two times (epoch milliseconds), and before an ID. */
export function rangeOf(
  { from, until }: { from?: number | undefined; until?: number | undefined },
  before?: string,
): IdRange {
  const ends = [before, until === undefined ? undefined : minIdAt(until)].filter((id) => id !== undefined);
  return { from: from === undefined ? undefined : minIdAt(from), before: ends.sort()[0] };
}

/** Returns a condition that a row is in a range, and one of a lead. */
export function isWithin({ from, before }: IdRange, lead?: Lead): RawBuilder<boolean> {
  const conditions = [
    ...(from === undefined ? [] : [sql`"id" >= ${from}`]),
    ...(before === undefined ? [] : [sql`"id" < ${before}`]),
    ...(lead ? [sql`${sql.ref(lead.column)} = ${lead.value}`] : []),
  ];
  return conditions.length === 0 ? sql`1 = 1` : sql`${sql.join(conditions, sql` and `)}`;
}

/** Returns a condition on a column. With an expression instead of the column, no engine takes another index than that of the walk. */
export function isValue(column: string, value: string): RawBuilder<boolean> {
  return sql<boolean>`coalesce(${sql.ref(column)}, '') = ${value}`;
}

/**
 * Returns what narrows a query to rows with an address in some networks; one is for one walk. It reads the addresses of the query first: there
 * are fewer of them than rows, and no engine compares them as this server does.
 * @param networks in CIDR notation, or undefined for any address
 */
export function networkFilter<Table extends Log>(
  db: Db,
  address: RawBuilder<string | null>,
  networks: readonly string[] | undefined,
) {
  type Query = SelectQueryBuilder<Schema, Table, unknown>;
  if (!networks) return async (query: Query) => query;
  const isInside = networkTest(networks);
  const known = new Map<string, boolean>();
  return async (query: Query) => {
    const rows = await query.clearSelect().select(address.as('address')).distinct().execute();
    const found = rows.flatMap((row) => row.address ?? []);
    if (known.size > MOST_KNOWN) known.clear();
    for (const each of found) if (!known.has(each)) known.set(each, isInside(each));
    const inside = found.filter((each) => known.get(each));
    return query.where(inside.length === 0 ? sql<boolean>`1 = 0` : isOneOf(db, address, jsonList(inside)));
  };
}

/**
 * Visits a log in ranges of 2,000 rows, the newest first, until `visit` returns false. Others are served in between, because a search may have
 * to test every row. Returns the ID before which the rest begins if the walk ended at its limit, otherwise undefined.
 */
export async function walkNewest(
  db: Db,
  table: Log,
  { from, before, slice = inNextTurn, most = Number.POSITIVE_INFINITY, lead, stop }: LogWalk,
  visit: (range: IdRange) => Promise<boolean>,
): Promise<string | undefined> {
  let end = before;
  for (let slices = 0; slices < most; slices += 1) {
    stop?.throwIfAborted();
    const start: string | undefined = await slice(() => findStart(db, table, isWithin({ from, before: end }, lead)));
    const goesOn = await visit({ from: start ?? from, before: end });
    if (start === undefined || !goesOn) return undefined;
    end = start;
  }
  return end;
}

/**
 * Collects up to `wanted` rows of a log, the newest first, and says where the search stopped if it reached its limit before.
 * @param read reads up to `limit` rows of a range that match, the newest first
 */
export async function collectNewest<Row>(
  db: Db,
  table: Log,
  { wanted, ...walk }: LogWalk & { wanted: number },
  read: (range: IdRange, limit: number) => Promise<Row[]>,
): Promise<{ rows: Row[]; stoppedAt: string | undefined }> {
  const rows: Row[] = [];
  const stoppedAt = await walkNewest(db, table, walk, async (range) => {
    for (const row of await read(range, wanted - rows.length)) rows.push(row);
    return rows.length < wanted;
  });
  return { rows, stoppedAt };
}

/** Returns the ID at which the newest slice of a part of a log starts, or undefined if the slice is the last one. */
async function findStart(db: Db, table: Log, isInPart: RawBuilder<boolean>): Promise<string | undefined> {
  const ordered = db.selectFrom(table).select('id').where(isInPart).orderBy('id', 'desc').limit(1);
  return (await ordered.offset(ROWS_PER_SLICE - 1).executeTakeFirst())?.id;
}
