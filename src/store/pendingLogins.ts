import type { Db } from '../db/open.ts';
import { changesOne } from '../db/query.ts';
import { findUnexpired } from './expired.ts';

/** Keeps a verified login while the person is asked whether to switch. */
export async function insertPendingLogin(
  db: Db,
  pending: { tokenHash: string; loginJson: string; expiresAt: number },
): Promise<void> {
  await db.insertInto('pendingLogins').values(pending).execute();
}

/** Returns the JSON of a pending login, or undefined if it was used or has expired. */
export async function findPendingLogin(db: Db, tokenHash: string, now: number): Promise<string | undefined> {
  return (await findUnexpired(db, 'pendingLogins', { tokenHash }, now))?.loginJson;
}

/** Uses up a pending login. Returns false if it was used before. */
export async function consumePendingLogin(db: Db, tokenHash: string): Promise<boolean> {
  return changesOne(db.deleteFrom('pendingLogins').where('tokenHash', '=', tokenHash));
}
