import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Db } from '../db/open.ts';
import { countRows, prepared } from '../db/query.ts';
import { minIdAt } from '../identifier.ts';

const DAY_MS = 86_400_000;

/** Returns the number of attempts by outcome at a domain since a time. Test logins do not count. */
export async function countOutcomes(db: Db, since: number, domainId?: string): Promise<Record<string, number>> {
  let query = db
    .selectFrom('loginActivity')
    .select(['outcome', (e) => e.fn.sum<number>('times').as('count')])
    .where('id', '>=', minIdAt(since))
    .where('flow', '!=', 'test');
  if (domainId) query = query.where('domainId', '=', domainId);
  const rows = await query.groupBy('outcome').execute();
  return Object.fromEntries(rows.map((row) => [row.outcome, row.count]));
}

/** How many people were refused for a reason; `isLeast` if responses without a name are among them: those of one address count as one. */
export type RefusedPeople = { reason: string; people: number; isLeast: boolean };

/** Counts the different people refused since a time by reason, most frequent first. Test logins do not count. */
export async function countRefusedPeople(db: Db, since: number): Promise<RefusedPeople[]> {
  const rows = await db
    .selectFrom('loginActivity')
    .select([
      'reason',
      sql<number>`count(distinct coalesce("userId", "asserted", "network", "id"))`.as('people'),
      sql<number>`count(*) - count(coalesce("userId", "asserted"))`.as('unnamed'),
    ])
    .where('id', '>=', minIdAt(since))
    .where('outcome', '=', 'refused')
    .where('flow', '!=', 'test')
    .groupBy('reason')
    .execute();
  return rows
    .map(({ reason, people, unnamed }) => ({ reason: reason ?? '', people, isLeast: unnamed > 0 }))
    .sort((one, other) => other.people - one.people || one.reason.localeCompare(other.reason));
}

/**
 * Returns the numbers of attempts by outcome on some days, counted from 1970 in UTC, without Test logins. Days without attempts are missing.
 * Each day is counted on its own, so that others are served in between.
 */
export async function countOutcomesByDay(
  db: Db,
  days: number[],
): Promise<{ day: number; outcome: string; count: number }[]> {
  const counts: { day: number; outcome: string; count: number }[] = [];
  for (const day of days) {
    for (const row of await outcomesBetween(db, minIdAt(day * DAY_MS), minIdAt((day + 1) * DAY_MS)))
      counts.push({ day, outcome: row.outcome, count: row.count });
    await setImmediate();
  }
  return counts;
}

const outcomesBetween = prepared((db, from: string, before: string) =>
  db
    .selectFrom('loginActivity')
    .select(['outcome', (e) => e.fn.sum<number>('times').as('count')])
    .where('id', '>=', from)
    .where('id', '<', before)
    .where('flow', '!=', 'test')
    .groupBy('outcome'),
);

/** Returns whether a login through a provider has been accepted at a domain. Test logins do not count. */
export async function hasWorked(db: Db, domainId: string, providerId: string): Promise<boolean> {
  const row = await db
    .selectFrom('loginActivity')
    .select('id')
    .where('domainId', '=', domainId)
    .where('providerId', '=', providerId)
    .where('outcome', 'in', ['logged_in', 'asked', 'no_cookies'])
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Returns the number of logins at a domain through a provider since a time. */
export async function countLogins(db: Db, domainId: string, providerId: string, since: number): Promise<number> {
  return countRows(
    db
      .selectFrom('loginActivity')
      .where('domainId', '=', domainId)
      .where('providerId', '=', providerId)
      .where('outcome', '=', 'logged_in')
      .where('at', '>=', since),
  );
}
