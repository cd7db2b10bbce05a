import type { Db } from '../db/open.ts';
import { deleteExpiredFailures } from './attempts.ts';
import { deleteExpiredMetadataImports } from './identityProviders.ts';
import { deleteExpiredLoginRequests } from './loginRequests.ts';
import { deleteExpiredPendingLogins } from './pendingLogins.ts';
import { deleteExpiredSessions } from './sessions.ts';
import { deleteExpiredAssertions } from './usedAssertions.ts';

/** Deletes expired rows from every table whose rows expire. */
export async function deleteExpired(db: Db, now: number): Promise<void> {
  await deleteExpiredLoginRequests(db, now);
  await deleteExpiredAssertions(db, now);
  await deleteExpiredPendingLogins(db, now);
  await deleteExpiredSessions(db, now);
  await deleteExpiredMetadataImports(db, now);
  await deleteExpiredFailures(db, now);
}
