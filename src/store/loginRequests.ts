import type { Db } from '../db/open.ts';
import { insertRows, prepared } from '../db/query.ts';
import type { LoginRequestRow } from '../db/schema.ts';

export async function insertLoginRequest(db: Db, request: LoginRequestRow): Promise<void> {
  await insertRows(db, 'loginRequests', [request]);
}

/** Returns the login request with an ID, or undefined if it was used or has expired. */
export async function findLoginRequest(db: Db, id: string, now: number): Promise<LoginRequestRow | undefined> {
  const [row] = await byId(db, id, now);
  return row;
}

const byId = prepared((db, id: string, now: number) =>
  db.selectFrom('loginRequests').selectAll().where('id', '=', id).where('expiresAt', '>', now),
);

/** Uses up a login request. Returns false if it is gone: of several responses at once, only one gets true. */
export async function consumeLoginRequest(db: Db, id: string): Promise<boolean> {
  const result = await db.deleteFrom('loginRequests').where('id', '=', id).executeTakeFirst();
  return result.numDeletedRows === 1n;
}

/** Deletes up to `limit` expired rows. Returns how many there were. */
export async function deleteExpiredLoginRequests(db: Db, now: number, limit: number): Promise<number> {
  const expired = db.selectFrom('loginRequests').select('id').where('expiresAt', '<=', now).limit(limit);
  const result = await db.deleteFrom('loginRequests').where('id', 'in', expired).executeTakeFirst();
  return Number(result.numDeletedRows);
}
