import type { Db } from '../db/open.ts';
import { isOneOf, prepared } from '../db/query.ts';
import type { UserRow } from '../db/schema.ts';
import { caseKey } from './caseKey.ts';
import type { Profile } from './profile.ts';

const NAMES_PER_STATEMENT = 500;

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
  'lastLoginAt',
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

/** The display names of several people; nobody stands for an id that nobody has. */
export async function findDisplayNames(db: Db, ids: string[]): Promise<Pick<User, 'id' | 'displayName'>[]> {
  return ids.length === 0 ? [] : displayNamesOf(db, JSON.stringify(ids));
}

const displayNamesOf = prepared((db, ids: string) =>
  db
    .selectFrom('users')
    .select(['id', 'displayName'])
    .where(isOneOf(db, 'id', ids)),
);

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

/** The people whose user name or one of whose e-mail addresses this is, in any case; two at the most. */
export async function findUsersByUserNameOrEmail(db: Db, name: string): Promise<User[]> {
  return (await byEither(db, caseKey(name))).map(userFromRow);
}

// By one question that both engines answer from the two indexes: to PostgreSQL an OR would mean to look at everybody.
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

/** The people with an external ID, letter by letter; two at the most. */
export async function findUsersByExternalId(db: Db, externalId: string): Promise<User[]> {
  const rows = await db.selectFrom('users').select(userColumns).where('externalId', '=', externalId).limit(2).execute();
  return rows.map(userFromRow);
}

/** Returns the people with these user names, in any case, by the case key of their user name. */
export async function findUsersByUserNames(db: Db, userNames: string[]): Promise<Map<string, User>> {
  const keys = [...new Set(userNames.map(caseKey))];
  const found = new Map<string, User>();
  for (let start = 0; start < keys.length; start += NAMES_PER_STATEMENT) {
    const some = keys.slice(start, start + NAMES_PER_STATEMENT);
    const rows = await db.selectFrom('users').select(userColumns).where('userNameKey', 'in', some).execute();
    for (const row of rows) found.set(caseKey(row.userName), userFromRow(row));
  }
  return found;
}

/** Returns the hash of a person's local password, if they have one. */
export async function findPasswordHash(db: Db, id: string): Promise<string | undefined> {
  const row = await db.selectFrom('users').select('passwordHash').where('id', '=', id).executeTakeFirst();
  return row?.passwordHash ?? undefined;
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
    lastLoginAt: row.lastLoginAt,
  };
}
