import type { RawBuilder } from 'kysely';
import type { Db } from '../db/open.ts';
import { type Group, groupColumns } from './groups.ts';
import { type User, userColumns, userFromRow } from './users.ts';

/** What to select from `users` or `groups`, in SQL over their columns. */
export type Selection = {
  conditions: RawBuilder<boolean>[];
  sortKey: RawBuilder<string | number | null>; // null if sorted by id
  order: RawBuilder<unknown>[];
  limit: number;
  offset: number;
};

/** A selected row with its sort key. */
export type Selected<Row> = Row & { sortKey: string | number | null };

/** Returns the people of a selection. */
export async function selectUsers(db: Db, selection: Selection): Promise<Selected<User>[]> {
  const { conditions, sortKey, order, limit, offset } = selection;
  let query = db.selectFrom('users').select(userColumns).select(sortKey.as('sortKey'));
  for (const condition of conditions) query = query.where(condition);
  for (const column of order) query = query.orderBy(column);
  const rows = await query.limit(limit).offset(offset).execute();
  return rows.map((row) => Object.assign(userFromRow(row), { sortKey: row.sortKey }));
}

/** Returns the groups of a selection. */
export async function selectGroups(db: Db, selection: Selection): Promise<Selected<Group>[]> {
  const { conditions, sortKey, order, limit, offset } = selection;
  let query = db.selectFrom('groups').select(groupColumns).select(sortKey.as('sortKey'));
  for (const condition of conditions) query = query.where(condition);
  for (const column of order) query = query.orderBy(column);
  return query.limit(limit).offset(offset).execute();
}

/** Returns the number of people or groups that meet a condition. */
export async function countMatching(
  db: Db,
  table: 'users' | 'groups',
  condition: RawBuilder<boolean>,
): Promise<number> {
  const row = await db
    .selectFrom(table)
    .select((e) => e.fn.countAll<number>().as('count'))
    .where(condition)
    .executeTakeFirstOrThrow();
  return Number(row.count);
}

/** Returns the IDs of the members of a group that meet a condition on `groupMembers` joined with `users`. */
export async function selectMemberIds(db: Db, groupId: string, condition: RawBuilder<boolean>): Promise<string[]> {
  const rows = await db
    .selectFrom('groupMembers')
    .innerJoin('users', 'users.id', 'groupMembers.userId')
    .select('groupMembers.userId')
    .where('groupMembers.groupId', '=', groupId)
    .where(condition)
    .execute();
  return rows.map((row) => row.userId);
}
