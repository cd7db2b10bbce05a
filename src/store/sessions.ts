import { type Expression, expressionBuilder, type SqlBool, sql } from 'kysely';
import type { Db } from '../db/open.ts';
import { countRows, inserter, isOneOf, jsonList, prepared } from '../db/query.ts';
import type { Schema, SessionRow } from '../db/schema.ts';

/** Returns the session with an ID (see hashSessionId), unless it has expired. */
export async function findSession(db: Db, id: string, now: number): Promise<SessionRow | undefined> {
  const [row] = await byId(db, id, now);
  return row;
}

const byId = prepared((db, id: string, now: number) =>
  db.selectFrom('sessions').selectAll().where('id', '=', id).where('expiresAt', '>', now),
);

/** A session with the limits of its domain, which are null for the default ones. */
export type LimitedSession = SessionRow & { idleMinutes: number | null; longestMinutes: number | null };

/** Returns the session with an ID, unless it has expired, with the limits of its domain. In one query, because every request asks for both. */
export async function findLimitedSession(db: Db, id: string, now: number): Promise<LimitedSession | undefined> {
  const [row] = await byIdWithLimits(db, id, now);
  return row;
}

const byIdWithLimits = prepared((db, id: string, now: number) =>
  db
    .selectFrom('sessions')
    .leftJoin('domains', 'domains.id', 'sessions.domainId')
    .selectAll('sessions')
    .select(['domains.idleMinutes', 'domains.longestMinutes'])
    .where('sessions.id', '=', id)
    .where('sessions.expiresAt', '>', now),
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

/** What a logout of a provider needs to know of a session that it started. */
export type NamedSession = Pick<SessionRow, 'id' | 'userId' | 'sessionIndex' | 'dataJson'>;

/** Lists the sessions that a provider started for a NameID. */
export async function listSessionsOfName(db: Db, providerId: string, nameId: string): Promise<NamedSession[]> {
  return byName(db, providerId, nameId);
}

const byName = prepared((db, providerId: string, nameId: string) =>
  db
    .selectFrom('sessions')
    .select(['id', 'userId', 'sessionIndex', 'dataJson'])
    .where('nameId', '=', nameId)
    .where('providerId', '=', providerId),
);

/** Ends the sessions with these IDs. */
export async function deleteSessionsById(db: Db, ids: readonly string[]): Promise<void> {
  if (ids.length > 0)
    await db
      .deleteFrom('sessions')
      .where(isOneOf(db, 'id', jsonList(ids)))
      .execute();
}

/** Returns the number of active sessions of people managed by a profile source. */
export async function countSessionsOfSource(db: Db, sourceId: string, now: number): Promise<number> {
  return countRows(
    db
      .selectFrom('sessions')
      .innerJoin('users', 'users.id', 'sessions.userId')
      .where('users.sourceId', '=', sourceId)
      .where('sessions.expiresAt', '>', now),
  );
}

/** Ends the sessions at a domain by its limits, if these come before their end. */
export async function shortenSessions(
  db: Db,
  domainId: string,
  { idleMs, longestMs }: { idleMs: number; longestMs: number },
): Promise<void> {
  const [idleEnd, end] = [sql<number>`"lastSeenAt" + ${idleMs}`, sql<number>`"createdAt" + ${longestMs}`];
  for (const sooner of [idleEnd, end])
    await db
      .updateTable('sessions')
      .set({ expiresAt: sooner })
      .where('domainId', '=', domainId)
      .where('expiresAt', '>', sooner)
      .execute();
}

/** Some sessions: all that match every filter given. `providerId` is null for local logins. */
export type SessionFilter = {
  ids?: string[] | undefined;
  userIds?: string[] | undefined;
  providerId?: string | null | undefined;
  domainId?: string | undefined;
  exceptId?: string | undefined;
};

/** A session as lists show it. */
export type OpenSession = Omit<SessionRow, 'dataJson'>;

const sessions = expressionBuilder<Schema, 'sessions'>();

/** Lists sessions, the newest login first. @param page `before`: only those after this one in the list */
export async function listSessions(
  db: Db,
  filter: SessionFilter,
  now: number,
  page: { before?: string | undefined; limit: number },
): Promise<OpenSession[]> {
  let query = db
    .selectFrom('sessions')
    .select(['id', 'userId', 'domainId', 'providerId', 'nameId', 'sessionIndex', 'network', 'userAgent'])
    .select(['createdAt', 'lastSeenAt', 'expiresAt'])
    .where(matching(filter))
    .where('expiresAt', '>', now);
  if (page.before !== undefined) query = query.where('id', '<', page.before);
  return query.orderBy('id', 'desc').limit(page.limit).execute();
}

/** Counts sessions, at most one more than `most`. */
export async function countSessions(db: Db, filter: SessionFilter, now: number, most?: number): Promise<number> {
  const all = db.selectFrom('sessions').select('id').where(matching(filter)).where('expiresAt', '>', now);
  const some = most === undefined ? all : all.limit(most + 1);
  return countRows(db.selectFrom(some.as('some')));
}

/** Whose sessions end with a change: some people's, or those of a provider, at a domain, or of a provider at a domain. */
type EndedSessions = { userIds: string[] } | { providerId: string; domainId?: string } | { domainId: string };

/** Ends sessions within the transaction of what ends them. Returns how many there were. */
export async function deleteAllSessions(db: Db, filter: EndedSessions): Promise<number> {
  const result = await db.deleteFrom('sessions').where(matching(filter)).executeTakeFirst();
  return Number(result.numDeletedRows);
}

/**
 * Ends up to `limit` sessions, but none that started after `until`. One that starts only after `now` is of a clock that was set back, and ends
 * too. Returns the person of each of them.
 */
export async function deleteSessions(
  db: Db,
  filter: SessionFilter,
  { until, now }: { until: number; now: number },
  limit: number,
): Promise<string[]> {
  const some = db
    .selectFrom('sessions')
    .select('id')
    .where(matching(filter))
    .where((e) => e.or([e('createdAt', '<=', until), e('createdAt', '>', now)]))
    .limit(limit);
  const rows = await db.deleteFrom('sessions').where('id', 'in', some).returning('userId').execute();
  return rows.map(({ userId }) => userId);
}

function matching({ ids, userIds, providerId, domainId, exceptId }: SessionFilter): Expression<SqlBool> {
  const conditions: Expression<SqlBool>[] = [];
  if (ids) conditions.push(ids.length > 0 ? sessions('id', 'in', ids) : sessions.lit(false));
  if (userIds) conditions.push(userIds.length > 0 ? sessions('userId', 'in', userIds) : sessions.lit(false));
  if (providerId !== undefined) conditions.push(sessions('providerId', providerId === null ? 'is' : '=', providerId));
  if (domainId !== undefined) conditions.push(sessions('domainId', '=', domainId));
  if (exceptId !== undefined) conditions.push(sessions('id', '!=', exceptId));
  return sessions.and(conditions);
}
