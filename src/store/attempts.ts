import { sql } from 'kysely';
import type { Db } from '../db/open.ts';
import { findUnexpired } from './expired.ts';

/** Returns the current number of failures of a counter. */
export async function countFailures(db: Db, name: string, now: number): Promise<number> {
  return (await findUnexpired(db, 'attempts', { name }, now))?.failures ?? 0;
}

/** Counts a failure. The counter restarts after `windowMs` without failures. */
export async function recordFailure(db: Db, name: string, now: number, windowMs: number): Promise<void> {
  await db
    .insertInto('attempts')
    .values({ name, failures: 1, expiresAt: now + windowMs })
    .onConflict((conflict) =>
      conflict.column('name').doUpdateSet({
        failures: sql<number>`case when attempts."expiresAt" > ${now} then attempts.failures + 1 else 1 end`,
        expiresAt: now + windowMs,
      }),
    )
    .execute();
}

/** Decrements a counter. */
export async function takeFailureBack(db: Db, name: string): Promise<void> {
  await db
    .updateTable('attempts')
    .set((e) => ({ failures: e('failures', '-', 1) }))
    .where('name', '=', name)
    .where('failures', '>', 0)
    .execute();
}

export async function forgetFailures(db: Db, name: string): Promise<void> {
  await db.deleteFrom('attempts').where('name', '=', name).execute();
}
