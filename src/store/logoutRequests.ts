import type { Db } from '../db/open.ts';
import { changesOne } from '../db/query.ts';
import type { LogoutRequestRow } from '../db/schema.ts';

/** How a logout at the provider ended: not yet, done, done but perhaps not at all its applications, or not done. */
export type LogoutState = 'sent' | 'done' | 'partly' | 'failed';

/** A logout request that was sent to a provider. */
export type LogoutRequest = Omit<LogoutRequestRow, 'state'> & { state: LogoutState };

export async function insertLogoutRequest(db: Db, request: LogoutRequest): Promise<void> {
  await db.insertInto('logoutRequests').values(request).execute();
}

/** Returns the logout request with an ID, also when its response came or its time is over: for a day, its page tells what happened. */
export async function findLogoutRequest(db: Db, id: string): Promise<LogoutRequest | undefined> {
  const row = await db.selectFrom('logoutRequests').selectAll().where('id', '=', id).executeTakeFirst();
  return row as LogoutRequest | undefined;
}

/** Writes what the response to a logout request said. Returns false if another response did so before. */
export async function finishLogoutRequest(db: Db, id: string, state: LogoutState): Promise<boolean> {
  const sent = db.updateTable('logoutRequests').set({ state }).where('id', '=', id).where('state', '=', 'sent');
  return changesOne(sent);
}
