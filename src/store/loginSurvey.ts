import { sql } from 'kysely';
import type { Slice } from '../db/longReads.ts';
import type { Db } from '../db/open.ts';
import { timeOf } from '../identifier.ts';
import { type ActivityFilter, activityReader, walkOf } from './loginSearch.ts';
import { walkNewest } from './newestFirst.ts';

const DAY_MS = 86_400_000;

/** How many logins of a day (counted from 1970 in UTC) had the same provider, start, outcome and reason. */
export type CountedLogins = {
  day: number;
  providerId: string | null;
  isLocal: boolean;
  outcome: string;
  reason: string | null;
  count: number;
};

/**
 * Counts the logins that meet a filter by day, provider, outcome and reason, the newest first, in at most `most` slices of the log: no Test
 * logins, which are refused while a provider is set up. Returns also the time back to which they were counted, if that was the limit.
 */
export async function surveyLogins(
  db: Db,
  filter: ActivityFilter,
  { slice, most }: { slice?: Slice | undefined; most: number },
): Promise<{ counts: CountedLogins[]; countedTo: number | undefined }> {
  const counts = new Map<string, CountedLogins>();
  const reader = activityReader(db, filter);
  const stoppedAt = await walkNewest(db, 'loginActivity', { ...walkOf(filter), slice, most }, async (range) => {
    for (const { count, ...group } of await countIn(await reader(range))) {
      const key = JSON.stringify(group);
      counts.set(key, { ...group, count: count + (counts.get(key)?.count ?? 0) });
    }
    return true;
  });
  return { counts: [...counts.values()], countedTo: stoppedAt === undefined ? undefined : timeOf(stoppedAt) };
}

async function countIn(query: Awaited<ReturnType<ReturnType<typeof activityReader>>>): Promise<CountedLogins[]> {
  const day = sql<number>`"at" / ${sql.lit(DAY_MS)}`;
  const isLocal = sql<number>`case when "flow" = 'local' then 1 else 0 end`;
  const rows = await query
    .where('flow', '<>', 'test')
    .select([day.as('day'), 'providerId', isLocal.as('isLocal'), 'outcome', 'reason'])
    .select((e) => e.fn.sum<number>('times').as('count'))
    .groupBy([day, 'providerId', isLocal, 'outcome', 'reason'])
    .execute();
  return rows.map((row) => ({ ...row, isLocal: row.isLocal === 1 }));
}
