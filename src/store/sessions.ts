import type { Db } from '../db/open.ts';
import { inserter, prepared } from '../db/query.ts';
import type { SessionRow } from '../db/schema.ts';

/** Returns the session with an ID (the hash of the cookie's secret), unless it has expired. */
export async function findSession(db: Db, id: string, now: number): Promise<SessionRow | undefined> {
  const [row] = await byId(db, id, now);
  return row;
}

const byId = prepared((db, id: string, now: number) =>
  db.selectFrom('sessions').selectAll().where('id', '=', id).where('expiresAt', '>', now),
);

export async function writeSession(db: Db, row: SessionRow): Promise<void> {
  await writeSessions(db, [row]);
}

const writeSessions = inserter('sessions', { key: ['id'], existing: 'replace' });

/** Updates a session. A session that has ended meanwhile is not restored. */
export async function updateSession(db: Db, { id, createdAt: _, ...changes }: SessionRow): Promise<void> {
  await db.updateTable('sessions').set(changes).where('id', '=', id).execute();
}

/** Records that a session was used, and its new expiry. */
export async function touchSession(db: Db, id: string, lastSeenAt: number, expiresAt: number): Promise<void> {
  await db.updateTable('sessions').set({ lastSeenAt, expiresAt }).where('id', '=', id).execute();
}

export async function deleteSession(db: Db, id: string): Promise<void> {
  await deleteById(db, id);
}

const deleteById = prepared((db, id: string) => db.deleteFrom('sessions').where('id', '=', id));

/** Ends all sessions of a person. Returns their number. */
export async function deleteSessionsOfUser(db: Db, userId: string): Promise<number> {
  const result = await db.deleteFrom('sessions').where('userId', '=', userId).executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** Ends all sessions of several people. */
export async function deleteSessionsOfUsers(db: Db, userIds: string[]): Promise<void> {
  if (userIds.length > 0) await db.deleteFrom('sessions').where('userId', 'in', userIds).execute();
}

/** Returns the number of active sessions of some people. */
export async function countSessionsOfUsers(db: Db, userIds: string[], now: number): Promise<number> {
  if (userIds.length === 0) return 0;
  const row = await db
    .selectFrom('sessions')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('userId', 'in', userIds)
    .where('expiresAt', '>', now)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** Returns the number of active sessions of people managed by a profile source. */
export async function countSessionsOfSource(db: Db, sourceId: string, now: number): Promise<number> {
  const row = await db
    .selectFrom('sessions')
    .innerJoin('users', 'users.id', 'sessions.userId')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('users.sourceId', '=', sourceId)
    .where('sessions.expiresAt', '>', now)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** Returns the number of active sessions that a provider started. */
export async function countSessionsOfProvider(db: Db, providerId: string, now: number): Promise<number> {
  const row = await db
    .selectFrom('sessions')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('providerId', '=', providerId)
    .where('expiresAt', '>', now)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** Ends all sessions that a provider started, or those at one domain. */
export async function deleteSessionsOfProvider(db: Db, providerId: string, domainId?: string): Promise<void> {
  const sessions = db.deleteFrom('sessions').where('providerId', '=', providerId);
  await (domainId === undefined ? sessions : sessions.where('domainId', '=', domainId)).execute();
}

/** Returns the number of active sessions at a domain. */
export async function countSessionsOfDomain(db: Db, domainId: string, now: number): Promise<number> {
  const row = await db
    .selectFrom('sessions')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('domainId', '=', domainId)
    .where('expiresAt', '>', now)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** Ends all sessions at a domain. */
export async function deleteSessionsOfDomain(db: Db, domainId: string): Promise<void> {
  await db.deleteFrom('sessions').where('domainId', '=', domainId).execute();
}

/** Deletes up to `limit` expired rows. Returns how many there were. */
export async function deleteExpiredSessions(db: Db, now: number, limit: number): Promise<number> {
  const expired = db.selectFrom('sessions').select('id').where('expiresAt', '<=', now).limit(limit);
  const result = await db.deleteFrom('sessions').where('id', 'in', expired).executeTakeFirst();
  return Number(result.numDeletedRows);
}
