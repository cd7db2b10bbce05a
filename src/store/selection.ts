import { setImmediate } from 'node:timers/promises';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../db/open.ts';
import { compiled, countRows, isOneOf } from '../db/query.ts';
import { type Group, groupColumns } from './groups.ts';
import { type User, userColumns, userFromRow } from './users.ts';

const SKIPPED_AT_ONCE = 10_000;

/** What to select from `users` or `groups`, in SQL over their columns. */
export type Selection = {
  ids?: string[]; // only rows with one of these
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
  const { ids, conditions, sortKey, order, limit, offset } = selection;
  let query = db.selectFrom('users').select(userColumns).select(sortKey.as('sortKey'));
  if (ids) query = query.where(isOneOf(db, 'id', JSON.stringify(ids)));
  for (const condition of conditions) query = query.where(condition);
  for (const column of order) query = query.orderBy(column);
  const rows = await query.limit(limit).offset(offset).execute();
  return rows.map((row) => Object.assign(userFromRow(row), { sortKey: row.sortKey }));
}

/** Returns the groups of a selection. */
export async function selectGroups(db: Db, selection: Selection): Promise<Selected<Group>[]> {
  const { ids, conditions, sortKey, order, limit, offset } = selection;
  let query = db.selectFrom('groups').select(groupColumns).select(sortKey.as('sortKey'));
  if (ids) query = query.where(isOneOf(db, 'id', JSON.stringify(ids)));
  for (const condition of conditions) query = query.where(condition);
  for (const column of order) query = query.orderBy(column);
  return query.limit(limit).offset(offset).execute();
}

/**
 * Skips rows in the order of a unique column that has an index, in slices between which other requests are served. Returns the value of
 * the last row skipped, and how many are left to skip.
 */
export async function skipRows(
  db: Db,
  table: 'users' | 'groups',
  { column, descending, count }: { column: RawBuilder<unknown>; descending: boolean; count: number },
): Promise<{ last: string | undefined; left: number }> {
  const [sign, direction] = descending ? ['<', 'desc'] : ['>', 'asc'];
  let last: string | undefined;
  let left = count;
  while (left >= SKIPPED_AT_ONCE) {
    let query = db.selectFrom(table).select(sql<string>`${column}`.as('value'));
    if (last !== undefined) query = query.where(sql<boolean>`${column} ${sql.raw(sign)} ${last}`);
    const ordered = query.orderBy(sql`${column} ${sql.raw(direction)}`);
    const row = await ordered
      .limit(1)
      .offset(SKIPPED_AT_ONCE - 1)
      .executeTakeFirst();
    if (!row) break;
    last = row.value;
    left -= SKIPPED_AT_ONCE;
    await setImmediate();
  }
  return { last, left };
}

/** The ID of a row that meets a condition, and what the list is sorted by. */
export type Match = { id: string; sortKey: string | number | null };

type MatchQuery = { table: 'users' | 'groups'; condition: RawBuilder<boolean>; sortKey: Selection['sortKey'] };

/** Returns the ID of the row that is `size` rows after an ID, or undefined if there are fewer. */
export async function findSliceEnd(
  db: Db,
  table: 'users' | 'groups',
  after: string,
  size: number,
): Promise<string | undefined> {
  const query = db.selectFrom(table).select('id').where('id', '>', after).orderBy('id');
  const row = await query
    .limit(1)
    .offset(size - 1)
    .executeTakeFirst();
  return row?.id;
}

/** Returns a function that returns the matches in a range of IDs, by ID: after the first one, up to the last one. */
export function matchesInRange(db: Db, query: MatchQuery): (after: string, last: string) => Promise<Match[]> {
  return compiled(db, (_, after: string, last: string) =>
    matches(db, query).where('id', '>', after).where('id', '<=', last),
  );
}

/** Returns a function that returns the matches among some IDs, by ID. @param ids a JSON array */
export function matchesAmong(db: Db, query: MatchQuery): (ids: string) => Promise<Match[]> {
  return compiled(db, (_, ids: string) => matches(db, query).where(isOneOf(db, 'id', ids)));
}

function matches(db: Db, { table, condition, sortKey }: MatchQuery) {
  return db.selectFrom(table).select('id').select(sortKey.as('sortKey')).where(condition).orderBy('id');
}

/** Returns the IDs that a query finds, in order, or undefined if there are more than `most`. @param ids SQL that selects `id` */
export async function findIds(db: Db, ids: RawBuilder<unknown>, most: number): Promise<string[] | undefined> {
  const { rows } = await sql<{ id: string }>`select "id" from (${ids}) as "found" limit ${most + 1}`.execute(db);
  return rows.length > most ? undefined : rows.map(({ id }) => id).sort();
}

/** Returns the number of memberships of all groups, counted up to `most`. */
export async function countMemberships(db: Db, most: number): Promise<number> {
  const some = db.selectFrom('groupMembers').select('userId').limit(most);
  return countRows(db.selectFrom(some.as('some')));
}

/**
 * Tests up to `size` members of a group after a person with a condition on `groupMembers` joined with `users`. Returns those who meet it,
 * and the last one tested, or undefined if there are no more.
 */
export async function findMatchingMembers(
  db: Db,
  groupId: string,
  condition: RawBuilder<boolean>,
  after: string,
  size: number,
): Promise<{ ids: string[]; last: string | undefined }> {
  const members = db.selectFrom('groupMembers').where('groupId', '=', groupId).where('groupMembers.userId', '>', after);
  const end = await members
    .select('userId')
    .orderBy('userId')
    .limit(1)
    .offset(size - 1)
    .executeTakeFirst();
  let matching = members.innerJoin('users', 'users.id', 'groupMembers.userId').select('groupMembers.userId');
  if (end) matching = matching.where('groupMembers.userId', '<=', end.userId);
  const rows = await matching.where(condition).execute();
  return { ids: rows.map(({ userId }) => userId), last: end?.userId };
}
