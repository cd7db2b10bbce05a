import type { Db } from '../db/open.ts';
import { prepared } from '../db/prepared.ts';
import type { UserRow } from '../db/schema.ts';
import { caseKey } from './caseKey.ts';
import { addToCount } from './directoryCounts.ts';
import type { Profile } from './profile.ts';
import { nameKeyOf, wordsOfUser } from './searchWords.ts';

/** The values of `userType` that mean something; any other text is kept and treated as an Intranet User. */
export const userTypes = ['Power User', 'Intranet User', 'Non Intranet User'] as const;

/** A person of the People Directory. `passwordHash` is not among it: see findPasswordHash. */
export type User = Omit<UserRow, 'active' | 'profileJson' | 'passwordHash' | DerivedColumn> & {
  active: boolean;
  profile: Profile;
};

/** Columns that are made of the others for the sake of looking people up. */
type DerivedColumn = 'userNameKey' | 'nameKey' | 'searchText' | 'managerId' | 'omitFromSearch';

/** The columns of which userFromRow makes a person. */
export const userColumns = [
  'id',
  'userName',
  'active',
  'userType',
  'loginType',
  'externalId',
  'givenName',
  'familyName',
  'displayName',
  'title',
  'department',
  'email',
  'profileJson',
  'sourceId',
  'version',
  'createdAt',
  'modifiedAt',
  'lastSignInAt',
] as const satisfies (keyof UserRow)[];

export async function findUser(db: Db, id: string): Promise<User | undefined> {
  const [row] = await byId(db, id);
  return row && userFromRow(row);
}

const byId = prepared((db, id: string) => db.selectFrom('users').select(userColumns).where('id', '=', id));

/** The people with these IDs, by ID. */
export async function findUsersById(db: Db, ids: string[]): Promise<Map<string, User>> {
  if (ids.length === 0) return new Map();
  const rows = await db.selectFrom('users').select(userColumns).where('id', 'in', ids).execute();
  return new Map(rows.map((row) => [row.id, userFromRow(row)]));
}

/**
 * A person who stays as they are until the transaction ends: nobody else changes or removes them meanwhile.
 * (A statement that changes nothing takes the lock on both engines.)
 */
export async function lockUser(db: Db, id: string): Promise<User | undefined> {
  const row = await db
    .updateTable('users')
    .set((e) => ({ version: e.ref('version') }))
    .where('id', '=', id)
    .returning(userColumns)
    .executeTakeFirst();
  return row && userFromRow(row);
}

/** What to call several people by: see nameOf. */
export async function findNames(
  db: Db,
  ids: string[],
): Promise<Pick<User, 'id' | 'userName' | 'displayName' | 'givenName' | 'familyName'>[]> {
  if (ids.length === 0) return [];
  return db
    .selectFrom('users')
    .select(['id', 'userName', 'displayName', 'givenName', 'familyName'])
    .where('id', 'in', [...new Set(ids)])
    .execute();
}

/** The person with a user name, in any case. */
export async function findUserByUserName(db: Db, userName: string): Promise<User | undefined> {
  const [row] = await byUserName(db, caseKey(userName));
  return row && userFromRow(row);
}

const byUserName = prepared((db, key: string) =>
  db.selectFrom('users').select(userColumns).where('userNameKey', '=', key),
);

/** The people with an e-mail address, in any case; two at the most, for more than one is too many to sign in. */
export async function findUsersByEmail(db: Db, email: string): Promise<User[]> {
  return (await byEmail(db, caseKey(email))).map(userFromRow);
}

const byEmail = prepared((db, key: string) =>
  db
    .selectFrom('userEmails')
    .innerJoin('users', 'users.id', 'userEmails.userId')
    .select(userColumns)
    .where('valueKey', '=', key)
    .limit(2),
);

/** The people with an external ID, letter by letter; two at the most. */
export async function findUsersByExternalId(db: Db, externalId: string): Promise<User[]> {
  const rows = await db.selectFrom('users').select(userColumns).where('externalId', '=', externalId).limit(2).execute();
  return rows.map(userFromRow);
}

/** How many active people of a type there are. */
export async function countActiveUsers(db: Db, userType: string): Promise<number> {
  const row = await db
    .selectFrom('users')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('userType', '=', userType)
    .where('active', '=', 1)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

export async function insertUser(db: Db, user: User, passwordHash: string | null): Promise<void> {
  await insertUsers(db, [{ user, passwordHash }]);
}

/** Inserts several people in a few statements. At most 500, for a statement has a limited number of parameters. */
export async function insertUsers(db: Db, people: { user: User; passwordHash: string | null }[]): Promise<void> {
  const [first] = people;
  if (!first) return;
  const rows = people.map(({ user, passwordHash }) => ({ ...toRow(user), passwordHash }));
  await db.insertInto('users').values(rows).execute();
  const emails = people.flatMap(({ user }) => emailKeysOf(user).map((valueKey) => ({ userId: user.id, valueKey })));
  if (emails.length > 0) await db.insertInto('userEmails').values(emails).execute();
  const tokens = people.flatMap(({ user }) => wordsOfUser(user).map((token) => ({ token, userId: user.id })));
  if (tokens.length > 0) await db.insertInto('userTokens').values(tokens).execute();
  await addToCount(db, 'users', first.user.id, people.length);
}

/** Writes a person where the version is still the one that was read; false where somebody else was faster. */
export async function updateUser(db: Db, user: User, readVersion: number): Promise<boolean> {
  const before = await db.selectFrom('users').select('searchText').where('id', '=', user.id).executeTakeFirst();
  const { id, createdAt: _, ...changes } = toRow(user);
  const result = await db
    .updateTable('users')
    .set(changes)
    .where('id', '=', id)
    .where('version', '=', readVersion)
    .executeTakeFirst();
  if (!before || result.numUpdatedRows !== 1n) return false;
  await updateEmails(db, user);
  await updateTokens(db, id, before.searchText, changes.searchText);
  return true;
}

/** Removes a person with all that is theirs. The groups that lose a member get a new version. */
export async function deleteUser(db: Db, id: string, now: number): Promise<void> {
  const row = await db.selectFrom('users').select('searchText').where('id', '=', id).executeTakeFirst();
  if (!row) return;
  await db
    .updateTable('groups')
    .set((e) => ({ version: e('version', '+', 1), modifiedAt: now }))
    .where('id', 'in', (e) => e.selectFrom('groupMembers').select('groupId').where('userId', '=', id))
    .execute();
  await updateTokens(db, id, row.searchText, '');
  const result = await db.deleteFrom('users').where('id', '=', id).executeTakeFirst();
  if (result.numDeletedRows === 1n) await addToCount(db, 'users', id, -1);
}

export async function writeLastSignIn(db: Db, id: string, at: number): Promise<void> {
  await db.updateTable('users').set({ lastSignInAt: at }).where('id', '=', id).execute();
}

/** Every e-mail address of a person, the primary one first, none twice. */
export function emailsOf(user: User): string[] {
  const values = [user.email, ...(user.profile.emails ?? []).map((email) => email.value)];
  return [...new Set(values.filter((value) => value !== undefined && value !== null && value !== ''))] as string[];
}

/** A person out of the columns of userColumns. Named one by one: that is several times faster than copying what is left over. */
export function userFromRow(row: Omit<UserRow, 'passwordHash' | DerivedColumn>): User {
  return {
    id: row.id,
    userName: row.userName,
    active: row.active === 1,
    userType: row.userType,
    loginType: row.loginType,
    externalId: row.externalId,
    givenName: row.givenName,
    familyName: row.familyName,
    displayName: row.displayName,
    title: row.title,
    department: row.department,
    email: row.email,
    profile: JSON.parse(row.profileJson),
    sourceId: row.sourceId,
    version: row.version,
    createdAt: row.createdAt,
    modifiedAt: row.modifiedAt,
    lastSignInAt: row.lastSignInAt,
  };
}

async function updateEmails(db: Db, user: User): Promise<void> {
  const before = await db.selectFrom('userEmails').select('valueKey').where('userId', '=', user.id).execute();
  const had = new Set(before.map((row) => row.valueKey));
  const has = new Set(emailKeysOf(user));
  const gone = [...had].filter((valueKey) => !has.has(valueKey));
  const added = [...has].filter((valueKey) => !had.has(valueKey)).map((valueKey) => ({ userId: user.id, valueKey }));
  if (gone.length > 0)
    await db.deleteFrom('userEmails').where('userId', '=', user.id).where('valueKey', 'in', gone).execute();
  if (added.length > 0) await db.insertInto('userEmails').values(added).execute();
}

async function updateTokens(db: Db, userId: string, before: string, after: string): Promise<void> {
  if (before === after) return;
  const had = new Set(before.split(' ').filter(Boolean));
  const has = new Set(after.split(' ').filter(Boolean));
  const gone = [...had].filter((token) => !has.has(token));
  const added = [...has].filter((token) => !had.has(token)).map((token) => ({ token, userId }));
  if (gone.length > 0)
    await db.deleteFrom('userTokens').where('userId', '=', userId).where('token', 'in', gone).execute();
  if (added.length > 0) await db.insertInto('userTokens').values(added).execute();
}

function emailKeysOf(user: User): string[] {
  return [...new Set(emailsOf(user).map(caseKey))];
}

function toRow({ profile, ...user }: User): Omit<UserRow, 'passwordHash'> {
  const whole = { ...user, profile };
  return {
    ...user,
    userNameKey: caseKey(user.userName),
    active: user.active ? 1 : 0,
    profileJson: JSON.stringify(profile),
    nameKey: nameKeyOf(whole),
    searchText: wordsOfUser(whole)
      .map((word) => ` ${word}`)
      .join(''),
    managerId: profile.enterprise?.manager?.value ?? null,
    omitFromSearch: profile.interact?.omitFromSearch ? 1 : 0,
  };
}
