import type { Request, Response, Router } from 'express';
import { auditDays, readAuditDays } from '../../audit/auditDays.ts';
import { readCheckpoint } from '../../audit/checkpoint.ts';
import { readLastVerification, startVerification } from '../../audit/lastVerification.ts';
import { saveAuditDays } from '../../audit/retention.ts';
import { readPublicKeys } from '../../audit/signature.ts';
import { sendTestMessage, syslogStatus } from '../../audit/syslog/status.ts';
import { counted } from '../../counted.ts';
import type { Deps } from '../../deps.ts';
import type { FieldErrors } from '../../errors.ts';
import { AUDIT, AUDIT_INTEGRITY, WEBHOOKS } from '../../paths.ts';
import { countAuditBefore } from '../../store/auditSearch.ts';
import { listWebhooks } from '../../store/webhooks.ts';
import { leadTo } from '../../web/flash.ts';
import { field, ticked } from '../../web/form.ts';
import { nameOfWebhook } from '../../webhooks/nameOfWebhook.ts';
import { findAttention } from '../attention.ts';

const DAY_MS = 86_400_000;
const COUNTED = 100_000;
const REFRESH_S = 3;

/** What was entered for a verification or the retention, and what it would delete, if that is still to be confirmed. */
type Page = { given?: Given; days?: string; errors?: FieldErrors; deletes?: number };

/** A checkpoint that was kept elsewhere, and public keys of earlier secret keys. */
type Given = { checkpoint: string; trust: string };

/** Manage Security > Audit log > Integrity and retention: whether the log is intact, for how long it is kept, and where it is sent. */
export function auditIntegrityRoutes(router: Router, deps: Deps): void {
  router.get(AUDIT_INTEGRITY, (_req, res) => show(deps, res, {}));
  router.post(`${AUDIT_INTEGRITY}/verification`, (req, res) => verify(deps, req, res));
  router.post(`${AUDIT_INTEGRITY}/retention`, (req, res) => saveRetention(deps, req, res));
  router.post(`${AUDIT_INTEGRITY}/syslog-test`, async (_req, res) => {
    const { sent, sentence } = await sendTestMessage(deps);
    await leadTo(res, AUDIT_INTEGRITY, sentence, sent ? 'success' : 'danger');
  });
}

async function verify(deps: Deps, req: Request, res: Response): Promise<void> {
  const given = { checkpoint: field(req, 'checkpoint').trim(), trust: field(req, 'trust') };
  const checkpoint = given.checkpoint === '' ? undefined : readCheckpoint(given.checkpoint);
  const trust = readPublicKeys(given.trust);
  if (checkpoint?.ok === false || !trust.ok) {
    const errors = { ...(checkpoint?.ok === false && checkpoint.errors), ...(!trust.ok && trust.errors) };
    return show(deps, res.status(422), { given, errors });
  }
  await startVerification(deps, { checkpoint: checkpoint?.value, trust: trust.value });
  res.redirect(303, AUDIT_INTEGRITY);
}

async function saveRetention(deps: Deps, req: Request, res: Response): Promise<void> {
  const days = field(req, 'days');
  const deletes = ticked(req, 'confirmed') ? 0 : await countDeleted(deps, days);
  if (deletes > 0) return show(deps, res.status(422), { days, deletes });
  const saved = await saveAuditDays(deps, days);
  if (!saved.ok) return show(deps, res.status(422), { days, errors: saved.errors });
  const { deleted } = saved.value;
  const entries = counted(deleted, 'older entry was deleted', 'older entries were deleted');
  await leadTo(
    res,
    AUDIT_INTEGRITY,
    `Saved: entries are kept for ${saved.value.days} days. ${deleted === 0 ? '' : `${entries}.`}`.trim(),
  );
}

/** Counts what a shorter retention would delete, up to 100,000 and one. */
async function countDeleted({ store, now }: Deps, entered: string): Promise<number> {
  const days = /^\d{1,4}$/.test(entered.trim()) ? Number(entered) : 0;
  const isShorter = days >= auditDays.least && days < (await readAuditDays(store.db));
  return isShorter ? countAuditBefore(store.db, now() - days * DAY_MS, COUNTED + 1) : 0;
}

async function show(deps: Deps, res: Response, { given, days, errors = {}, deletes = 0 }: Page): Promise<void> {
  const { db } = deps.store;
  const last = await readLastVerification(deps);
  const webhooks = (await listWebhooks(db)).filter(({ events }) => events.includes('audit.recorded'));
  res.render('settings/audit/integrity', {
    title: 'Integrity and retention',
    last,
    result: last?.state === 'done' ? last.result : undefined,
    entered: given ?? { checkpoint: '', trust: '' },
    attention: await findAttention(deps, ['audit']),
    again: last?.state === 'running' ? REFRESH_S : undefined,
    days: days ?? String(await readAuditDays(db)),
    limits: auditDays,
    errors,
    deletes: deletes > COUNTED ? `more than ${COUNTED.toLocaleString('en')}` : deletes.toLocaleString('en'),
    isToConfirm: deletes > 0,
    syslog: await syslogStatus(deps),
    webhooks: webhooks.map((webhook) => ({
      ...webhook,
      name: nameOfWebhook(webhook),
      href: `${WEBHOOKS}/${webhook.id}`,
    })),
    paths: { list: AUDIT, here: AUDIT_INTEGRITY, webhooks: WEBHOOKS },
  });
}
