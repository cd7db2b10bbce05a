import type { SelectQueryBuilder } from 'kysely';
import type { Db } from '../db/open.ts';
import { countRows, isOneOf, jsonList, prepared } from '../db/query.ts';
import type { GroupRow, Schema } from '../db/schema.ts';
import { caseKey } from './caseKey.ts';
import { addToCount } from './directoryCounts.ts';
import { countMembersOf, listMembers, type Member, removeMembers } from './groupMembers.ts';
import { findGroupsAbove, listNestedGroups, refreshAncestors, takeNestingTurn } from './nestedGroups.ts';

const MEMBERS_AT_ONCE = 500;

/** A group in the People Directory. Its members are in a table of their own. */
export type Group = Omit<GroupRow, 'displayNameKey'>;

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

/** `sourceId`: what manages the groups, a profile source or an identity provider; null: those that neither does. */
export type GroupFilter = { beginning?: string | undefined; sourceId?: string | null | undefined };

/** Returns a page of groups whose names start with a text, by name, with their numbers of members, and the total number. */
export async function listGroups(
  db: Db,
  filter: GroupFilter,
  page: { limit: number; offset: number; descending?: boolean },
): Promise<{ rows: (Group & { members: number })[]; total: number }> {
  let query = db.selectFrom('groups');
  if (filter.beginning) {
    const key = caseKey(filter.beginning);
    query = query.where('displayNameKey', '>=', key).where('displayNameKey', '<', `${key}\u{10ffff}`);
  }
  if (filter.sourceId === null) query = query.where('sourceId', 'is', null);
  else if (filter.sourceId !== undefined) query = query.where('sourceId', '=', filter.sourceId);
  const total = await countRows(query);
  const found = await query
    .select(groupColumns)
    .orderBy('displayNameKey', page.descending ? 'desc' : 'asc')
    .limit(page.limit)
    .offset(page.offset)
    .execute();
  const sizes = await countMembersOf(
    db,
    found.map(({ id }) => id),
  );
  return { rows: found.map((row) => ({ ...row, members: sizes.get(row.id) ?? 0 })), total };
}

/** A group of a person: directly, or because another group of theirs is a member of it (RFC 7643 4.1.2). */
export type GroupOfUser = { userId: string; id: string; displayName: string; type: 'direct' | 'indirect' };

/** Returns the groups of several people as (person, group) pairs: first the direct ones by name, then the others. */
export async function findGroupsOfUsers(db: Db, userIds: string[]): Promise<GroupOfUser[]> {
  const [userId, ...others] = userIds;
  if (userId === undefined) return [];
  const rows = others.length === 0 ? await groupsOfUser(db, userId) : await groupsOfUsers(db, jsonList(userIds));
  const direct = rows.map(({ userId, id, displayName }): GroupOfUser => ({ userId, id, displayName, type: 'direct' }));
  const nested = new Set(rows.filter(({ isNested }) => isNested).map(({ id }) => id));
  return nested.size === 0 ? direct : [...direct, ...indirectGroups(direct, await findGroupsAbove(db, [...nested]))];
}

/** Each person has a group at most once, and not if they are its direct member. */
function indirectGroups(direct: GroupOfUser[], above: Awaited<ReturnType<typeof findGroupsAbove>>): GroupOfUser[] {
  const usersOf = Map.groupBy(direct, ({ id }) => id);
  const seen = new Set(direct.map(({ userId, id }) => `${userId} ${id}`));
  const groups: GroupOfUser[] = [];
  for (const { belowId, id, displayName } of above)
    for (const { userId } of usersOf.get(belowId) ?? []) {
      if (seen.has(`${userId} ${id}`)) continue;
      seen.add(`${userId} ${id}`);
      groups.push({ userId, id, displayName, type: 'indirect' });
    }
  return groups;
}

// A lookup by SCIM asks for one person: without the list, SQLite is three times as fast.
const groupsOfUser = prepared((db, userId: string) => groupsWith(db).where('groupMembers.userId', '=', userId));

const groupsOfUsers = prepared((db, userIds: string) =>
  groupsWith(db).where(isOneOf(db, 'groupMembers.userId', userIds)),
);

function groupsWith(db: Db) {
  return db
    .selectFrom('groupMembers')
    .innerJoin('groups', 'groups.id', 'groupMembers.groupId')
    .select(['groupMembers.userId', 'groups.id', 'groups.displayName'])
    .select((e) =>
      e
        .exists(e.selectFrom('nestedGroups').select('memberId').whereRef('nestedGroups.memberId', '=', 'groups.id'))
        .as('isNested'),
    )
    .orderBy('groups.displayNameKey');
}

/** Lists the groups that a person is a direct member of and that a profile source or identity provider manages. */
export async function listGroupsOfUserFrom(db: Db, userId: string, sourceId: string): Promise<Group[]> {
  return db
    .selectFrom('groups')
    .innerJoin('groupMembers', 'groupMembers.groupId', 'groups.id')
    .select(groupColumns.map((name) => `groups.${name}` as const))
    .where('groupMembers.userId', '=', userId)
    .where('groups.sourceId', '=', sourceId)
    .execute();
}

/** Inserts a group without members. */
export async function insertGroup(db: Db, group: Group): Promise<void> {
  await db
    .insertInto('groups')
    .values({ ...group, displayNameKey: caseKey(group.displayName) })
    .execute();
  await addToCount(db, 'groups', group.id, 1);
}

/**
 * Updates the given columns of a group and its version, if the version still is `version` (undefined: whatever it is).
 * Returns undefined if there is no such group or another change came first. Without changes and `now`, it only locks the group until
 * the transaction ends. The groups that contain a group with a new name, which they show, get a new version too.
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
  const updated = await query.returning(groupColumns).executeTakeFirst();
  if (updated && displayName !== undefined && now !== undefined) await updateContainers(db, id, now);
  return updated;
}

function updateContainers(db: Db, id: string, now: number): Promise<string[]> {
  return updateVersions(db, db.selectFrom('nestedGroups').select('groupId').where('memberId', '=', id), now);
}

/** Increments the version of every group of a person who gets another name or is about to be deleted. Returns the IDs of the groups. */
export function updateGroupsOfUser(db: Db, userId: string, now: number): Promise<string[]> {
  return updateVersions(db, db.selectFrom('groupMembers').select('groupId').where('userId', '=', userId), now);
}

async function updateVersions<T extends keyof Schema>(
  db: Db,
  groupIds: SelectQueryBuilder<Schema, T, { groupId: string }>,
  now: number,
): Promise<string[]> {
  const rows = await db
    .updateTable('groups')
    .set((e) => ({ version: e('version', '+', 1), modifiedAt: now }))
    .where('id', 'in', groupIds)
    .returning('id')
    .execute();
  return rows.map(({ id }) => id);
}

/** Makes all groups of a profile source or identity provider unmanaged. Returns them. */
export async function releaseGroups(db: Db, sourceId: string): Promise<Group[]> {
  return db
    .updateTable('groups')
    .set({ sourceId: null })
    .where('sourceId', '=', sourceId)
    .returning(groupColumns)
    .execute();
}

/** What ends with a group: the IDs of its members, people and groups, and of the groups that it was a member of. */
export type EndedMemberships = { members: string[]; containers: string[] };

/**
 * Deletes a group, but not its members. Call within a transaction. The groups that contain it get a new version. Returns undefined if there
 * is none with this ID.
 */
export async function deleteGroup(db: Db, id: string, now: number): Promise<EndedMemberships | undefined> {
  if (!(await updateGroup(db, id, undefined, undefined))) return undefined; // which locks it
  const members: string[] = [];
  for (let left: Member[] = await listMembers(db, id, undefined, MEMBERS_AT_ONCE); left.length > 0; ) {
    const ids = left.map(({ userId }) => userId);
    for (const removed of await removeMembers(db, id, ids)) members.push(removed);
    left = await listMembers(db, id, ids.at(-1), MEMBERS_AT_ONCE);
  }
  await takeNestingTurn(db);
  const nested = (await listNestedGroups(db, [id])).map((group) => group.id);
  const containers = await updateContainers(db, id, now);
  await db.deleteFrom('groups').where('id', '=', id).execute();
  await refreshAncestors(db, nested);
  await addToCount(db, 'groups', id, -1);
  return { members: members.concat(nested), containers };
}
