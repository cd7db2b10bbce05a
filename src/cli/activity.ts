import { listDomains } from '../store/domains.ts';
import { listProviders } from '../store/identityProviders.ts';
import { listLoginActivity } from '../store/loginActivity.ts';
import { findUsersById } from '../store/users.ts';
import { type Call, type Command, isoTime, type Output, table, UsageError } from './command.ts';

const LISTED = 50;
const MAX_LISTED = 10_000;

export const activityCommands: Command[] = [
  {
    name: 'activity',
    operands: '',
    summary: 'List the newest login attempts.',
    options: {
      limit: { value: 'N', help: `How many: 1 to ${MAX_LISTED}, ${LISTED} by default.` },
      reason: { value: 'REASON', help: 'Only those refused for this reason, such as signature_invalid.' },
    },
    run: listAttempts,
  },
];

async function listAttempts({ deps, text }: Call): Promise<Output> {
  const { db } = deps.store;
  const filter = { reason: text('reason') };
  const range = { limit: limitIn(text('limit')), offset: 0 };
  const { rows } = await deps.store.longRead((slice) => listLoginActivity(db, filter, { ...range, slice }));
  const users = await findUsersById(db, [...new Set(rows.flatMap(({ userId }) => userId ?? []))]);
  const providers = new Map((await listProviders(db)).map(({ id, name }) => [id, name]));
  const domains = new Map((await listDomains(db)).map(({ id, url }) => [id, url]));
  const attempts = rows.map((row) => ({
    at: isoTime(row.at),
    domain: domains.get(row.domainId ?? '') ?? null,
    idp: providers.get(row.providerId ?? '') ?? null,
    flow: row.flow,
    asserted: row.asserted,
    matched: users.get(row.userId ?? '')?.userName ?? null,
    outcome: row.outcome,
    reason: row.reason,
    reference: row.reference,
    times: row.times,
    lastAt: isoTime(row.lastAt),
  }));
  const lines = attempts.map(({ at, idp, flow, asserted, matched, outcome, reason, reference }) =>
    [at, idp, flow, asserted, matched, outcome, reason, reference].map((value) => value ?? ''),
  );
  const titles = ['AT', 'IDP', 'FLOW', 'ASSERTED', 'MATCHED', 'OUTCOME', 'REASON', 'REFERENCE'];
  return { json: attempts, text: table(titles, lines, 'There are no login attempts.') };
}

function limitIn(entered = String(LISTED)): number {
  const limit = /^\d{1,5}$/.test(entered) ? Number(entered) : 0;
  if (limit < 1 || limit > MAX_LISTED) throw new UsageError(`--limit must be a number from 1 to ${MAX_LISTED}.`);
  return limit;
}
