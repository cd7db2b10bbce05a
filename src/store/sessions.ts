import type { Db } from '../db/open.ts';
import { insertRows, prepared } from '../db/query.ts';
import type { SessionRow } from '../db/schema.ts';

/** The session with an ID (the hash of the cookie's secret) that has not ended. */
export async function findSession(db: Db, id: string, now: number): Promise<SessionRow | undefined> {
  const [row] = await byId(db, id, now);
  return row;
}

const byId = prepared((db, id: string, now: number) =>
  db.selectFrom('sessions').selectAll().where('id', '=', id).where('expiresAt', '>', now),
);

export async function writeSession(db: Db, row: SessionRow): Promise<void> {
  await insertRows(db, 'sessions', [row], { key: ['id'], existing: 'replace' });
}

/** Writes a session that is there; one that has ended meanwhile stays ended. */
export async function updateSession(db: Db, { id, createdAt: _, ...changes }: SessionRow): Promise<void> {
  await db.updateTable('sessions').set(changes).where('id', '=', id).execute();
}

/** Notes that a session was used, and until when it now lives. */
export async function touchSession(db: Db, id: string, lastSeenAt: number, expiresAt: number): Promise<void> {
  await db.updateTable('sessions').set({ lastSeenAt, expiresAt }).where('id', '=', id).execute();
}

export async function deleteSession(db: Db, id: string): Promise<void> {
  await deleteById(db, id);
}

const deleteById = prepared((db, id: string) => db.deleteFrom('sessions').where('id', '=', id));

/** Ends every session of a person. Returns how many there were. */
export async function deleteSessionsOfUser(db: Db, userId: string): Promise<number> {
  const result = await db.deleteFrom('sessions').where('userId', '=', userId).executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** Ends every session of several people. */
export async function deleteSessionsOfUsers(db: Db, userIds: string[]): Promise<void> {
  if (userIds.length > 0) await db.deleteFrom('sessions').where('userId', 'in', userIds).execute();
}

/** How many sessions of some people have not ended. */
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

/** How many sessions of people whom a profile source manages have not ended. */
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

/** How many sessions a provider started that have not ended. */
export async function countSessionsOfProvider(db: Db, providerId: string, now: number): Promise<number> {
  const row = await db
    .selectFrom('sessions')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('providerId', '=', providerId)
    .where('expiresAt', '>', now)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** Ends every session that a provider started. */
export async function deleteSessionsOfProvider(db: Db, providerId: string): Promise<void> {
  await db.deleteFrom('sessions').where('providerId', '=', providerId).execute();
}

/** How many sessions at a domain have not ended. */
export async function countSessionsOfDomain(db: Db, domainId: string, now: number): Promise<number> {
  const row = await db
    .selectFrom('sessions')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('domainId', '=', domainId)
    .where('expiresAt', '>', now)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** Ends every session at a domain. */
export async function deleteSessionsOfDomain(db: Db, domainId: string): Promise<void> {
  await db.deleteFrom('sessions').where('domainId', '=', domainId).execute();
}

export async function deleteExpiredSessions(db: Db, now: number): Promise<void> {
  await db.deleteFrom('sessions').where('expiresAt', '<=', now).execute();
}
