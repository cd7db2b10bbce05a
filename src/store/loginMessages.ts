import type { Db } from '../db/open.ts';
import { inserter } from '../db/query.ts';

/** Stores the sealed messages of an attempt. If its row counts a refusal again, they replace the earlier ones. */
export async function writeLoginMessages(db: Db, activityId: string, sealed: string): Promise<void> {
  await write(db, [{ activityId, sealed }]);
}

const write = inserter('loginMessages', { key: ['activityId'], existing: 'replace' });

/** Returns the sealed messages of an attempt, unless none are kept. */
export async function findLoginMessages(db: Db, activityId: string): Promise<string | undefined> {
  const query = db.selectFrom('loginMessages').select('sealed').where('activityId', '=', activityId);
  return (await query.executeTakeFirst())?.sealed;
}

/** Deletes the messages of some attempts. */
export async function deleteMessagesOf(db: Db, activityIds: string[]): Promise<void> {
  if (activityIds.length === 0) return;
  await db.deleteFrom('loginMessages').where('activityId', 'in', activityIds).execute();
}
