import { setImmediate } from 'node:timers/promises';
import { type RawBuilder, sql } from 'kysely';
import type { Slice } from '../db/longReads.ts';
import type { Db } from '../db/open.ts';
import { containsText, isOneOf, jsonList, prepared } from '../db/query.ts';
import { minIdAt, timeOf } from '../identifier.ts';
import { networkTest } from '../network.ts';
import { activityFromRow, type LoginActivity } from './loginActivity.ts';
import { collectNewest, type IdRange, type LogWalk } from './newestFirst.ts';

/** Which attempts are wanted: those that meet all of these conditions. Times are epoch milliseconds. */
export type ActivityFilter = {
  outcome?: string | undefined;
  reason?: string | undefined;
  providerId?: string | undefined;
  flow?: string | undefined;
  domainId?: string | undefined;
  userId?: string | undefined;
  networks?: readonly string[] | undefined; // in CIDR notation
  from?: number | undefined;
  until?: number | undefined; // before this time
  search?: ActivitySearch | undefined;
};

/** What one search box finds. A name is a part of the name received, or belongs to one of these people. */
export type ActivitySearch =
  | { by: 'reference' | 'reason' | 'issuer'; text: string }
  | { by: 'provider'; ids: string[] }
  | { by: 'name'; text: string; userIds: string[] };

/** A page of attempts. `next` is the `before` of the next page; `searchedTo` is set if the search stopped there, before the page was full. */
export type FoundActivity = { rows: LoginActivity[]; next: string | undefined; searchedTo: number | undefined };

const MOST_SLICES = 500; // a million rows
const MOST_KNOWN = 100_000; // addresses
const EXPORTED_AT_ONCE = 100;

/** Returns a page of the attempts that meet a filter, newest first. A search that finds little stops after a million rows. */
export async function listLoginActivity(
  db: Db,
  filter: ActivityFilter,
  page: { limit: number; before?: string | undefined; slice?: Slice | undefined; most?: number; stop?: AbortSignal },
): Promise<FoundActivity> {
  const { limit, ...walk } = page;
  const reader = activityReader(db, filter);
  const read = async (range: IdRange, wanted: number) => {
    const query = (await reader(range)).select('id').orderBy('id', 'desc');
    return (await query.limit(wanted).execute()).map(({ id }) => id);
  };
  const wanted = { most: MOST_SLICES, ...walk, ...walkOf(filter, page.before), wanted: limit + 1 };
  const { rows: found, stoppedAt } = await collectNewest(db, 'loginActivity', wanted, read);
  const ids = found.slice(0, limit);
  const rows = ids.length === 0 ? [] : (await byIds(db, JSON.stringify(ids))).map(activityFromRow);
  const isFull = found.length > limit;
  return {
    rows,
    next: isFull ? ids.at(-1) : stoppedAt,
    searchedTo: isFull || stoppedAt === undefined ? undefined : timeOf(stoppedAt),
  };
}

/**
 * Yields all attempts that meet a filter, newest first, read page by page so that there may be any number of them.
 * @throws Error if `stop` is aborted, even while nothing is found
 */
export async function* streamLoginActivity(
  db: Db,
  filter: ActivityFilter,
  stop?: AbortSignal,
): AsyncIterableIterator<LoginActivity[]> {
  let before: string | undefined;
  do {
    const page = await listLoginActivity(db, filter, { limit: EXPORTED_AT_ONCE, before, ...(stop && { stop }) });
    if (page.rows.length > 0) yield page.rows;
    await setImmediate(); // lets other requests run between two pages
    before = page.next;
  } while (before !== undefined);
}

/** Returns the part of the log that a filter concerns, and the column that finds its rows with an index. */
export function walkOf(
  { from, until, ...filter }: ActivityFilter,
  before?: string,
): Pick<LogWalk, 'from' | 'before' | 'lead'> {
  const ends = [before, until === undefined ? undefined : minIdAt(until)].filter((id) => id !== undefined);
  const lead = leadOf(filter);
  return { from: from === undefined ? undefined : minIdAt(from), before: ends.sort()[0], lead };
}

// The index that finds the fewest rows.
function leadOf({ userId, reason, search }: ActivityFilter): LogWalk['lead'] {
  if (search?.by === 'reference') return { column: 'reference', value: search.text };
  if (userId) return { column: 'userId', value: userId };
  if (search?.by === 'reason') return { column: 'reason', value: search.text };
  return reason ? { column: 'reason', value: reason } : undefined;
}

const byIds = prepared((db, ids: string) =>
  db
    .selectFrom('loginActivity')
    .selectAll()
    .where(isOneOf(db, 'id', ids))
    .orderBy('id', 'desc'),
);

/** Returns what builds the query of the attempts in a range of a walk that meet a filter. One reader is for one walk. */
export function activityReader(db: Db, filter: ActivityFilter) {
  if (!filter.networks) return async (range: IdRange) => conditionsOf(db, filter, range);
  const isInside = networkTest(filter.networks);
  const known = new Map<string, boolean>();
  // There are fewer networks than attempts, and no engine compares addresses as this server does.
  return async (range: IdRange) => {
    const query = conditionsOf(db, filter, range);
    const found = (await query.select('network').distinct().execute()).flatMap(({ network }) => network ?? []);
    if (known.size > MOST_KNOWN) known.clear();
    for (const network of found) if (!known.has(network)) known.set(network, isInside(network));
    return query.where(isOneOf(db, 'network', jsonList(found.filter((network) => known.get(network)))));
  };
}

// A walk decides which rows are read: with an expression instead of a column, no engine takes another index than that of the walk.
function conditionsOf(db: Db, filter: ActivityFilter, { from, before }: IdRange) {
  const { outcome, reason, providerId, domainId, userId, flow, search } = filter;
  const { lead } = walkOf(filter);
  let query = db.selectFrom('loginActivity');
  if (from !== undefined) query = query.where('id', '>=', from);
  if (before !== undefined) query = query.where('id', '<', before);
  if (lead) query = query.where(sql<boolean>`${sql.ref(lead.column)} = ${lead.value}`);
  for (const [column, value] of Object.entries({ outcome, reason, providerId, domainId, userId, flow }))
    if (value && lead?.column !== column) query = query.where(isValue(column, value));
  if (lead?.column === 'reason' && reason) query = query.where(isValue('reason', reason));
  // Only refusals say who issued their response.
  if (search?.by === 'issuer')
    query = query
      .where(sql<boolean>`coalesce("reason", '') <> ''`)
      .where(containsText(db, 'detailJson', JSON.stringify(search.text).slice(1, -1)));
  if (search?.by === 'provider') query = query.where(isOneOf(db, 'providerId', jsonList(search.ids)));
  if (search?.by === 'name')
    query = query.where((e) =>
      e.or([isOneOf(db, 'userId', jsonList(search.userIds)), containsText(db, 'asserted', search.text)]),
    );
  return query;
}

function isValue(column: string, value: string): RawBuilder<boolean> {
  return sql<boolean>`coalesce(${sql.ref(column)}, '') = ${value}`;
}
