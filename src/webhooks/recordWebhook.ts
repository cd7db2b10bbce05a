import { changesBetween } from '../audit/changes.ts';
import { type AuditTarget, recordChange, recordDifference } from '../audit/record.ts';
import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { deleteWebhook, insertWebhook, updateWebhook, type Webhook } from '../store/webhooks.ts';
import { nameOfWebhook } from './nameOfWebhook.ts';

/** Of these only a change is recorded: the paths of some receivers are as good as a password. The host is recorded too. */
const SECRET = ['url', 'secret'];

/** Inserts a webhook, and records it. */
export async function insertAndRecord(deps: Deps, trx: Db, webhook: Webhook): Promise<void> {
  await insertWebhook(trx, webhook);
  const changes = changesBetween(undefined, recordedWebhook(webhook), SECRET);
  await recordChange(trx, deps, 'webhook.created', webhookTarget(webhook), changes);
}

/** Updates the given columns of a webhook, and records what differs. Returns the webhook as it is then. */
export async function updateAndRecord(
  deps: Deps,
  trx: Db,
  before: Webhook,
  changes: Partial<Omit<Webhook, 'id'>>,
): Promise<Webhook> {
  const after = { ...before, ...changes };
  await updateWebhook(trx, before.id, changes);
  const [was, is] = [recordedWebhook(before), recordedWebhook(after)];
  await recordDifference(trx, deps, 'webhook.updated', webhookTarget(after), was, is, SECRET);
  return after;
}

/** Deletes a webhook, and records that. */
export async function deleteAndRecord(deps: Deps, trx: Db, webhook: Webhook): Promise<void> {
  await deleteWebhook(trx, webhook.id);
  const changes = changesBetween(recordedWebhook(webhook), undefined, SECRET);
  await recordChange(trx, deps, 'webhook.deleted', webhookTarget(webhook), changes);
}

function webhookTarget(webhook: Webhook): AuditTarget {
  return { kind: 'webhook', id: webhook.id, name: nameOfWebhook(webhook) };
}

function recordedWebhook({ url, description, events, active, pausedBecause, secretSealed: secret }: Webhook): object {
  return { host: new URL(url).host, url, description, events, active, pausedBecause, secret };
}
