import { stringify } from 'csv-stringify/sync';
import type { Deps } from '../deps.ts';
import { spreadsheet } from '../people/spreadsheet.ts';
import { listDomains } from '../store/domains.ts';
import { type IdentityProvider, listProviders } from '../store/identityProviders.ts';
import type { LoginActivity } from '../store/loginActivity.ts';
import { type ActivityFilter, streamLoginActivity } from '../store/loginSearch.ts';
import { findUsersById, type User } from '../store/users.ts';

/** The formats of an export: a table for spreadsheets, or one JSON object a line. */
export const activityFormats = ['csv', 'ndjson'] as const;

export type ActivityFormat = (typeof activityFormats)[number];

/** An attempt in an export and in the output of the command line. */
export type ExportedAttempt = ReturnType<typeof exportedAttempt>;

/**
 * Yields an export in parts of up to 100 attempts, so that its length does not matter for the memory.
 * @throws Error if `stop` is aborted
 */
export async function* exportActivity(
  deps: Deps,
  filter: ActivityFilter,
  format: ActivityFormat,
  stop?: AbortSignal,
): AsyncIterableIterator<string> {
  const names = await readNames(deps);
  let isFirst = true;
  for await (const rows of streamLoginActivity(deps.store.db, filter, stop)) {
    const attempts = await exportedAttempts(deps, rows, names);
    yield format === 'ndjson' ? attempts.map((row) => `${JSON.stringify(row)}\n`).join('') : csvOf(attempts, isFirst);
    isFirst = false;
  }
  if (isFirst && format === 'csv') yield csvOf([], true);
}

/** Returns attempts with the names behind their IDs. */
export async function exportedAttempts(deps: Deps, rows: LoginActivity[], names?: Names): Promise<ExportedAttempt[]> {
  const { providers, domains } = names ?? (await readNames(deps));
  const users = await findUsersById(deps.store.db, [...new Set(rows.flatMap(({ userId }) => userId ?? []))]);
  return rows.map((row) => exportedAttempt(row, { providers, domains, users }));
}

/** Times are ISO 8601, durations milliseconds. */
function exportedAttempt(row: LoginActivity, { providers, domains, users }: Names & { users: Map<string, User> }) {
  const { detail } = row;
  const { expected, received } = failedCheckOf(row);
  const provider = providers.get(row.providerId ?? '');
  return {
    at: new Date(row.at).toISOString(),
    id: row.id,
    reference: row.reference,
    outcome: row.outcome,
    reason: row.reason,
    flow: row.flow,
    asserted: row.asserted, // the name received
    matched: users.get(row.userId ?? '')?.userName ?? null,
    idp: provider?.name ?? detail.testOf ?? null,
    entityId: provider?.entityId ?? null,
    domain: domains.get(row.domainId ?? '') ?? null,
    network: row.network,
    userAgent: detail.userAgent ?? null,
    expected: expected ?? null, // by the check that failed
    received: received ?? null,
    waitedMs: detail.waitedMs ?? null, // at the provider
    tookMs: detail.tookMs ?? null, // here
    times: row.times, // how often the same was refused
    lastAt: row.lastAt === null ? null : new Date(row.lastAt).toISOString(),
  };
}

type Names = { providers: Map<string, IdentityProvider>; domains: Map<string, string> };

async function readNames({ store }: Deps): Promise<Names> {
  return {
    providers: new Map((await listProviders(store.db)).map((provider) => [provider.id, provider])),
    domains: new Map((await listDomains(store.db)).map(({ id, url }) => [id, url])),
  };
}

/** Returns what a failed check expected and received. */
function failedCheckOf({ detail: { checks = [] } }: LoginActivity): { expected?: string; received?: string } {
  const failed = checks.find(
    (check) => typeof check === 'object' && !Array.isArray(check) && check.expected !== undefined,
  );
  return typeof failed === 'object' && !Array.isArray(failed) ? failed : {};
}

const columns: (keyof ExportedAttempt)[] = [
  'at',
  'id',
  'reference',
  'outcome',
  'reason',
  'flow',
  'asserted',
  'matched',
  'idp',
  'entityId',
  'domain',
  'network',
  'userAgent',
  'expected',
  'received',
  'waitedMs',
  'tookMs',
  'times',
  'lastAt',
];

function csvOf(attempts: ExportedAttempt[], isFirst: boolean): string {
  return stringify(attempts, { ...spreadsheet, columns, header: isFirst, bom: isFirst });
}
