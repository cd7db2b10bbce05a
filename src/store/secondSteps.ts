import type { Db } from '../db/open.ts';
import { changesOne } from '../db/query.ts';
import type { SecondStepRow } from '../db/schema.ts';
import { findUnexpired } from './expired.ts';

/** Keeps a login whose password was right until the second factor follows. */
export async function insertSecondStep(db: Db, row: SecondStepRow): Promise<void> {
  await db.insertInto('secondSteps').values(row).execute();
}

/** Returns a login that waits for its second factor, or undefined if it was finished or has expired. */
export function findSecondStep(db: Db, tokenHash: string, now: number): Promise<SecondStepRow | undefined> {
  return findUnexpired(db, 'secondSteps', { tokenHash }, now);
}

/** Counts a code before it is checked. Returns false if there were `most` already: a burst of guesses cannot outrun the count. */
export async function countTry(db: Db, tokenHash: string, most: number): Promise<boolean> {
  return changesOne(
    db
      .updateTable('secondSteps')
      .set((e) => ({ tries: e('tries', '+', 1) }))
      .where('tokenHash', '=', tokenHash)
      .where('tries', '<', most),
  );
}

/** Ends a login that waits. Returns false if it was finished before. */
export async function consumeSecondStep(db: Db, tokenHash: string): Promise<boolean> {
  return changesOne(db.deleteFrom('secondSteps').where('tokenHash', '=', tokenHash));
}

/** Ends the logins of a person that wait. */
export async function deleteSecondStepsOf(db: Db, userId: string): Promise<void> {
  await db.deleteFrom('secondSteps').where('userId', '=', userId).execute();
}
