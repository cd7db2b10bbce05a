import type { Db } from '../db/open.ts';
import { changesOne, countRows, inserter, prepared } from '../db/query.ts';
import type { AuthenticatorAppRow, PasskeyRow } from '../db/schema.ts';

/** Returns a person's authenticator app, if they have set one up. */
export async function findAuthenticatorApp(db: Db, userId: string): Promise<AuthenticatorAppRow | undefined> {
  return db.selectFrom('authenticatorApps').selectAll().where('userId', '=', userId).executeTakeFirst();
}

/** Sets a person's authenticator app, instead of the one before. */
export async function writeAuthenticatorApp(db: Db, row: AuthenticatorAppRow): Promise<void> {
  await replaceApps(db, [row]);
}

const replaceApps = inserter('authenticatorApps', { key: ['userId'], existing: 'replace' });

/** Uses up a time step of an authenticator app, and all before it. Returns false if it was used: of two logins with one code, one succeeds. */
export async function useTimeStep(db: Db, userId: string, step: number, now: number): Promise<boolean> {
  return changesOne(
    db
      .updateTable('authenticatorApps')
      .set({ lastStep: step, lastUsedAt: now })
      .where('userId', '=', userId)
      .where('lastStep', '<', step),
  );
}

/** Removes a person's authenticator app. Returns false if there was none. */
export async function deleteAuthenticatorApp(db: Db, userId: string): Promise<boolean> {
  return changesOne(db.deleteFrom('authenticatorApps').where('userId', '=', userId));
}

/** Lists a person's passkeys, the oldest first. */
export async function listPasskeys(db: Db, userId: string): Promise<PasskeyRow[]> {
  return db.selectFrom('passkeys').selectAll().where('userId', '=', userId).orderBy('id').execute();
}

/** Returns the passkey with a credential ID (base64url), of any person. */
export async function findPasskey(db: Db, credentialId: string): Promise<PasskeyRow | undefined> {
  return db.selectFrom('passkeys').selectAll().where('credentialId', '=', credentialId).executeTakeFirst();
}

/** Adds a passkey. @throws the engine's error if the credential is known (see isUniqueViolation) */
export async function insertPasskey(db: Db, row: PasskeyRow): Promise<void> {
  await db.insertInto('passkeys').values(row).execute();
}

/**
 * Records the use of a passkey. Returns false if its counter did not grow: the authenticator was copied, or another login was faster
 * (WebAuthn 7.2, step 22). One that does not count always reports 0.
 */
export async function usePasskey(db: Db, id: string, counter: number, now: number): Promise<boolean> {
  return changesOne(
    db
      .updateTable('passkeys')
      .set({ counter, lastUsedAt: now })
      .where('id', '=', id)
      .where((e) => (counter === 0 ? e('counter', '=', 0) : e('counter', '<', counter))),
  );
}

/** Gives a passkey another name. */
export async function writePasskeyName(db: Db, id: string, name: string): Promise<void> {
  await db.updateTable('passkeys').set({ name }).where('id', '=', id).execute();
}

/** Removes a passkey of a person. Returns false if there was none. */
export async function deletePasskey(db: Db, userId: string, id: string): Promise<boolean> {
  return changesOne(db.deleteFrom('passkeys').where('userId', '=', userId).where('id', '=', id));
}

/** Replaces a person's recovery codes. */
export async function replaceRecoveryCodes(db: Db, userId: string, hashes: string[]): Promise<void> {
  await db.deleteFrom('recoveryCodes').where('userId', '=', userId).execute();
  await insertCodes(
    db,
    hashes.map((codeHash) => ({ userId, codeHash })),
  );
}

const insertCodes = inserter('recoveryCodes');

/** Uses up a recovery code. Returns false if there is none with this hash. */
export async function useRecoveryCode(db: Db, userId: string, codeHash: string): Promise<boolean> {
  return changesOne(db.deleteFrom('recoveryCodes').where('userId', '=', userId).where('codeHash', '=', codeHash));
}

/** Returns how many recovery codes a person has left. */
export async function countRecoveryCodes(db: Db, userId: string): Promise<number> {
  return countRows(db.selectFrom('recoveryCodes').where('userId', '=', userId));
}

/** Removes a person's authenticator app, passkeys and recovery codes. Returns how many apps and passkeys there were. */
export async function deleteSecondFactors(db: Db, userId: string): Promise<number> {
  const hadApp = await deleteAuthenticatorApp(db, userId);
  const { numDeletedRows } = await db.deleteFrom('passkeys').where('userId', '=', userId).executeTakeFirst();
  await replaceRecoveryCodes(db, userId, []);
  return Number(numDeletedRows) + (hadApp ? 1 : 0);
}

/** Returns whether a person has an authenticator app or a passkey: then the password alone is not enough. */
export async function hasSecondFactor(db: Db, userId: string): Promise<boolean> {
  return (await ownersAmong(db, userId)).length > 0;
}

const ownersAmong = prepared((db, userId: string) =>
  db
    .selectFrom('users')
    .select('id')
    .where('id', '=', userId)
    .where((e) =>
      e.or([
        e.exists(e.selectFrom('authenticatorApps').select('userId').whereRef('userId', '=', 'users.id')),
        e.exists(e.selectFrom('passkeys').select('userId').whereRef('userId', '=', 'users.id')),
      ]),
    ),
);

/** The hash of a person's password, their authenticator app, and their passkeys: how many, and the newest. */
export type CredentialFacts = {
  passwordHash: string | null;
  appSealed: string | null;
  passkeys: number;
  newestPasskey: string | null;
};

/** Returns what a person can log in with, in one query: every request of a local session asks for it. */
export async function findCredentials(db: Db, userId: string): Promise<CredentialFacts> {
  const [row] = await credentialsOf(db, userId);
  const { passwordHash = null, appSealed = null, passkeys, newestPasskey = null } = row ?? {};
  return { passwordHash, appSealed, passkeys: passkeys ?? 0, newestPasskey };
}

const credentialsOf = prepared((db, userId: string) =>
  db
    .selectFrom('users')
    .leftJoin('authenticatorApps', 'authenticatorApps.userId', 'users.id')
    .leftJoin(
      (e) =>
        e
          .selectFrom('passkeys')
          .select(['userId', (p) => p.fn.countAll<number>().as('count'), (p) => p.fn.max('id').as('newest')])
          .where('userId', '=', userId)
          .groupBy('userId')
          .as('keys'),
      (join) => join.onRef('keys.userId', '=', 'users.id'),
    )
    .select(['passwordHash', 'secretSealed as appSealed', 'keys.count as passkeys', 'keys.newest as newestPasskey'])
    .where('users.id', '=', userId),
);

/** A Power User who can log in with a password. */
export type PowerUserFactor = { userName: string; hasFactor: boolean };

/** Lists the active Power Users who can log in with a password, by user name, and whether they have a second factor. */
export async function listPowerUserFactors(db: Db): Promise<PowerUserFactor[]> {
  const rows = await db
    .selectFrom('users')
    .leftJoin('authenticatorApps', 'authenticatorApps.userId', 'users.id')
    .select((e) => [
      'userName',
      'authenticatorApps.userId as app',
      e
        .selectFrom('passkeys')
        .select((p) => p.fn.max('passkeys.id').as('last'))
        .whereRef('passkeys.userId', '=', 'users.id')
        .as('passkey'),
    ])
    .where('userType', '=', 'Power User')
    .where('active', '=', 1)
    .where('passwordHash', 'is not', null)
    .orderBy('userNameKey')
    .execute();
  return rows.map(({ userName, app, passkey }) => ({ userName, hasFactor: app !== null || passkey !== null }));
}
