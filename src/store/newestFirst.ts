import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Slice } from '../db/longReads.ts';
import type { Db } from '../db/open.ts';

const ROWS_PER_SLICE = 2_000;

/** A range of IDs, which sort by time: from one on, and before another one. */
export type IdRange = { from?: string | undefined; before?: string | undefined };

/** How a log is read: which part of it, and in how many slices at most. `lead` is a column with an index and its value, if only those rows count. */
export type LogWalk = IdRange & {
  slice?: Slice | undefined;
  most?: number | undefined;
  lead?: { column: string; value: string | number } | undefined;
  stop?: AbortSignal | undefined; // the reader has gone
};

type Log = 'scimLog' | 'loginActivity' | 'auditEntries';

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
    const start: string | undefined = await slice(() => findStart(db, table, { from, before: end }, lead));
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

/** Returns the ID at which the newest slice of a range starts, or undefined if the slice is the last one. */
async function findStart(db: Db, table: Log, range: IdRange, lead: LogWalk['lead']): Promise<string | undefined> {
  let query = db.selectFrom(table).select('id');
  if (lead) query = query.where(sql<boolean>`${sql.ref(lead.column)} = ${lead.value}`);
  if (range.from !== undefined) query = query.where('id', '>=', range.from);
  if (range.before !== undefined) query = query.where('id', '<', range.before);
  const ordered = query.orderBy('id', 'desc').limit(1);
  return (await ordered.offset(ROWS_PER_SLICE - 1).executeTakeFirst())?.id;
}

const inNextTurn: Slice = async (part) => {
  await setImmediate();
  return part();
};
