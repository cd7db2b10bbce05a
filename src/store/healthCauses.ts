import type { Db } from '../db/open.ts';
import type { HealthCauseRow } from '../db/schema.ts';

/** Something that needs attention or did, with what was sent out about it. */
export type HealthCause = HealthCauseRow;

/** What identifies a cause. */
export type CauseKey = Pick<HealthCause, 'code' | 'subject'>;

/** Lists all causes, the oldest first. */
export async function listCauses(db: Db): Promise<HealthCause[]> {
  return db.selectFrom('healthCauses').selectAll().orderBy('startedAt').orderBy('code').orderBy('subject').execute();
}

/** Adds a cause. */
export async function insertCause(db: Db, cause: HealthCause): Promise<void> {
  await db.insertInto('healthCauses').values(cause).execute();
}

/** Writes the given columns of a cause. */
export async function updateCause(
  db: Db,
  { code, subject }: CauseKey,
  changes: Partial<Omit<HealthCause, 'code' | 'subject'>>,
): Promise<void> {
  await db.updateTable('healthCauses').set(changes).where('code', '=', code).where('subject', '=', subject).execute();
}

/** Deletes a cause. */
export async function deleteCause(db: Db, { code, subject }: CauseKey): Promise<void> {
  await db.deleteFrom('healthCauses').where('code', '=', code).where('subject', '=', subject).execute();
}
