import { pairsOfName } from '../db/namePairs.ts';
import type { Db } from '../db/open.ts';
import { inserter, prepared } from '../db/query.ts';
import type { Schema, UserRow } from '../db/schema.ts';
import { addToCount } from './directoryCounts.ts';
import { updateGroupsOfUser } from './groups.ts';
import { loginKey } from './loginName.ts';
import { emailsOf, type User, userColumns, userFromRow } from './users.ts';

/** The sort key of a person in lists, and the words that searches find them by. */
export type SearchKeys = { nameKey: string; words: string[] };

/** A person to write. */
type NewUser = { user: User; keys: SearchKeys; passwordHash: string | null };

/** Inserts people. @throws the engine's error if a user name is taken (see isUniqueViolation) */
export async function insertUsers(db: Db, people: NewUser[]): Promise<void> {
  const [first] = people;
  if (!first) return;
  const rows = people.map(({ user, keys, passwordHash }) => ({ ...toRow(user, keys), passwordHash }));
  await insertPeople(db, rows);
  const emails = people.flatMap(({ user }) => emailKeysOf(user).map((valueKey) => ({ userId: user.id, valueKey })));
  await insertEmails(db, emails);
  const tokens = people.flatMap(({ user, keys }) => keys.words.map((token) => ({ token, userId: user.id })));
  await insertTokens(db, tokens);
  await insertNames(
    db,
    people.flatMap(({ user, keys }) => namesOf(user.id, keys.nameKey)),
  );
  await addToCount(db, 'users', first.user.id, people.length);
}

const insertPeople = inserter('users');
const insertEmails = inserter('userEmails');
const insertTokens = inserter('userTokens');
const insertNames = inserter('userNames');

/** Writes a person if the version is still the one that was read. Returns false if another change came first. */
export async function updateUser(db: Db, user: User, keys: SearchKeys, readVersion: number): Promise<boolean> {
  const before = await readKeys(db, user.id);
  const { id, createdAt: _, ...changes } = toRow(user, keys);
  const result = await db
    .updateTable('users')
    .set(changes)
    .where('id', '=', id)
    .where('version', '=', readVersion)
    .executeTakeFirst();
  if (!before || result.numUpdatedRows !== 1n) return false;
  await updateEmails(db, user);
  await updateTokens(db, id, before.searchText, changes.searchText);
  await updateNames(db, id, before.nameKey, changes.nameKey);
  return true;
}

/** Deletes a person with everything that belongs to them. The groups that lose a member get a new version. Returns their IDs. */
export async function deleteUser(db: Db, id: string, now: number): Promise<string[]> {
  const row = await readKeys(db, id);
  if (!row) return [];
  const groups = await updateGroupsOfUser(db, id, now);
  await updateTokens(db, id, row.searchText, '');
  await updateNames(db, id, row.nameKey, '');
  const result = await db.deleteFrom('users').where('id', '=', id).executeTakeFirst();
  if (result.numDeletedRows === 1n) await addToCount(db, 'users', id, -1);
  return groups;
}

/** Sets or removes (null) a person's local password. */
export async function writePasswordHash(db: Db, id: string, passwordHash: string | null): Promise<void> {
  await db.updateTable('users').set({ passwordHash }).where('id', '=', id).execute();
}

/** Makes several people unmanaged, and deactivates them on request. */
export async function releaseUsers(db: Db, ids: string[], now: number, deactivate: boolean): Promise<void> {
  if (ids.length === 0) return;
  await db
    .updateTable('users')
    .set((e) => ({
      sourceId: null,
      version: e('version', '+', 1),
      modifiedAt: now,
      ...(deactivate ? { active: 0 as const } : {}),
    }))
    .where('id', 'in', ids)
    .execute();
}

/**
 * Returns a person and locks the row: nothing else changes or deletes it until the transaction ends.
 * (An update that changes nothing takes the lock on both engines.)
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

/** Records a login. */
export async function writeLastLogin(db: Db, id: string, at: number): Promise<void> {
  await setLastLogin(db, id, at);
}

const setLastLogin = prepared((db, id: string, at: number) =>
  db.updateTable('users').set({ lastLoginAt: at }).where('id', '=', id),
);

async function updateEmails(db: Db, user: User): Promise<void> {
  const before = await db.selectFrom('userEmails').select('valueKey').where('userId', '=', user.id).execute();
  const keys = before.map((row) => row.valueKey);
  const { gone, added } = differences(keys, emailKeysOf(user));
  if (gone.length > 0)
    await db.deleteFrom('userEmails').where('userId', '=', user.id).where('valueKey', 'in', gone).execute();
  const rows = added.map((valueKey) => ({ userId: user.id, valueKey }));
  await insertEmails(db, rows);
}

async function updateTokens(db: Db, userId: string, before: string, after: string): Promise<void> {
  if (before === after) return;
  const { gone, added } = differences(before.split(' ').filter(Boolean), after.split(' ').filter(Boolean));
  if (gone.length > 0)
    await db.deleteFrom('userTokens').where('userId', '=', userId).where('token', 'in', gone).execute();
  const rows = added.map((token) => ({ token, userId }));
  await insertTokens(db, rows);
}

async function updateNames(db: Db, userId: string, before: string, after: string): Promise<void> {
  if (before === after) return;
  const pairs = pairsOfName(before);
  if (pairs.length > 0)
    await db
      .deleteFrom('userNames')
      .where('pair', 'in', pairs)
      .where('name', '=', before)
      .where('userId', '=', userId)
      .execute();
  await insertNames(db, namesOf(userId, after));
}

function namesOf(userId: string, name: string): Schema['userNames'][] {
  return pairsOfName(name).map((pair) => ({ pair, name, userId }));
}

async function readKeys(db: Db, id: string): Promise<{ searchText: string; nameKey: string } | undefined> {
  return db.selectFrom('users').select(['searchText', 'nameKey']).where('id', '=', id).executeTakeFirst();
}

function differences(before: string[], after: string[]): { gone: string[]; added: string[] } {
  return { gone: before.filter((key) => !after.includes(key)), added: after.filter((key) => !before.includes(key)) };
}

function emailKeysOf(user: User): string[] {
  return [...new Set(emailsOf(user).map(loginKey))];
}

function toRow({ profile, ...user }: User, { nameKey, words }: SearchKeys): Omit<UserRow, 'passwordHash'> {
  return {
    ...user,
    userNameKey: loginKey(user.userName),
    active: user.active ? 1 : 0,
    profileJson: JSON.stringify(profile),
    nameKey,
    searchText: words.map((word) => ` ${word}`).join(''),
    managerId: profile.enterprise?.manager?.value ?? null,
    omitFromSearch: profile.interact?.omitFromSearch ? 1 : 0,
  };
}
