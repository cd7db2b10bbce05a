import type { Db } from '../db/open.ts';
import { changesOne, inserter, isOneOf, jsonList, prepared } from '../db/query.ts';
import type { LoginRequestRow } from '../db/schema.ts';

export async function insertLoginRequest(db: Db, request: LoginRequestRow): Promise<void> {
  await insertRequests(db, [request]);
}

const insertRequests = inserter('loginRequests');

/** Returns the login request with an ID, even if it was used or has expired: for a day, it still tells where the person wanted to go. */
export async function findLoginRequest(db: Db, id: string): Promise<LoginRequestRow | undefined> {
  const [row] = await byId(db, id);
  return row;
}

const byId = prepared((db, id: string) => db.selectFrom('loginRequests').selectAll().where('id', '=', id));

/** Returns the login requests with these IDs, in any state. */
export async function listLoginRequests(db: Db, ids: readonly string[]): Promise<LoginRequestRow[]> {
  return byIds(db, jsonList(ids));
}

const byIds = prepared((db, ids: string) =>
  db
    .selectFrom('loginRequests')
    .selectAll()
    .where(isOneOf(db, 'id', ids)),
);

/** Uses up a login request. Returns false if it was used before: of several responses at once, only one gets true. */
export async function consumeLoginRequest(db: Db, id: string, now: number): Promise<boolean> {
  const unused = db.updateTable('loginRequests').set({ usedAt: now }).where('id', '=', id).where('usedAt', 'is', null);
  return changesOne(unused);
}
