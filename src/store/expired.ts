import { setImmediate } from 'node:timers/promises';
import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../db/open.ts';
import type { Schema } from '../db/schema.ts';
import { minIdAt } from '../identifier.ts';
import { TRAFFIC_KEPT_MS } from './loginTraffic.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const ROWS_AT_ONCE = 500;

/**
 * A table whose rows expire, and its key. Rows are kept for some time after that. A row that expires later than `longestMs` from now is of a
 * clock that was set back, and is deleted too.
 */
type Expiring = { table: ExpiringTable; key: string[]; keptMs?: number; longestMs?: number };

type ExpiringTable = {
  [T in keyof Schema]: Schema[T] extends { expiresAt: number } ? T : never;
}[keyof Schema];

const expiring: Expiring[] = [
  { table: 'loginRequests', key: ['id'], keptMs: DAY_MS }, // one that was used tells where the person wanted to go
  { table: 'loginTests', key: ['id'], keptMs: DAY_MS },
  { table: 'logoutRequests', key: ['id'], keptMs: DAY_MS }, // its page tells what happened
  { table: 'loggedOutSessions', key: ['keyHash'] },
  { table: 'usedAssertions', key: ['entityId', 'assertionId'] },
  { table: 'pendingLogins', key: ['tokenHash'] },
  { table: 'passwordLinks', key: ['tokenHash'] },
  { table: 'sessions', key: ['id'] },
  { table: 'metadataImports', key: ['id'] },
  { table: 'metadataCollections', key: ['id'] },
  { table: 'attempts', key: ['name'], longestMs: HOUR_MS }, // it would block people until the clock has caught up
  { table: 'providerSetups', key: ['id'], keptMs: 30 * DAY_MS },
  { table: 'passkeyChallenges', key: ['challengeHash'] },
  { table: 'secondSteps', key: ['tokenHash'] },
];

/** Returns the row of a table with a key, unless it has expired. */
export async function findUnexpired<T extends ExpiringTable>(
  db: Db,
  table: T,
  key: Partial<Schema[T]>,
  now: number,
): Promise<Schema[T] | undefined> {
  const isKey = Object.entries(key).map(([column, value]) => sql<boolean>`${sql.ref(column)} = ${value}`);
  const unexpired = db
    .selectFrom(table as ExpiringTable)
    .selectAll()
    .where('expiresAt', '>', now);
  return (await unexpired.where((e) => e.and(isKey)).executeTakeFirst()) as Schema[T] | undefined;
}

/** For how many days Login activity is kept, and the messages of its attempts. */
type KeptDays = { activity: number; messages: number };

/** Deletes expired rows from every table whose rows expire, and those of logs and counts that are past their time. */
export async function deleteExpired(db: Db, now: number, days: KeptDays): Promise<void> {
  for (const { table, key, keptMs = 0, longestMs } of expiring) {
    const isOver = sql<boolean>`"expiresAt" <= ${now - keptMs}`;
    const isTooLate = longestMs === undefined ? undefined : sql<boolean>`"expiresAt" > ${now + longestMs}`;
    await deleteIn(db, table, key, isTooLate ? sql`(${isOver} or ${isTooLate})` : isOver);
  }
  const firstId = (keptDays: number) => minIdAt(now - keptDays * DAY_MS);
  await deleteBefore(db, 'loginActivity', 'id', firstId(days.activity));
  await deleteBefore(db, 'loginMessages', 'activityId', firstId(Math.min(days.messages, days.activity)));
  await deleteBefore(db, 'webhookDeliveries', 'id', firstId(30));
  await deleteBefore(db, 'sentMails', 'id', firstId(90));
  await deleteBefore(db, 'loginTraffic', 'slot', now - TRAFFIC_KEPT_MS);
}

function deleteBefore(db: Db, table: keyof Schema, column: string, first: string | number): Promise<void> {
  return deleteIn(db, table, [column], sql`${sql.ref(column)} < ${first}`);
}

/** Deletes rows in slices, between which other requests are served. */
async function deleteIn(db: Db, table: keyof Schema, key: string[], isOld: RawBuilder<boolean>): Promise<void> {
  const columns = sql.join(key.map((column) => sql.ref(column)));
  const some = sql`select ${columns} from ${sql.table(table)} where ${isOld} limit ${sql.lit(ROWS_AT_ONCE)}`;
  const deletion = db.deleteFrom(table).where(sql<boolean>`(${columns}) in (${some})`);
  while ((await deletion.executeTakeFirst()).numDeletedRows >= ROWS_AT_ONCE) await setImmediate();
}
