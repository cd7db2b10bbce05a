import type { Db } from '../db/open.ts';
import { insertRows, prepared } from '../db/query.ts';
import type { LoginRequestRow } from '../db/schema.ts';

export async function insertLoginRequest(db: Db, request: LoginRequestRow): Promise<void> {
  await insertRows(db, 'loginRequests', [request]);
}

/** The request with an ID that was neither answered nor has expired. */
export async function findLoginRequest(db: Db, id: string, now: number): Promise<LoginRequestRow | undefined> {
  const [row] = await byId(db, id, now);
  return row;
}

const byId = prepared((db, id: string, now: number) =>
  db.selectFrom('loginRequests').selectAll().where('id', '=', id).where('expiresAt', '>', now),
);

/** Uses a request up. False when another answer was faster: of two at once only one is told true. */
export async function consumeLoginRequest(db: Db, id: string): Promise<boolean> {
  const result = await db.deleteFrom('loginRequests').where('id', '=', id).executeTakeFirst();
  return result.numDeletedRows === 1n;
}

/** Remembers an assertion until it can no longer be used, by its provider's EntityID: that outlives a removal. False when it was seen before. */
export async function recordAssertion(
  db: Db,
  assertion: { entityId: string; assertionId: string; expiresAt: number },
): Promise<boolean> {
  const key = ['entityId', 'assertionId'] as const;
  return (await insertRows(db, 'usedAssertions', [assertion], { key: [...key], existing: 'keep' })) === 1;
}

/** Keeps a verified sign-in while the person is asked whether to switch. */
export async function insertPendingLogin(
  db: Db,
  pending: { tokenHash: string; loginJson: string; expiresAt: number },
): Promise<void> {
  await db.insertInto('pendingLogins').values(pending).execute();
}

export async function findPendingLogin(db: Db, tokenHash: string, now: number): Promise<string | undefined> {
  const row = await db
    .selectFrom('pendingLogins')
    .select('loginJson')
    .where('tokenHash', '=', tokenHash)
    .where('expiresAt', '>', now)
    .executeTakeFirst();
  return row?.loginJson;
}

/** Uses a pending sign-in up. False when it was used before. */
export async function consumePendingLogin(db: Db, tokenHash: string): Promise<boolean> {
  const result = await db.deleteFrom('pendingLogins').where('tokenHash', '=', tokenHash).executeTakeFirst();
  return result.numDeletedRows === 1n;
}

/** Deletes expired login requests, used assertions and pending logins. */
export async function deleteExpiredLoginRequests(db: Db, now: number): Promise<void> {
  await db.deleteFrom('loginRequests').where('expiresAt', '<=', now).execute();
  await db.deleteFrom('usedAssertions').where('expiresAt', '<=', now).execute();
  await db.deleteFrom('pendingLogins').where('expiresAt', '<=', now).execute();
}

/** Whether an assertion was used before. */
export async function isAssertionUsed(db: Db, assertion: { entityId: string; assertionId: string }): Promise<boolean> {
  const row = await db
    .selectFrom('usedAssertions')
    .select('assertionId')
    .where('entityId', '=', assertion.entityId)
    .where('assertionId', '=', assertion.assertionId)
    .executeTakeFirst();
  return row !== undefined;
}
