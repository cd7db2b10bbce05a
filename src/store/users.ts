import { sql } from 'kysely';
import type { Db } from '../db/open.ts';
import { countRows, isOneOf, jsonList, prepared } from '../db/query.ts';
import type { UserRow } from '../db/schema.ts';
import { loginKey, soughtKey } from './loginName.ts';
import type { Profile } from './profile.ts';

/** The known values of `userType`. Any other text is kept and treated as Intranet User. */
export const userTypes = ['Power User', 'Intranet User', 'Non Intranet User'] as const;

/** A person in the People Directory, without the password hash (see findPasswordHash). */
export type User = Omit<UserRow, 'active' | 'profileJson' | 'passwordHash' | DerivedColumn> & {
  active: boolean;
  profile: Profile;
};

/** Columns derived from others for lookups. */
type DerivedColumn = 'userNameKey' | 'nameKey' | 'searchText' | 'managerId' | 'omitFromSearch';

/** The columns that userFromRow reads. */
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
  'creatorId',
  'version',
  'createdAt',
  'modifiedAt',
  'lastLoginAt',
] as const satisfies (keyof UserRow)[];

export async function findUser(db: Db, id: string): Promise<User | undefined> {
  const [row] = await byId(db, id);
  return row && userFromRow(row);
}

const byId = prepared((db, id: string) => db.selectFrom('users').select(userColumns).where('id', '=', id));

/** Returns a person if a provider is enabled and belongs to a domain. In one query: every request of a session asks for all of it. */
export async function findUserOfProvider(db: Db, id: string, at: { providerId: string; domainId: string }) {
  const [row] = await byIdAndProvider(db, id, at.providerId, at.domainId);
  return row && userFromRow(row);
}

const byIdAndProvider = prepared((db, id: string, providerId: string, domainId: string) =>
  db
    .selectFrom('users')
    .select(userColumns)
    .where('id', '=', id)
    .where((e) => {
      const served = e
        .selectFrom('providerDomains')
        .innerJoin('identityProviders', 'identityProviders.id', 'providerId');
      const here = served.where('providerId', '=', providerId).where('domainId', '=', domainId);
      return e.exists(here.select('providerId').where('enabled', '=', 1));
    }),
);

/** Returns the people with these IDs, by ID. */
export async function findUsersById(db: Db, ids: string[]): Promise<Map<string, User>> {
  const rows = ids.length === 0 ? [] : await byIds(db, jsonList(ids));
  return new Map(rows.map((row) => [row.id, userFromRow(row)]));
}

const byIds = prepared((db, ids: string) =>
  db
    .selectFrom('users')
    .select(userColumns)
    .where(isOneOf(db, 'id', ids)),
);

/** Returns the display names of people by ID. Unknown IDs are missing. */
export async function findDisplayNames(db: Db, ids: string[]): Promise<Pick<User, 'id' | 'displayName'>[]> {
  return ids.length === 0 ? [] : displayNamesOf(db, jsonList(ids));
}

const displayNamesOf = prepared((db, ids: string) =>
  db
    .selectFrom('users')
    .select(['id', 'displayName'])
    .where(isOneOf(db, 'id', ids)),
);

/** Returns the person with a user name, ignoring case. */
export async function findUserByUserName(db: Db, userName: string): Promise<User | undefined> {
  const [row] = await byUserName(db, soughtKey(userName));
  return row && userFromRow(row);
}

const byUserName = prepared((db, key: string) =>
  db.selectFrom('users').select(userColumns).where('userNameKey', '=', key),
);

/** Returns up to two people with an e-mail address, ignoring case: two are enough to see that it is not unique. */
export async function findUsersByEmail(db: Db, email: string): Promise<User[]> {
  return (await byEmail(db, soughtKey(email))).map(userFromRow);
}

const byEmail = prepared((db, key: string) =>
  db
    .selectFrom('userEmails')
    .innerJoin('users', 'users.id', 'userEmails.userId')
    .select(userColumns)
    .where('valueKey', '=', key)
    .limit(2),
);

/** Returns up to two people with a user name or e-mail address, ignoring case. */
export async function findUsersByUserNameOrEmail(db: Db, name: string): Promise<User[]> {
  return (await byEither(db, soughtKey(name))).map(userFromRow);
}

// A union lets both engines use the two indexes. With OR, PostgreSQL would scan all people.
const byEither = prepared((db, key: string) =>
  db
    .selectFrom('users')
    .select(userColumns)
    .where('id', 'in', (e) =>
      e
        .selectFrom('users')
        .select('id')
        .where('userNameKey', '=', key)
        .unionAll(e.selectFrom('userEmails').select('userId as id').where('valueKey', '=', key)),
    )
    .limit(2),
);

/** Returns up to two people with exactly this external ID. */
export async function findUsersByExternalId(db: Db, externalId: string): Promise<User[]> {
  const rows = await db.selectFrom('users').select(userColumns).where('externalId', '=', externalId).limit(2).execute();
  return rows.map(userFromRow);
}

/** Returns the people with these user names, in any case, by the loginKey of their user name. */
export async function findUsersByUserNames(db: Db, userNames: string[]): Promise<Map<string, User>> {
  const rows = await byUserNames(db, jsonList(userNames.map(soughtKey)));
  return new Map(rows.map((row) => [loginKey(row.userName), userFromRow(row)]));
}

const byUserNames = prepared((db, keys: string) =>
  db
    .selectFrom('users')
    .select(userColumns)
    .where(isOneOf(db, 'userNameKey', keys)),
);

/** Returns the IDs of the people with these e-mail addresses, by the loginKey of the address. */
export async function findEmailOwners(db: Db, emails: string[]): Promise<Map<string, string[]>> {
  const owners = Map.groupBy(await byEmails(db, jsonList(emails.map(soughtKey))), ({ valueKey }) => valueKey);
  return new Map([...owners].map(([key, rows]) => [key, rows.map(({ userId }) => userId)]));
}

const byEmails = prepared((db, keys: string) =>
  db
    .selectFrom('userEmails')
    .selectAll()
    .where(isOneOf(db, 'valueKey', keys)),
);

/** Returns the hash of a person's local password, if they have one. */
export async function findPasswordHash(db: Db, id: string): Promise<string | undefined> {
  const row = await db.selectFrom('users').select('passwordHash').where('id', '=', id).executeTakeFirst();
  return row?.passwordHash ?? undefined;
}

/** Returns the number of active people of a type. */
export async function countActiveUsers(db: Db, userType: string): Promise<number> {
  return countRows(db.selectFrom('users').where('userType', '=', userType).where('active', '=', 1));
}

/** How many Power Users are active, how many of them have a local password, and how many no profile source manages. */
export type PowerUserCounts = { active: number; withPassword: number; unmanaged: number };

/** Counts the active Power Users other than these people. */
export async function countPowerUsers(db: Db, exceptIds: string[] = []): Promise<PowerUserCounts> {
  let query = db
    .selectFrom('users')
    .select((e) => [
      e.fn.countAll<number>().as('active'),
      e.fn.count<number>('passwordHash').as('withPassword'),
      sql<number | null>`sum(case when "sourceId" is null then 1 else 0 end)`.as('unmanaged'),
    ])
    .where('userType', '=', 'Power User')
    .where('active', '=', 1);
  if (exceptIds.length > 0) query = query.where('id', 'not in', exceptIds);
  const { unmanaged, ...counts } = await query.executeTakeFirstOrThrow();
  return { ...counts, unmanaged: unmanaged ?? 0 };
}

/** Returns those of these people who are active Power Users, the ones with a local password first. */
export async function findPowerUsersAmong(db: Db, ids: string[]): Promise<{ id: string; hasPassword: boolean }[]> {
  if (ids.length === 0) return [];
  const rows = await db
    .selectFrom('users')
    .select(['id', 'passwordHash'])
    .where('id', 'in', ids)
    .where('userType', '=', 'Power User')
    .where('active', '=', 1)
    .execute();
  const found = rows.map(({ id, passwordHash }) => ({ id, hasPassword: passwordHash !== null }));
  return found.sort((one, other) => Number(other.hasPassword) - Number(one.hasPassword));
}

/** Returns the distinct e-mail addresses of a person, primary first. */
export function emailsOf(user: Pick<User, 'email' | 'profile'>): string[] {
  const values = [user.email, ...(user.profile.emails ?? []).map((email) => email.value)];
  return [...new Set(values.filter((value) => value !== undefined && value !== null && value !== ''))] as string[];
}

/** Returns a person from userColumns. Naming each property is several times faster than a rest pattern. */
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
    creatorId: row.creatorId,
    version: row.version,
    createdAt: row.createdAt,
    modifiedAt: row.modifiedAt,
    lastLoginAt: row.lastLoginAt,
  };
}
