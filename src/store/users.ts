import type { Db } from '../db/open.ts';
import type { UserRow } from '../db/schema.ts';
import { caseKey } from './caseKey.ts';

/** The values of `userType` that mean something; any other text is kept and treated as an Intranet User. */
export const userTypes = ['Power User', 'Intranet User', 'Non Intranet User'] as const;

/** A person of the People Directory. `passwordHash` is not among it: see findPasswordHash. */
export type User = Omit<UserRow, 'active' | 'profileJson' | 'passwordHash' | 'userNameKey'> & {
  active: boolean;
  profile: Record<string, unknown>;
};

const columns = [
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

export type UserFilter = { search?: string | undefined; active?: boolean | undefined; userType?: string | undefined };

export async function findUser(db: Db, id: string): Promise<User | undefined> {
  const row = await db.selectFrom('users').select(columns).where('id', '=', id).executeTakeFirst();
  return row && fromRow(row);
}

/** The person with a user name, in any case. */
export async function findUserByUserName(db: Db, userName: string): Promise<User | undefined> {
  const row = await db
    .selectFrom('users')
    .select(columns)
    .where('userNameKey', '=', caseKey(userName))
    .executeTakeFirst();
  return row && fromRow(row);
}

/** The people with an e-mail address, in any case; two at the most, for more than one is too many to sign in. */
export async function findUsersByEmail(db: Db, email: string): Promise<User[]> {
  const rows = await db
    .selectFrom('users')
    .select(columns)
    .where('id', 'in', (e) => e.selectFrom('userEmails').select('userId').where('valueKey', '=', caseKey(email)))
    .limit(2)
    .execute();
  return rows.map(fromRow);
}

/** The people with an external ID, letter by letter; two at the most. */
export async function findUsersByExternalId(db: Db, externalId: string): Promise<User[]> {
  const rows = await db.selectFrom('users').select(columns).where('externalId', '=', externalId).limit(2).execute();
  return rows.map(fromRow);
}

/** A page of people by user name, and how many there are in all. */
export async function listUsers(
  db: Db,
  filter: UserFilter,
  page: { limit: number; offset: number },
): Promise<{ rows: User[]; total: number }> {
  let query = db.selectFrom('users');
  if (filter.active !== undefined) query = query.where('active', '=', filter.active ? 1 : 0);
  if (filter.userType) query = query.where('userType', '=', filter.userType);
  if (filter.search) {
    const pattern = `%${caseKey(filter.search).replace(/[\\%_]/g, '\\$&')}%`;
    query = query.where(({ eb, or }) =>
      or([
        eb('userNameKey', 'like', pattern),
        eb(eb.fn('lower', ['displayName']), 'like', pattern),
        eb(eb.fn('lower', ['email']), 'like', pattern),
      ]),
    );
  }
  const { total } = await query.select((e) => e.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  const rows = await query.select(columns).orderBy('userNameKey').limit(page.limit).offset(page.offset).execute();
  return { rows: rows.map(fromRow), total: Number(total) };
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

export async function findPasswordHash(db: Db, id: string): Promise<string | undefined> {
  const row = await db.selectFrom('users').select('passwordHash').where('id', '=', id).executeTakeFirst();
  return row?.passwordHash ?? undefined;
}

export async function writePasswordHash(db: Db, id: string, passwordHash: string | null): Promise<void> {
  await db.updateTable('users').set({ passwordHash }).where('id', '=', id).execute();
}

export async function insertUser(db: Db, user: User, passwordHash: string | null): Promise<void> {
  await db
    .insertInto('users')
    .values({ ...toRow(user), passwordHash })
    .execute();
  await writeEmails(db, user);
}

/** Writes a person where the version is still the one that was read; false where somebody else was faster. */
export async function updateUser(db: Db, user: User, readVersion: number): Promise<boolean> {
  const { id, createdAt: _, ...changes } = toRow(user);
  const result = await db
    .updateTable('users')
    .set(changes)
    .where('id', '=', id)
    .where('version', '=', readVersion)
    .executeTakeFirst();
  if (result.numUpdatedRows !== 1n) return false;
  await writeEmails(db, user);
  return true;
}

export async function deleteUser(db: Db, id: string): Promise<void> {
  await db.deleteFrom('users').where('id', '=', id).execute();
}

export async function writeLastSignIn(db: Db, id: string, at: number): Promise<void> {
  await db.updateTable('users').set({ lastSignInAt: at }).where('id', '=', id).execute();
}

async function writeEmails(db: Db, user: User): Promise<void> {
  await db.deleteFrom('userEmails').where('userId', '=', user.id).execute();
  const keys = new Set(emailsOf(user).map(caseKey));
  if (keys.size === 0) return;
  await db
    .insertInto('userEmails')
    .values([...keys].map((valueKey) => ({ userId: user.id, valueKey })))
    .execute();
}

/** The primary address and the others of the profile. */
function emailsOf(user: User): string[] {
  const others = Array.isArray(user.profile.emails) ? user.profile.emails : [];
  const values = others.map((email: { value?: unknown }) => email.value);
  return [user.email, ...values].filter((value) => typeof value === 'string' && value !== '') as string[];
}

function fromRow({ profileJson, ...row }: Omit<UserRow, 'passwordHash' | 'userNameKey'>): User {
  return { ...row, active: row.active === 1, profile: JSON.parse(profileJson) };
}

function toRow({ profile, ...user }: User): Omit<UserRow, 'passwordHash'> {
  return {
    ...user,
    userNameKey: caseKey(user.userName),
    active: user.active ? 1 : 0,
    profileJson: JSON.stringify(profile),
  };
}
