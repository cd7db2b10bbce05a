import type { Db } from '../db/open.ts';
import { changesOne, inserter } from '../db/query.ts';

import type { LoginTestRow, PassedTestRow } from '../db/schema.ts';
import type { IdentityProvider } from './identityProviders.ts';

/** Who started a Test login: a Power User, a setup link of a provider's administrator, or the command line. */
export type Starter = `person:${string}` | `link:${string}` | 'commandLine';

/** A Test login of a provider as it was on a form, saved or not. */
export type LoginTest = Omit<LoginTestRow, 'starter' | 'draftJson' | 'matchedJson'> & {
  starter: Starter;
  draft: IdentityProvider;
  matched: string[]; // the IDs of up to two people that the response may mean
};

/** What a Test login passed with. `certificatesJson`: the SHA-256 of the certificates that were trusted. */
export type PassedTest = Omit<PassedTestRow, 'certificatesJson'> & { certificates: string[] };

export async function insertLoginTest(db: Db, { draft, matched, ...row }: LoginTest): Promise<void> {
  const json = { draftJson: JSON.stringify(draft), matchedJson: JSON.stringify(matched) };
  await db
    .insertInto('loginTests')
    .values({ ...row, ...json })
    .execute();
}

export async function findLoginTest(db: Db, id: string): Promise<LoginTest | undefined> {
  const row = await db.selectFrom('loginTests').selectAll().where('id', '=', id).executeTakeFirst();
  return row && fromRow(row);
}

/** Finds the Test login that a login request was sent for. */
export async function findTestOfRequest(db: Db, requestId: string): Promise<LoginTest | undefined> {
  const row = await db.selectFrom('loginTests').selectAll().where('requestId', '=', requestId).executeTakeFirst();
  return row && fromRow(row);
}

/** Finds the Test login that a row of Login activity is the result of. */
export async function findTestOfActivity(db: Db, activityId: string): Promise<LoginTest | undefined> {
  const row = await db.selectFrom('loginTests').selectAll().where('activityId', '=', activityId).executeTakeFirst();
  return row && fromRow(row);
}

/** Lists the newest Test logins, of everyone or of one starter. */
export async function listLoginTests(db: Db, limit: number, starter?: Starter): Promise<LoginTest[]> {
  let query = db.selectFrom('loginTests').selectAll().orderBy('id', 'desc').limit(limit);
  if (starter !== undefined) query = query.where('starter', '=', starter);
  return (await query.execute()).map(fromRow);
}

/** Returns how many Test logins wait for a response: of everyone, and of one starter. */
export async function countOpenTests(db: Db, starter: Starter, now: number): Promise<{ all: number; own: number }> {
  const rows = await db
    .selectFrom('loginTests')
    .select(['starter', (e) => e.fn.countAll<number>().as('count')])
    .where('expiresAt', '>', now)
    .where('activityId', 'is', null)
    .groupBy('starter')
    .execute();
  const own = rows.find((row) => row.starter === starter)?.count ?? 0;
  return { all: rows.reduce((sum, { count }) => sum + count, 0), own };
}

/** Deletes the oldest Test login of a starter that waits for a response. */
export async function deleteOldestOpenTest(db: Db, starter: Starter): Promise<void> {
  const oldest = db
    .selectFrom('loginTests')
    .select('id')
    .where('starter', '=', starter)
    .where('activityId', 'is', null)
    .orderBy('id')
    .limit(1);
  await db.deleteFrom('loginTests').where('id', 'in', oldest).execute();
}

/** Notes the login request of a Test login. Returns false if it has one already: it is sent once. */
export async function writeTestRequest(db: Db, id: string, requestId: string): Promise<boolean> {
  const update = db.updateTable('loginTests').set({ requestId }).where('id', '=', id).where('requestId', 'is', null);
  return changesOne(update);
}

/** Notes the result of a Test login: its row of Login activity, and the people that the response may mean. */
export async function writeTestResult(db: Db, id: string, activityId: string, matched: string[]): Promise<void> {
  const result = { activityId, matchedJson: JSON.stringify(matched) };
  await db.updateTable('loginTests').set(result).where('id', '=', id).execute();
}

/** Remembers what a Test login passed with, and forgets the oldest past `most` of a domain and an EntityID. */
export async function recordPassedTest(db: Db, { certificates, ...row }: PassedTest, most: number): Promise<void> {
  await replacePassed(db, [{ ...row, certificatesJson: JSON.stringify(certificates) }]);
  const { domainId, entityId } = row;
  const old = (await listPassedTests(db, domainId, entityId)).slice(most).map(({ digest }) => digest);
  if (old.length === 0) return;
  const ofProvider = db.deleteFrom('passedTests').where('domainId', '=', domainId).where('entityId', '=', entityId);
  await ofProvider.where('digest', 'in', old).execute();
}

const replacePassed = inserter('passedTests', { key: ['domainId', 'entityId', 'digest'], existing: 'replace' });

/** Lists what Test logins of an EntityID passed with at a domain, the newest first. */
export async function listPassedTests(db: Db, domainId: string, entityId: string): Promise<PassedTest[]> {
  const rows = await db
    .selectFrom('passedTests')
    .selectAll()
    .where('domainId', '=', domainId)
    .where('entityId', '=', entityId)
    .orderBy('at', 'desc')
    .orderBy('digest')
    .execute();
  return rows.map(({ certificatesJson, ...row }) => ({ ...row, certificates: JSON.parse(certificatesJson) }));
}

function fromRow({ starter, draftJson, matchedJson, ...row }: LoginTestRow): LoginTest {
  return { ...row, starter: starter as Starter, draft: JSON.parse(draftJson), matched: JSON.parse(matchedJson) };
}
