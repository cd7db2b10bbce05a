import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../db/open.ts';
import { insertRows } from '../db/query.ts';
import type { LoginActivityRow } from '../db/schema.ts';
import { minIdAt } from '../identifier.ts';

const DAY_MS = 86_400_000;

/** One login attempt. */
export type LoginActivity = Omit<LoginActivityRow, 'detailJson'> & { detail: LoginDetail };

/** Details of an attempt for Power Users, never the message itself. */
export type LoginDetail = {
  checks?: StoredCheck[];
  providerStatus?: { code: string; subCode?: string | undefined; message?: string | undefined } | undefined;
  userAgent?: string | undefined;
};

/** A check as Login activity shows it. */
export type ShownCheck = { name: string; result: 'passed' | 'refused' | 'not_reached' } & CheckFacts;

/**
 * A check that ran: passed, passed with a detail, or refused. Rows are many, so checks are stored by their number, and the common cases
 * are short. Trial versions stored names.
 */
export type StoredCheck =
  | number
  | [key: number | string, detail?: string]
  | ({ number: number } & CheckFacts)
  | ShownCheck;

type CheckFacts = { detail?: string; expected?: string; received?: string };

export type ActivityFilter = {
  outcome?: string | undefined;
  search?: string | undefined;
  domainId?: string | undefined;
};

export async function insertLoginActivity(db: Db, activity: LoginActivity): Promise<void> {
  const { detail, ...row } = activity;
  await insertRows(db, 'loginActivity', [{ ...row, detailJson: JSON.stringify(detail) }]);
}

/** Returns the attempt with an ID or a reference. */
export async function findLoginActivity(db: Db, key: string): Promise<LoginActivity | undefined> {
  const row = await db
    .selectFrom('loginActivity')
    .selectAll()
    .where((e) => e.or([e('id', '=', key), e('reference', '=', key)]))
    .executeTakeFirst();
  return row && fromRow(row);
}

/** Returns a page of attempts, newest first, and the total number. */
export async function listLoginActivity(
  db: Db,
  filter: ActivityFilter,
  page: { limit: number; offset: number },
): Promise<{ rows: LoginActivity[]; total: number }> {
  let query = db.selectFrom('loginActivity');
  if (filter.outcome) query = query.where('outcome', '=', filter.outcome);
  if (filter.domainId) query = query.where('domainId', '=', filter.domainId);
  if (filter.search) {
    const { search } = filter;
    query = query.where(({ eb, or }) =>
      or([eb('reference', '=', search.toUpperCase()), eb('reason', '=', search), contains('asserted', search)]),
    );
  }
  const { total } = await query.select((e) => e.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  const rows = await query.selectAll().orderBy('id', 'desc').limit(page.limit).offset(page.offset).execute();
  return { rows: rows.map(fromRow), total: Number(total) };
}

/** Returns the number of attempts by outcome at a domain since a time. */
export async function countOutcomes(db: Db, since: number, domainId?: string): Promise<Record<string, number>> {
  let query = db
    .selectFrom('loginActivity')
    .select(['outcome', (e) => e.fn.countAll<number>().as('count')])
    .where('id', '>=', minIdAt(since));
  if (domainId) query = query.where('domainId', '=', domainId);
  const rows = await query.groupBy('outcome').execute();
  return Object.fromEntries(rows.map((row) => [row.outcome, Number(row.count)]));
}

/** Returns the number of different people refused since a time by reason, most frequent first. Test logins do not count. */
export async function countRefusedPeople(db: Db, since: number): Promise<{ reason: string; people: number }[]> {
  const rows = await db
    .selectFrom('loginActivity')
    .select(['reason', sql<number>`count(distinct coalesce("userId", "asserted", "network", "id"))`.as('people')])
    .where('id', '>=', minIdAt(since))
    .where('outcome', '=', 'refused')
    .where('flow', '!=', 'test')
    .groupBy('reason')
    .execute();
  return rows
    .map(({ reason, people }) => ({ reason: reason ?? '', people: Number(people) }))
    .sort((one, other) => other.people - one.people || one.reason.localeCompare(other.reason));
}

/** Returns the number of attempts by outcome and day since a time. Days are in UTC, counted from 1970; days without attempts are missing. */
export async function countOutcomesByDay(
  db: Db,
  since: number,
): Promise<{ day: number; outcome: string; count: number }[]> {
  const day = sql<number>`"at" / ${sql.lit(DAY_MS)}`;
  const rows = await db
    .selectFrom('loginActivity')
    .select([day.as('day'), 'outcome', (e) => e.fn.countAll<number>().as('count')])
    .where('id', '>=', minIdAt(since))
    .groupBy([day, 'outcome'])
    .execute();
  return rows.map((row) => ({ day: Number(row.day), outcome: row.outcome, count: Number(row.count) }));
}

/** Returns whether a login or Test login through a provider has succeeded at a domain. */
export async function hasWorked(db: Db, domainId: string, providerId: string): Promise<boolean> {
  const row = await db
    .selectFrom('loginActivity')
    .select('id')
    .where('domainId', '=', domainId)
    .where('providerId', '=', providerId)
    .where('outcome', 'in', ['logged_in', 'tested'])
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

function fromRow({ detailJson, ...row }: LoginActivityRow): LoginActivity {
  return { ...row, detail: JSON.parse(detailJson) };
}

/** Returns a condition that a column contains a text, ignoring the case of ASCII letters. The text has no wildcards. */
function contains(column: string, text: string): RawBuilder<boolean> {
  const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  // SQLite has no default escape character.
  return sql<boolean>`lower(${sql.ref(column)}) like lower(${pattern}) escape '\\'`;
}
