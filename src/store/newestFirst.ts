import { setImmediate } from 'node:timers/promises';
import type { Slice } from '../db/longReads.ts';
import type { Db } from '../db/open.ts';

const ROWS_PER_SLICE = 2_000;

/** A range of IDs, which sort by time: from one on, and before another one. */
export type IdRange = { from?: string | undefined; before?: string | undefined };

/**
 * Collects up to `wanted` rows of a log, the newest first. The log is read in slices, between which others are served, because a search may
 * have to test every row.
 * @param read reads up to `limit` rows of a range that match, the newest first
 */
export async function collectNewest<Row>(
  db: Db,
  table: 'scimLog' | 'loginActivity',
  { from, before, wanted, slice = inNextTurn }: IdRange & { wanted: number; slice?: Slice | undefined },
  read: (range: IdRange, limit: number) => Promise<Row[]>,
): Promise<Row[]> {
  const found: Row[] = [];
  let end = before;
  do {
    const start: string | undefined = await slice(() => findStart(db, table, { from, before: end }));
    for (const row of await read({ from: start ?? from, before: end }, wanted - found.length)) found.push(row);
    end = start;
  } while (end !== undefined && found.length < wanted);
  return found;
}

/** Returns the ID at which the newest slice of a range starts, or undefined if the slice is the last one. */
async function findStart(db: Db, table: 'scimLog' | 'loginActivity', range: IdRange): Promise<string | undefined> {
  let query = db.selectFrom(table).select('id');
  if (range.from !== undefined) query = query.where('id', '>=', range.from);
  if (range.before !== undefined) query = query.where('id', '<', range.before);
  const ordered = query.orderBy('id', 'desc').limit(1);
  return (await ordered.offset(ROWS_PER_SLICE - 1).executeTakeFirst())?.id;
}

const inNextTurn: Slice = async (part) => {
  await setImmediate();
  return part();
};
