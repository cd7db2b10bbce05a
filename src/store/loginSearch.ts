import { sql } from 'kysely';
import type { Db } from '../db/open.ts';
import { containsText, isOneOf, jsonList, prepared } from '../db/query.ts';
import { activityFromRow, type LoginActivity } from './loginActivity.ts';
import {
  type IdRange,
  isValue,
  isWithin,
  type Lead,
  type LogPage,
  type LogWalk,
  networkFilter,
  type PageOfLog,
  rangeOf,
  readPage,
  streamPages,
} from './newestFirst.ts';

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

const EXPORTED_AT_ONCE = 100;

/** Returns a page of the attempts that meet a filter, newest first. */
export async function listLoginActivity(
  db: Db,
  filter: ActivityFilter,
  page: PageOfLog,
): Promise<LogPage<LoginActivity>> {
  const reader = activityReader(db, filter);
  const read = async (range: IdRange, limit: number) =>
    (await reader(range)).select('id').orderBy('id', 'desc').limit(limit).execute();
  const found = await readPage(db, 'loginActivity', { ...filter, lead: leadOf(filter) }, page, read);
  const ids = found.rows.map(({ id }) => id);
  return { ...found, rows: ids.length === 0 ? [] : (await byIds(db, jsonList(ids))).map(activityFromRow) };
}

/**
 * Yields all attempts that meet a filter, newest first.
 * @throws Error if `stop` is aborted, even while nothing is found
 */
export function streamLoginActivity(
  db: Db,
  filter: ActivityFilter,
  stop?: AbortSignal,
): AsyncIterableIterator<LoginActivity[]> {
  return streamPages((before) => listLoginActivity(db, filter, { limit: EXPORTED_AT_ONCE, before, stop }));
}

/** Returns the part of the log that a filter concerns, and the column that finds its rows with an index. */
export function walkOf(filter: ActivityFilter): LogWalk {
  return { ...rangeOf(filter), lead: leadOf(filter) };
}

// The index that finds the fewest rows.
function leadOf({ userId, reason, search }: ActivityFilter): Lead | undefined {
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
  const inNetworks = networkFilter<'loginActivity'>(db, sql.ref('network'), filter.networks);
  return (range: IdRange) => inNetworks(conditionsOf(db, filter, range));
}

function conditionsOf(db: Db, filter: ActivityFilter, range: IdRange) {
  const { outcome, reason, providerId, domainId, userId, flow, search } = filter;
  const lead = leadOf(filter);
  let query = db.selectFrom('loginActivity').where(isWithin(range, lead));
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
