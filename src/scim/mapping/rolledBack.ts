import type { Db } from '../../db/open.ts';

/** Runs a transaction and rolls it back. Returns what it returned. */
export async function rolledBack<T>(db: Db, run: (trx: Db) => Promise<T>): Promise<T> {
  const undone = new Error('This transaction was only tried out.');
  const result: { value?: T } = {};
  try {
    await db.transaction().execute(async (trx) => {
      result.value = await run(trx);
      throw undone;
    });
  } catch (error) {
    if (error !== undone) throw error;
  }
  return result.value as T;
}
