import { sql } from 'kysely';
import type { Db } from '../db/open.ts';
import { countRows, prepared } from '../db/query.ts';
import type { ProfileSourceRow, ProfileSourceTokenRow } from '../db/schema.ts';

/** A SCIM client that provisions people and groups. Its `id` is the Client ID. */
export type ProfileSource = Omit<
  ProfileSourceRow,
  'active' | 'logBodies' | 'readOnly' | 'patchResponse' | 'networksJson' | keyof SourceRights | keyof Refusals
> &
  SourceRights &
  Refusals & {
    active: boolean;
    logBodies: boolean;
    readOnly: boolean;
    patchResponse: 'resource' | 'none'; // response to a PATCH: 200 with the resource, or 204
    networks: string[]; // in CIDR notation; empty: requests may come from anywhere
  };

/** What a source may do besides managing Intranet Users. */
export type SourceRights = {
  mayGrantPowerUser: boolean; // and change the type, the user name and the password of a Power User
  maySetPasswords: boolean; // of the people that it created
  mayTakeOver: boolean; // people who were added by hand
};

/** Whether requests of a source are refused because of what does not exist here. Otherwise the rest of the request is carried out. */
export type Refusals = { refuseUnknownAttributes: boolean; refuseUnknownMembers: boolean };

/** Where something that a client sends goes: `to` is the name of an attribute, '' to ignore it. */
export type MappingRule = { from: string; to: string };

/** A token without its secret. */
export type SourceToken = Omit<ProfileSourceTokenRow, 'tokenHash'>;

export async function findSource(db: Db, id: string): Promise<ProfileSource | undefined> {
  const row = await db.selectFrom('profileSources').selectAll().where('id', '=', id).executeTakeFirst();
  return row && fromRow(row);
}

/** Returns the sources with these IDs, in this order. Unknown IDs are missing. */
export async function findSources(db: Db, ids: string[]): Promise<ProfileSource[]> {
  if (ids.length === 0) return [];
  const rows = await db.selectFrom('profileSources').selectAll().where('id', 'in', ids).execute();
  return ids.flatMap((id) => rows.filter((row) => row.id === id).map(fromRow));
}

/** Returns all sources, the oldest first. */
export async function listSources(db: Db): Promise<ProfileSource[]> {
  const rows = await db.selectFrom('profileSources').selectAll().orderBy('createdAt').orderBy('id').execute();
  return rows.map(fromRow);
}

/** Returns the source that a token belongs to, and when the token expires (null: never). */
export async function findSourceByTokenHash(
  db: Db,
  tokenHash: string,
): Promise<{ source: ProfileSource; expiresAt: number | null } | undefined> {
  const [row] = await byTokenHash(db, tokenHash);
  if (!row) return undefined;
  const { expiresAt, ...source } = row;
  return { source: fromRow(source), expiresAt };
}

const byTokenHash = prepared((db, tokenHash: string) =>
  db
    .selectFrom('profileSourceTokens')
    .innerJoin('profileSources', 'profileSources.id', 'profileSourceTokens.sourceId')
    .selectAll('profileSources')
    .select('profileSourceTokens.expiresAt')
    .where('tokenHash', '=', tokenHash),
);

export async function insertSource(db: Db, source: ProfileSource): Promise<void> {
  await db.insertInto('profileSources').values(toRow(source)).execute();
}

/** Writes a source, except for its time of the last request, its ownership and its mapping. */
export async function updateSource(db: Db, source: ProfileSource): Promise<void> {
  const { id, lastCallAt: _, ownership: __, mappingJson: ___, ...changes } = toRow(source);
  await db.updateTable('profileSources').set(changes).where('id', '=', id).execute();
}

/** Returns what a source owns, as stored, and locks its row until the transaction ends. */
export async function lockOwnership(db: Db, id: string): Promise<string | undefined> {
  const row = await db
    .updateTable('profileSources')
    .set((e) => ({ ownership: e.ref('ownership') }))
    .where('id', '=', id)
    .returning('ownership')
    .executeTakeFirst();
  return row?.ownership;
}

/** Writes what a source owns, and its mapping. Call lockOwnership before. */
export async function writeOwnership(
  db: Db,
  id: string,
  changed: { ownership: string; mappingJson?: string },
): Promise<void> {
  await db.updateTable('profileSources').set(changed).where('id', '=', id).execute();
}

/** Deletes a source with its tokens. Its people and groups are released before (releaseFromSource, releaseGroups). */
export async function deleteSource(db: Db, id: string): Promise<void> {
  await db.deleteFrom('profileSources').where('id', '=', id).execute();
}

/** Returns the tokens of a source, the newest first. */
export async function listSourceTokens(db: Db, sourceId: string): Promise<SourceToken[]> {
  return db
    .selectFrom('profileSourceTokens')
    .select(['sourceId', 'hint', 'createdAt', 'expiresAt'])
    .where('sourceId', '=', sourceId)
    .orderBy('createdAt', 'desc')
    .execute();
}

export async function insertSourceToken(db: Db, token: ProfileSourceTokenRow): Promise<void> {
  await db.insertInto('profileSourceTokens').values(token).execute();
}

/** Makes the tokens of a source expire at a time, unless they expire sooner. Deletes those that have expired by `now`. */
export async function expireSourceTokens(db: Db, sourceId: string, at: number, now: number): Promise<void> {
  await db
    .updateTable('profileSourceTokens')
    .set({ expiresAt: at })
    .where('sourceId', '=', sourceId)
    .where((e) => e.or([e('expiresAt', 'is', null), e('expiresAt', '>', at)]))
    .execute();
  await db.deleteFrom('profileSourceTokens').where('sourceId', '=', sourceId).where('expiresAt', '<=', now).execute();
}

/** Counts the people and groups that a source manages. */
export async function countManaged(
  db: Db,
  sourceId: string,
): Promise<{ people: number; activePeople: number; groups: number }> {
  const { people, activePeople } = await db
    .selectFrom('users')
    .select((e) => [e.fn.countAll<number>().as('people'), e.fn.sum<number | null>('active').as('activePeople')])
    .where('sourceId', '=', sourceId)
    .executeTakeFirstOrThrow();
  const groups = await countRows(db.selectFrom('groups').where('sourceId', '=', sourceId));
  return { people, activePeople: activePeople ?? 0, groups };
}

/** Returns the IDs of some people that a source manages. */
export async function findManagedUserIds(db: Db, sourceId: string, limit: number): Promise<string[]> {
  const rows = await db.selectFrom('users').select('id').where('sourceId', '=', sourceId).limit(limit).execute();
  return rows.map((row) => row.id);
}

/** Adds requests of a source to the count of their day (UTC), and records the time of the last one if it is given. */
export async function addCalls(
  db: Db,
  sourceId: string,
  { day, calls, failures, at }: { day: number; calls: number; failures: number; at?: number | undefined },
): Promise<void> {
  await db
    .insertInto('profileSourceCalls')
    .columns(['sourceId', 'day', 'calls', 'failures'])
    .expression((e) =>
      e
        .selectFrom('profileSources')
        .select(['id as sourceId', sql<number>`${sql.lit(day)}`.as('day')])
        .select([sql<number>`${sql.lit(calls)}`.as('calls'), sql<number>`${sql.lit(failures)}`.as('failures')])
        .where('id', '=', sourceId),
    )
    .onConflict((conflict) =>
      conflict.columns(['sourceId', 'day']).doUpdateSet({
        calls: sql<number>`"profileSourceCalls"."calls" + excluded."calls"`,
        failures: sql<number>`"profileSourceCalls"."failures" + excluded."failures"`,
      }),
    )
    .execute();
  if (at !== undefined)
    await db.updateTable('profileSources').set({ lastCallAt: at }).where('id', '=', sourceId).execute();
}

/** Returns the requests per day from a day on (epoch milliseconds of midnight, UTC), the oldest first, without days without requests. */
export async function listCalls(
  db: Db,
  sourceId: string,
  fromDay: number,
): Promise<{ day: number; calls: number; failures: number }[]> {
  return db
    .selectFrom('profileSourceCalls')
    .select(['day', 'calls', 'failures'])
    .where('sourceId', '=', sourceId)
    .where('day', '>=', fromDay)
    .orderBy('day')
    .execute();
}

function fromRow({ networksJson, ...row }: ProfileSourceRow): ProfileSource {
  return {
    ...row,
    active: row.active === 1,
    logBodies: row.logBodies === 1,
    readOnly: row.readOnly === 1,
    patchResponse: row.patchResponse === 'none' ? 'none' : 'resource',
    networks: JSON.parse(networksJson),
    mayGrantPowerUser: row.mayGrantPowerUser === 1,
    maySetPasswords: row.maySetPasswords === 1,
    mayTakeOver: row.mayTakeOver === 1,
    refuseUnknownAttributes: row.refuseUnknownAttributes === 1,
    refuseUnknownMembers: row.refuseUnknownMembers === 1,
  };
}

function toRow({ networks, ...source }: ProfileSource): ProfileSourceRow {
  return {
    ...source,
    active: source.active ? 1 : 0,
    logBodies: source.logBodies ? 1 : 0,
    readOnly: source.readOnly ? 1 : 0,
    networksJson: JSON.stringify(networks),
    mayGrantPowerUser: source.mayGrantPowerUser ? 1 : 0,
    maySetPasswords: source.maySetPasswords ? 1 : 0,
    mayTakeOver: source.mayTakeOver ? 1 : 0,
    refuseUnknownAttributes: source.refuseUnknownAttributes ? 1 : 0,
    refuseUnknownMembers: source.refuseUnknownMembers ? 1 : 0,
  };
}
