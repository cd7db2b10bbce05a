import type { Db } from '../db/open.ts';
import { inserter, prepared } from '../db/query.ts';
import type { LoginActivityRow } from '../db/schema.ts';
import { minIdAt } from '../identifier.ts';

const HOUR_MS = 3_600_000;
const ROWS_PER_HOUR = 20;
const MOST_READ = 500;

/** One login attempt. */
export type LoginActivity = Omit<LoginActivityRow, 'detailJson'> & { detail: LoginDetail };

/** An attempt that is recorded for the first time. */
export type NewLoginActivity = Omit<LoginActivity, 'times' | 'lastAt' | 'refusedFrom'>;

/** Details of an attempt for Power Users, never the message itself. */
export type LoginDetail = {
  checks?: StoredCheck[];
  providerStatus?: { code: string; subCode?: string | undefined; message?: string | undefined } | undefined;
  userAgent?: string | undefined;
  proof?: string | undefined; // of a local login: a key of proofNames, also of what was tried
  problem?: string | undefined; // why a passkey was not accepted
  arrived?: Arrived | undefined; // only of refusals and Test logins
  testOf?: string | undefined; // the name of the provider that a Test login was for, which need not be imported
  waitedMs?: number | undefined; // from the login request to its response
  tookMs?: number | undefined; // from the response, or the form, to the result
  message?: string | undefined; // of a logout: LogoutRequest or LogoutResponse
  ended?: number | undefined; // sessions, by a logout of the provider
};

/** What a response said, shortened. `verified`: a valid signature covers this part. Times are epoch milliseconds. */
export type Arrived = {
  response: {
    issuer: string | undefined;
    issuedAt: number | undefined;
    inResponseTo: string | undefined;
    verified: boolean;
  };
  assertion?:
    | {
        issuer: string | undefined;
        issuedAt: number | undefined;
        nameId: string | undefined;
        nameIdFormat: string | undefined;
        authnContext: string | undefined;
        attributes: [name: string, ...values: string[]][];
        verified: boolean;
      }
    | undefined;
  encrypted?: boolean | undefined;
  certificates: string[]; // SHA-256 fingerprints of those in KeyInfo
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

type CheckFacts = { detail?: string; expected?: string; received?: string; cause?: string; skewSeconds?: number };

export async function insertLoginActivity(
  db: Db,
  activity: NewLoginActivity,
  refusedFrom: string | null = null,
): Promise<void> {
  const { detail, ...row } = activity;
  const repeats = { times: 1, lastAt: null, refusedFrom };
  await insertAttempts(db, [{ ...row, ...repeats, detailJson: JSON.stringify(detail) }]);
}

const insertAttempts = inserter('loginActivity');

/**
 * Records a refusal that anyone can cause. If the same name was refused from the same network, at the same domain and for the same reason
 * within the last hour, its row counts this one too, and has its details. After 20 rows an hour, the latest row of any name counts it: the
 * table cannot be filled. Returns the ID and the reference of the row, and whether it has the details of this one.
 */
export async function recordRefusal(
  db: Db,
  activity: NewLoginActivity,
  refusedFrom: string,
): Promise<Pick<LoginActivity, 'id' | 'reference'> & { isShown: boolean }> {
  const recent = await recentRefusals(db, refusedFrom, minIdAt(activity.at - HOUR_MS));
  const alike = recent.filter(
    (row) => row.domainId === activity.domainId && row.reason === activity.reason && row.outcome === activity.outcome,
  );
  const same = alike.find((row) => row.asserted === activity.asserted && row.providerId === activity.providerId);
  const row = same ?? (alike.length < ROWS_PER_HOUR ? undefined : alike[0]);
  if (row) await countAgain(db, row.id, activity.at);
  // What was tried last is shown: a Power User may be changing settings at the provider, one after another.
  if (same) await writeDetail(db, same.id, JSON.stringify(activity.detail));
  if (!row) await insertLoginActivity(db, activity, refusedFrom);
  const { id, reference } = row ?? activity;
  return { id, reference, isShown: row === undefined || row === same };
}

const recentRefusals = prepared((db, refusedFrom: string, since: string) =>
  db
    .selectFrom('loginActivity')
    .select(['id', 'reference', 'domainId', 'providerId', 'reason', 'outcome', 'asserted'])
    .where('refusedFrom', '=', refusedFrom)
    .where('id', '>=', since)
    .orderBy('id', 'desc')
    .limit(MOST_READ),
);

const countAgain = prepared((db, id: string, at: number) =>
  db
    .updateTable('loginActivity')
    .set((e) => ({ times: e('times', '+', 1), lastAt: at }))
    .where('id', '=', id),
);

const writeDetail = prepared((db, id: string, detailJson: string) =>
  db.updateTable('loginActivity').set({ detailJson }).where('id', '=', id),
);

/** Records that a login went on: a person who was asked to switch has done so, or gave their second factor. */
export async function confirmLoginActivity(db: Db, id: string, detail?: LoginDetail): Promise<void> {
  const details = detail === undefined ? {} : { detailJson: JSON.stringify(detail) };
  await db
    .updateTable('loginActivity')
    .set({ outcome: 'logged_in', ...details })
    .where('id', '=', id)
    .execute();
}

/** Takes out of attempts whose they were and where they came from. The outcome and the reason stay, for the statistics. */
export async function eraseFromActivity(db: Db, ids: string[]): Promise<void> {
  if (ids.length === 0) return;
  const nobody = { userId: null, asserted: null, network: null, reference: null, refusedFrom: null, detailJson: '{}' };
  await db.updateTable('loginActivity').set(nobody).where('id', 'in', ids).execute();
}

/** Records what the response to a logout request said. */
export async function writeLogoutResult(
  db: Db,
  id: string,
  { outcome, detail }: Pick<LoginActivity, 'outcome' | 'detail'>,
): Promise<void> {
  const changes = { outcome, detailJson: JSON.stringify(detail) };
  await db.updateTable('loginActivity').set(changes).where('id', '=', id).execute();
}

/** Returns the attempt with an ID or a reference. */
export async function findLoginActivity(db: Db, key: string): Promise<LoginActivity | undefined> {
  const row = await db
    .selectFrom('loginActivity')
    .selectAll()
    .where((e) => e.or([e('id', '=', key), e('reference', '=', key)]))
    .executeTakeFirst();
  return row && activityFromRow(row);
}

/** Returns an attempt as it is stored. */
export function activityFromRow({ detailJson, ...row }: LoginActivityRow): LoginActivity {
  return { ...row, detail: JSON.parse(detailJson) };
}
