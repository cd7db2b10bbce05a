import { sql } from 'kysely';
import type { Db } from '../db/open.ts';
import type { LoginTrafficRow } from '../db/schema.ts';

/** How long the counts are kept, in milliseconds. */
export const TRAFFIC_KEPT_MS = 3 * 86_400_000;

/**
 * Login requests sent to a provider from a domain and responses received, in ten minutes. `offsets`: clock offsets in seconds between blanks.
 * `sentFrom`: see commonNetwork.
 */
export type LoginTraffic = LoginTrafficRow;

/** Stands for networks that differ. */
export const SEVERAL = 'several';

/** Returns the network of what came from two networks, SEVERAL if they differ. Null is nothing yet. */
export function commonNetwork(one: string | null, other: string | null): string | null {
  if (one === null || other === null) return one ?? other;
  return one === other ? one : SEVERAL;
}

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
        sentFrom: sql<string | null>`case when "loginTraffic"."sentFrom" <> excluded."sentFrom" then ${SEVERAL}
          else coalesce("loginTraffic"."sentFrom", excluded."sentFrom") end`,
      }),
    )
    .execute();
}

/** Lists the counts since a time, the oldest first. */
export async function listTraffic(db: Db, since: number): Promise<LoginTraffic[]> {
  return db.selectFrom('loginTraffic').selectAll().where('slot', '>=', since).orderBy('slot').execute();
}
