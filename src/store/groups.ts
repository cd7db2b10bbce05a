import type { Db } from '../db/open.ts';
import { isOneOf, prepared } from '../db/query.ts';
import type { GroupRow } from '../db/schema.ts';
import { caseKey } from './caseKey.ts';
import { addToCount } from './directoryCounts.ts';

const IDS_PER_STATEMENT = 1_000;

/** A group in the People Directory. Its members are in a table of their own. */
export type Group = Omit<GroupRow, 'displayNameKey'>;

/** A member as shown in lists. */
export type Member = { userId: string; displayName: string | null };

/** The columns of a group. */
export const groupColumns = [
  'id',
  'displayName',
  'externalId',
  'sourceId',
  'version',
  'createdAt',
  'modifiedAt',
] as const satisfies (keyof GroupRow)[];

export async function findGroup(db: Db, id: string): Promise<Group | undefined> {
  return db.selectFrom('groups').select(groupColumns).where('id', '=', id).executeTakeFirst();
}

/** Returns the group with a name, ignoring case. */
export async function findGroupByName(db: Db, displayName: string): Promise<Group | undefined> {
  const key = caseKey(displayName);
  return db.selectFrom('groups').select(groupColumns).where('displayNameKey', '=', key).executeTakeFirst();
}

/** Returns a page of groups whose names start with a text, with their numbers of members, and the total number of groups. */
export async function listGroups(
  db: Db,
  filter: { beginning?: string | undefined; sourceId?: string | undefined },
  page: { limit: number; offset: number },
): Promise<{ rows: (Group & { members: number })[]; total: number }> {
  let query = db.selectFrom('groups');
  if (filter.beginning) {
    const key = caseKey(filter.beginning);
    query = query.where('displayNameKey', '>=', key).where('displayNameKey', '<', `${key}\u{10ffff}`);
  }
  if (filter.sourceId) query = query.where('sourceId', '=', filter.sourceId);
  const { total } = await query.select((e) => e.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  const rows = await query
    .select(groupColumns)
    .select((e) =>
      e
        .selectFrom('groupMembers')
        .whereRef('groupMembers.groupId', '=', 'groups.id')
        .select((m) => m.fn.countAll<number>().as('count'))
        .as('members'),
    )
    .orderBy('displayNameKey')
    .limit(page.limit)
    .offset(page.offset)
    .execute();
  return { rows: rows.map((row) => ({ ...row, members: Number(row.members) })), total: Number(total) };
}

/** Returns the groups of several people as (person, group) pairs, by group name. */
export async function findGroupsOfUsers(
  db: Db,
  userIds: string[],
): Promise<{ userId: string; id: string; displayName: string }[]> {
  return userIds.length === 0 ? [] : groupsOfUsers(db, JSON.stringify(userIds));
}

const groupsOfUsers = prepared((db, userIds: string) =>
  db
    .selectFrom('groupMembers')
    .innerJoin('groups', 'groups.id', 'groupMembers.groupId')
    .select(['groupMembers.userId', 'groups.id', 'groups.displayName'])
    .where(isOneOf(db, 'groupMembers.userId', userIds))
    .orderBy('groups.displayNameKey'),
);

/** Inserts a group without members. */
export async function insertGroup(db: Db, group: Group): Promise<void> {
  await db
    .insertInto('groups')
    .values({ ...group, displayNameKey: caseKey(group.displayName) })
    .execute();
  await addToCount(db, 'groups', group.id, 1);
}

/**
 * Updates the given columns of a group and its version, if the version still is `version` (undefined: any version).
 * Returns undefined if there is no such group or another change came first. Without changes and `now`, it only locks the group until
 * the transaction ends.
 */
export async function updateGroup(
  db: Db,
  id: string,
  version: number | undefined,
  now: number | undefined,
  changes: { displayName?: string; externalId?: string | null; sourceId?: string | null } = {},
): Promise<Group | undefined> {
  const { displayName } = changes;
  const key = displayName === undefined ? {} : { displayNameKey: caseKey(displayName) };
  const step = now === undefined ? 0 : 1;
  let query = db
    .updateTable('groups')
    .set((e) => ({
      ...changes,
      ...key,
      version: e('version', '+', step),
      ...(now === undefined ? {} : { modifiedAt: now }),
    }))
    .where('id', '=', id);
  if (version !== undefined) query = query.where('version', '=', version);
  return query.returning(groupColumns).executeTakeFirst();
}

/** Increments the version of every group of a person who is about to be deleted. */
export async function updateGroupsOfUser(db: Db, userId: string, now: number): Promise<void> {
  await db
    .updateTable('groups')
    .set((e) => ({ version: e('version', '+', 1), modifiedAt: now }))
    .where('id', 'in', (e) => e.selectFrom('groupMembers').select('groupId').where('userId', '=', userId))
    .execute();
}

/** Makes all groups of a profile source unmanaged. */
export async function releaseGroups(db: Db, sourceId: string): Promise<void> {
  await db.updateTable('groups').set({ sourceId: null }).where('sourceId', '=', sourceId).execute();
}

/** Deletes a group, but not its members. Returns false if there is none with this version. */
export async function deleteGroup(db: Db, id: string, version?: number): Promise<boolean> {
  let query = db.deleteFrom('groups').where('id', '=', id);
  if (version !== undefined) query = query.where('version', '=', version);
  const result = await query.executeTakeFirst();
  if (result.numDeletedRows !== 1n) return false;
  await addToCount(db, 'groups', id, -1);
  return true;
}

/** Adds people to a group; existing members are ignored. `unknown` are IDs without a person. */
export async function addMembers(
  db: Db,
  groupId: string,
  userIds: Iterable<string>,
): Promise<{ added: string[]; unknown: string[] }> {
  const added: string[] = [];
  const unknown: string[] = [];
  for (const ids of chunksOf(userIds)) {
    const rows = await db
      .insertInto('groupMembers')
      .columns(['groupId', 'userId'])
      .expression((e) =>
        e
          .selectFrom('users')
          .select([e.val(groupId).$castTo<string>().as('groupId'), 'id as userId'])
          .where('id', 'in', ids),
      )
      .onConflict((conflict) => conflict.columns(['groupId', 'userId']).doNothing())
      .returning('userId')
      .execute();
    for (const row of rows) added.push(row.userId);
    if (rows.length < ids.length) unknown.push(...(await unknownUsers(db, ids)));
  }
  return { added, unknown };
}

/** Removes people from a group. Returns those who were members. */
export async function removeMembers(db: Db, groupId: string, userIds: Iterable<string>): Promise<string[]> {
  const removed: string[] = [];
  for (const ids of chunksOf(userIds)) {
    const rows = await db
      .deleteFrom('groupMembers')
      .where('groupId', '=', groupId)
      .where('userId', 'in', ids)
      .returning('userId')
      .execute();
    for (const row of rows) removed.push(row.userId);
  }
  return removed;
}

/** Returns a page of members after a person (undefined: the first page), ordered by ID. */
export async function listMembers(
  db: Db,
  groupId: string,
  after: string | undefined,
  limit: number,
): Promise<Member[]> {
  let query = db
    .selectFrom('groupMembers')
    .innerJoin('users', 'users.id', 'groupMembers.userId')
    .select(['groupMembers.userId', 'users.displayName'])
    .where('groupMembers.groupId', '=', groupId);
  if (after !== undefined) query = query.where('groupMembers.userId', '>', after);
  return query.orderBy('groupMembers.userId').limit(limit).execute();
}

/** Returns the number of members of a group, counted up to `most`. */
export async function countMembers(db: Db, groupId: string, most: number): Promise<number> {
  const some = db.selectFrom('groupMembers').select('userId').where('groupId', '=', groupId).limit(most);
  const row = await db
    .selectFrom(some.as('some'))
    .select((e) => e.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

async function unknownUsers(db: Db, ids: string[]): Promise<string[]> {
  const rows = await db.selectFrom('users').select('id').where('id', 'in', ids).execute();
  const known = new Set(rows.map((row) => row.id));
  return ids.filter((id) => !known.has(id));
}

function* chunksOf(ids: Iterable<string>): Iterable<string[]> {
  const all = [...new Set(ids)];
  for (let start = 0; start < all.length; start += IDS_PER_STATEMENT) yield all.slice(start, start + IDS_PER_STATEMENT);
}
