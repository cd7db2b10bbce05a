import { setImmediate } from 'node:timers/promises';
import type { Db } from '../db/open.ts';
import { countRows, isOneOf, prepared } from '../db/query.ts';
import type { UserRow } from '../db/schema.ts';
import { countNestedGroups } from './nestedGroups.ts';

const IDS_PER_STATEMENT = 500;
const GROUPS_COUNTED_AT_ONCE = 5;

/** A member with what the name to show is made of. */
export type Member = { userId: string } & Pick<UserRow, 'userName' | 'displayName' | 'givenName' | 'familyName'>;

const nameColumns = ['users.userName', 'users.displayName', 'users.givenName', 'users.familyName'] as const;

/**
 * Adds people to a group; existing members are ignored. `unknown` are IDs without a person. Like removeMembers, it works in slices,
 * between which other requests are served.
 */
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
    await setImmediate();
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
    await setImmediate();
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
    .select(['groupMembers.userId', ...nameColumns])
    .where('groupMembers.groupId', '=', groupId);
  if (after !== undefined) query = query.where('groupMembers.userId', '>', after);
  return query.orderBy('groupMembers.userId').limit(limit).execute();
}

/** Returns the members of several groups, by group, in the order of their IDs; undefined if there are more than `most` in all. */
export async function findMembersOfGroups(
  db: Db,
  groupIds: string[],
  most: number,
): Promise<Map<string, Member[]> | undefined> {
  const rows = await membersOfGroups(db, JSON.stringify(groupIds), most + 1);
  if (rows.length > most) return undefined;
  const members = new Map<string, Member[]>(groupIds.map((id) => [id, []]));
  for (const { groupId, ...member } of rows) members.get(groupId)?.push(member);
  for (const some of members.values()) some.sort((one, other) => (one.userId < other.userId ? -1 : 1));
  return members;
}

// Unsorted: a query that sorts would read all members before it returns the first.
const membersOfGroups = prepared((db, groupIds: string, limit: number) =>
  db
    .selectFrom('groupMembers')
    .innerJoin('users', 'users.id', 'groupMembers.userId')
    .select(['groupMembers.groupId', 'groupMembers.userId', ...nameColumns])
    .where(isOneOf(db, 'groupMembers.groupId', groupIds))
    .limit(limit),
);

/** Returns the numbers of members of groups, people and groups, counted a few groups at a time, between which others are served. */
export async function countMembersOf(db: Db, groupIds: string[]): Promise<Map<string, number>> {
  const sizes = await countNestedGroups(db, groupIds);
  for (let start = 0; start < groupIds.length; start += GROUPS_COUNTED_AT_ONCE) {
    const some = JSON.stringify(groupIds.slice(start, start + GROUPS_COUNTED_AT_ONCE));
    for (const { groupId, count } of await sizesOf(db, some)) sizes.set(groupId, count + (sizes.get(groupId) ?? 0));
    await setImmediate();
  }
  return sizes;
}

const sizesOf = prepared((db, groupIds: string) =>
  db
    .selectFrom('groupMembers')
    .select(['groupId', (e) => e.fn.countAll<number>().as('count')])
    .where(isOneOf(db, 'groupId', groupIds))
    .groupBy('groupId'),
);

/** Returns the number of members of a group, people and groups. People are counted up to `most`. */
export async function countMembers(db: Db, groupId: string, most: number): Promise<number> {
  const some = db.selectFrom('groupMembers').select('userId').where('groupId', '=', groupId).limit(most);
  const groups = await countNestedGroups(db, [groupId]);
  return (await countRows(db.selectFrom(some.as('some')))) + (groups.get(groupId) ?? 0);
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
