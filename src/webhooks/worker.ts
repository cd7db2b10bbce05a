import type { Deps } from '../deps.ts';
import { type Delivery, nextDeliveries, writeAttempt } from '../store/webhookDeliveries.ts';
import { findWebhook, leaseWebhook, releaseWebhook, type Webhook } from '../store/webhooks.ts';
import { refreshWebhooks } from './publish.ts';
import { updateAndRecord } from './recordWebhook.ts';
import { type Sent, sendEvent } from './send.ts';

/** How often each server calls deliverEvents, in milliseconds. */
export const DELIVER_EVERY_MS = 250;

/** How often it looks for events of other processes, in milliseconds. */
export const LOOK_EVERY_MS = 3_000;

/** How long a webhook counts as delivered to by a process. Afterwards, another process takes it over. */
export const LEASE_MS = 30_000;

/** The pauses before each retry: with the last one, an event is given up after two days. */
export const RETRY_AFTER_MS = [5, 60, 300, 1_800, 7_200, 21_600, 43_200, 86_400].map((seconds) => seconds * 1_000);

/** A webhook is paused if it only failed for so long. */
export const PAUSE_AFTER_MS = 3 * 86_400_000;

const BATCH = 20;
const GONE = 410;

/**
 * Starts to deliver waiting events, each webhook independently: a slow one delays no other. Looks often after this process wrote an event, and
 * otherwise every few seconds.
 */
export async function deliverEvents(deps: Deps): Promise<void> {
  const { webhooks, now, background, log } = deps;
  const isDue = now() - webhooks.refreshedAt >= LOOK_EVERY_MS;
  if (isDue) await refreshWebhooks(deps);
  else if (now() >= webhooks.awakeUntil) return;
  for (const { id } of webhooks.active) {
    if (webhooks.sending.has(id) || background.stopping.aborted) continue;
    webhooks.sending.add(id);
    const ended = deliverTo(deps, id)
      .catch((error: unknown) => log.warn({ err: error, webhook: id }, 'webhook delivery interrupted, will resume'))
      .finally(() => webhooks.sending.delete(id));
    background.add(ended);
  }
}

/** Delivers the waiting events of a webhook one after another, unless another process does. */
async function deliverTo(deps: Deps, id: string): Promise<void> {
  const { db } = deps.store;
  if ((await nextDeliveries(db, id, deps.now(), 1)).length === 0) return;
  let held: number | undefined;
  try {
    for (let lease = await takeLease(deps, id, held); lease; lease = await takeLease(deps, id, held)) {
      held = lease.leasedUntil;
      if (!(await deliverBatch(deps, lease))) return;
    }
  } finally {
    if (held !== undefined) await releaseWebhook(db, id, held);
  }
}

async function takeLease({ store, now }: Deps, id: string, held: number | undefined): Promise<Webhook | undefined> {
  return leaseWebhook(store.db, id, { now: now(), until: now() + LEASE_MS, held });
}

/** Returns whether there may be more. After half of the lease it returns early, so that the lease is extended. */
async function deliverBatch(deps: Deps, webhook: Webhook): Promise<boolean> {
  const { now, store, webhooks, background } = deps;
  const due = await nextDeliveries(store.db, webhook.id, now(), BATCH);
  const extendAt = webhook.leasedUntil - LEASE_MS / 2;
  let current = webhook;
  for (const delivery of due) {
    const isActive = webhooks.active.some(({ id }) => id === webhook.id);
    if (background.stopping.aborted || !isActive) return false;
    if (now() >= extendAt) return true;
    current = await deliver(deps, current, delivery);
    if (!current.active) return false;
  }
  return due.length === BATCH;
}

/** Sends one event and records what came back. Returns the webhook as it is then. */
async function deliver(deps: Deps, webhook: Webhook, delivery: Delivery): Promise<Webhook> {
  const sent = await sendEvent(deps, webhook, delivery);
  const next = deliveryAfter(delivery, sent, deps.now());
  const changes = changesOf(webhook, sent, next.state, deps.now());
  await deps.store.db.transaction().execute(async (trx) => {
    await writeAttempt(trx, delivery, sent.attempt, next);
    const before = changes && (await findWebhook(trx, webhook.id));
    if (before) await updateAndRecord(deps, trx, before, changes);
  });
  if (changes?.pausedBecause) {
    deps.log.warn({ webhook: webhook.id, host: new URL(webhook.url).host }, 'webhook paused');
    await refreshWebhooks(deps);
  }
  return { ...webhook, ...changes };
}

/** Returns the state of an event after an attempt: delivered, to be tried again, or failed after the last retry. */
function deliveryAfter(
  { retries }: Delivery,
  { attempt, retryAfterMs }: Sent,
  now: number,
): Pick<Delivery, 'state' | 'nextAt' | 'retries'> {
  if (attempt.error === null) return { state: 'delivered', nextAt: null, retries };
  const pause = attempt.status === GONE ? undefined : RETRY_AFTER_MS[retries];
  if (pause === undefined) return { state: 'failed', nextAt: null, retries };
  return { state: 'waiting', nextAt: now + Math.max(pause, retryAfterMs), retries: retries + 1 };
}

/**
 * Returns what an attempt changes about its webhook, and nothing else, because a Power User may be changing it too. It is paused if its
 * receiver is gone, or if an event was given up after days without a success.
 */
function changesOf(
  { failingSince }: Webhook,
  { attempt: { status, error } }: Sent,
  state: Delivery['state'],
  now: number,
): Partial<Webhook> | undefined {
  if (error === null) return failingSince === null ? undefined : { failingSince: null };
  const paused = (pausedBecause: string) => ({ active: false, pausedBecause });
  if (status === GONE) return paused('The receiver responded with 410 Gone: it wants no more events.');
  if (failingSince === null) return { failingSince: now };
  const isGivenUp = state === 'failed' && now - failingSince >= PAUSE_AFTER_MS;
  return isGivenUp ? paused('No event could be delivered for 3 days.') : undefined;
}
