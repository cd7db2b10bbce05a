import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { findHealth } from '../health/findHealth.ts';
import { type HealthItem, healthCodes } from '../health/item.ts';
import { deleteCause, type HealthCause, insertCause, listCauses, updateCause } from '../store/healthCauses.ts';
import { publish } from '../webhooks/publish.ts';
import { isForgotten, type Stage, stageOf } from './stages.ts';

const said = { reportedAs: null, mailedAs: null, mailedAt: null, endedAt: null };

/**
 * Compares what needs attention with what is known, and tells webhooks what started, comes nearer and is over. An event is written with what it
 * follows from: each is sent, and none twice.
 */
export async function trackCauses(deps: Deps): Promise<void> {
  const items = (await findHealth(deps)).filter(({ code }) => healthCodes[code].notified);
  await deps.store.db.transaction().execute(async (trx) => {
    const known = await listCauses(trx);
    for (const item of items) await track(deps, trx, item, known.find(isAbout(item)));
    for (const cause of known.filter((each) => !items.some((item) => isAbout(item)(each))))
      await endCause(deps, trx, cause);
  });
}

function isAbout({ code, subject }: Pick<HealthItem, 'code' | 'subject'>) {
  return (cause: HealthCause) => cause.code === code && cause.subject === subject;
}

async function track(deps: Deps, trx: Db, item: HealthItem, before: HealthCause | undefined): Promise<void> {
  const facts = factsOf(item);
  const isNew = before === undefined || before.endedAt !== null;
  const startedAt = isNew ? deps.now() : before.startedAt;
  const cause: HealthCause = { ...said, ...before, ...facts, startedAt, endedAt: null };
  const stage = stageOf(cause, deps.now());
  if (before === undefined) await insertCause(trx, { ...cause, reportedAs: stage });
  else await updateCause(trx, item, { ...facts, startedAt, endedAt: null, reportedAs: stage });
  if (isNew) await publish(trx, deps, 'attention.started', () => eventOf(deps, cause));
  else if (stage !== before.reportedAs) await publish(trx, deps, 'attention.reminder', () => eventOf(deps, cause));
}

async function endCause(deps: Deps, trx: Db, before: HealthCause): Promise<void> {
  if (isForgotten(before, deps.now())) return deleteCause(trx, before);
  if (before.endedAt !== null) return;
  const cause = { ...before, endedAt: deps.now(), reportedAs: 'over' satisfies Stage };
  await updateCause(trx, before, { endedAt: cause.endedAt, reportedAs: cause.reportedAs });
  await publish(trx, deps, 'attention.ended', () => eventOf(deps, cause));
}

function factsOf({ code, subject, severity, text, detail, href, provider, endsAt }: HealthItem) {
  return {
    ...{ code, subject, severity, text, detail, href, endsAt: endsAt ?? null },
    ...{ providerId: provider?.id ?? null, providerText: provider?.text ?? null },
  };
}

function eventOf({ config }: Deps, cause: HealthCause): object {
  const { code, subject, severity, text, detail, href, startedAt, endedAt, endsAt } = cause;
  const iso = (time: number | null) => (time === null ? null : new Date(time).toISOString());
  const times = { startedAt: iso(startedAt), endedAt: iso(endedAt), expiresAt: iso(endsAt) };
  return { code, subject, severity, text, detail, url: config.publicUrl + href, ...times };
}
