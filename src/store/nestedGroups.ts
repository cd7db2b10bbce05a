import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../db/open.ts';
import { countRows, inserter, isOneOf, jsonList, prepared } from '../db/query.ts';
import { writeSetting } from './settings.ts';

/** A group that is a member of another group. */
export type NestedGroup = { groupId: string; id: string; displayName: string };

/** Returns those of these IDs that are groups. */
export async function findGroupIds(db: Db, ids: string[]): Promise<string[]> {
  const rows = ids.length === 0 ? [] : await existing(db, jsonList(ids));
  return rows.map(({ id }) => id);
}

const existing = prepared((db, ids: string) =>
  db
    .selectFrom('groups')
    .select('id')
    .where(isOneOf(db, 'id', ids)),
);

/**
 * Waits until no other transaction nests groups or takes groups apart: two at once could make a cycle together, or leave wrong ancestors.
 */
export async function takeNestingTurn(db: Db): Promise<void> {
  await writeSetting(db, 'nestingTurn', '');
}

/** Makes groups members of a group, within a transaction that took its turn and checked them (people/nestedGroups.ts). */
export async function insertNestedGroups(db: Db, groupId: string, ids: string[]): Promise<void> {
  const rows = ids.map((memberId) => ({ groupId, memberId }));
  await insertPairs(db, rows);
  await refreshAncestors(db, ids);
}

const insertPairs = inserter('nestedGroups');

/** Removes groups from a group. Returns those that were members. */
export async function removeNestedGroups(db: Db, groupId: string, ids: string[]): Promise<string[]> {
  if ((await findGroupIds(db, ids)).length === 0) return [];
  await takeNestingTurn(db);
  const query = db.deleteFrom('nestedGroups').where('groupId', '=', groupId);
  const rows = await query
    .where(isOneOf(db, 'memberId', jsonList(ids)))
    .returning('memberId')
    .execute();
  const removed = rows.map(({ memberId }) => memberId);
  await refreshAncestors(db, removed);
  return removed;
}

/** Computes the ancestors of groups, and of all groups below them, again. Call after an edge above them has changed, in the same turn. */
export async function refreshAncestors(db: Db, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  const affected = sql<{
    id: string;
  }>`${withGroupsBelow(sql`select "id" from "groups" where "id" in (${sql.join(ids)})`)}`;
  const json = JSON.stringify((await affected.execute(db)).rows.map(({ id }) => id));
  await db
    .deleteFrom('groupAncestors')
    .where(isOneOf(db, 'groupId', json))
    .execute();
  await db
    .withRecursive('above', (cte) =>
      cte
        .selectFrom('nestedGroups')
        .select(['memberId as groupId', 'groupId as id'])
        .where(isOneOf(db, 'memberId', json))
        .union(
          cte
            .selectFrom('above')
            .innerJoin('nestedGroups', 'nestedGroups.memberId', 'above.id')
            .select(['above.groupId', 'nestedGroups.groupId as id']),
        ),
    )
    .insertInto('groupAncestors')
    .columns(['groupId', 'ancestorId'])
    .expression((e) => e.selectFrom('above').select(['groupId', 'id as ancestorId']))
    .execute();
}

/** Returns the groups that are members of some groups, by ID. */
export async function listNestedGroups(db: Db, groupIds: string[]): Promise<NestedGroup[]> {
  return groupIds.length === 0 ? [] : nestedIn(db, JSON.stringify(groupIds));
}

const nestedIn = prepared((db, groupIds: string) =>
  db
    .selectFrom('nestedGroups')
    .innerJoin('groups', 'groups.id', 'nestedGroups.memberId')
    .select(['nestedGroups.groupId', 'groups.id', 'groups.displayName'])
    .where(isOneOf(db, 'nestedGroups.groupId', groupIds))
    .orderBy('groups.id'),
);

/** Returns the groups that a group is directly a member of, by name. */
export async function listContainingGroups(db: Db, id: string): Promise<{ id: string; displayName: string }[]> {
  return db
    .selectFrom('nestedGroups')
    .innerJoin('groups', 'groups.id', 'nestedGroups.groupId')
    .select(['groups.id', 'groups.displayName'])
    .where('nestedGroups.memberId', '=', id)
    .orderBy('groups.displayNameKey')
    .execute();
}

/** Returns the member groups of a group that meet a condition on `groups` as "child". */
export async function findMatchingNested(db: Db, groupId: string, condition: RawBuilder<boolean>): Promise<string[]> {
  const rows = await db
    .selectFrom('nestedGroups')
    .innerJoin('groups as child', 'child.id', 'nestedGroups.memberId')
    .select('child.id')
    .where('nestedGroups.groupId', '=', groupId)
    .where(condition)
    .execute();
  return rows.map(({ id }) => id);
}

/** Returns the groups one level above or below some groups, without repetitions, at most `most`. */
export async function findNextGroups(
  db: Db,
  ids: string[],
  direction: 'above' | 'below',
  most: number,
): Promise<string[]> {
  const [from, to] = direction === 'above' ? (['memberId', 'groupId'] as const) : (['groupId', 'memberId'] as const);
  const query = db.selectFrom('nestedGroups').select(`${to} as id`).distinct();
  const rows = await query
    .where(isOneOf(db, from, JSON.stringify(ids)))
    .limit(most)
    .execute();
  return rows.map(({ id }) => id);
}

/** Returns all groups above some groups, each once for each group that it is above of, by name. */
export async function findGroupsAbove(
  db: Db,
  ids: string[],
): Promise<{ belowId: string; id: string; displayName: string }[]> {
  return allAbove(db, JSON.stringify(ids));
}

const allAbove = prepared((db, ids: string) =>
  db
    .selectFrom('groupAncestors')
    .innerJoin('groups', 'groups.id', 'groupAncestors.ancestorId')
    .select(['groupAncestors.groupId as belowId', 'groups.id', 'groups.displayName'])
    .where(isOneOf(db, 'groupAncestors.groupId', ids))
    .orderBy('groups.displayNameKey'),
);

/** Returns how many groups are above some groups, counted once for each of them. */
export async function countAncestors(db: Db, ids: string[]): Promise<number> {
  return countRows(db.selectFrom('groupAncestors').where(isOneOf(db, 'groupId', jsonList(ids))));
}

/** Returns the numbers of member groups of some groups. Groups without any are missing. */
export async function countNestedGroups(db: Db, groupIds: string[]): Promise<Map<string, number>> {
  const rows = await sizesOf(db, JSON.stringify(groupIds));
  return new Map(rows.map(({ groupId, count }) => [groupId, count]));
}

const sizesOf = prepared((db, groupIds: string) =>
  db
    .selectFrom('nestedGroups')
    .select(['groupId', (e) => e.fn.countAll<number>().as('count')])
    .where(isOneOf(db, 'groupId', groupIds))
    .groupBy('groupId'),
);

function withGroupsBelow(ids: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`with recursive "below" ("id") as (${ids} union select "nestedGroups"."memberId" from "below" join "nestedGroups" on "nestedGroups"."groupId" = "below"."id") select "id" from "below"`;
}
