import { sql } from 'kysely';
import type { Db } from '../db/open.ts';
import type { LoginTrafficRow } from '../db/schema.ts';

/** How long the counts are kept, in milliseconds. */
export const TRAFFIC_KEPT_MS = 3 * 86_400_000;

/** Login requests sent to a provider from a domain and responses received, in ten minutes. `offsets`: clock offsets in seconds between blanks. */
export type LoginTraffic = LoginTrafficRow;

/** Adds counts to those of their slots. */
export async function addTraffic(db: Db, rows: LoginTraffic[]): Promise<void> {
  if (rows.length === 0) return;
  await db
    .insertInto('loginTraffic')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['slot', 'providerId', 'domainId']).doUpdateSet({
        sent: sql<number>`"loginTraffic"."sent" + excluded."sent"`,
        received: sql<number>`"loginTraffic"."received" + excluded."received"`,
        offsets: sql<string>`"loginTraffic"."offsets" || excluded."offsets"`,
      }),
    )
    .execute();
}

/** Lists the counts since a time, the oldest first. */
export async function listTraffic(db: Db, since: number): Promise<LoginTraffic[]> {
  return db.selectFrom('loginTraffic').selectAll().where('slot', '>=', since).orderBy('slot').execute();
}

/** Deletes the counts from before a time. */
export async function deleteTrafficBefore(db: Db, time: number): Promise<void> {
  await db.deleteFrom('loginTraffic').where('slot', '<', time).execute();
}
