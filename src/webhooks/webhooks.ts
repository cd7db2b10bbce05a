import { z } from 'zod';
import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { type Checked, fieldErrors, invalid, NotFound } from '../errors.ts';
import { line } from '../formText.ts';
import { newId } from '../identifier.ts';
import { deleteDeliveriesOf } from '../store/webhookDeliveries.ts';
import { findWebhook, listWebhooks, type Webhook } from '../store/webhooks.ts';
import { isEventType } from './events.ts';
import { refreshWebhooks, wake } from './publish.ts';
import { deleteAndRecord, insertAndRecord, updateAndRecord } from './recordWebhook.ts';
import { guardOf } from './send.ts';
import { newSecret } from './signature.ts';
import { targetError } from './target.ts';

const MAX_WEBHOOKS = 20; // each writes a row for each event
const OVERLAP_MS = 86_400_000;
const DELETED_AT_ONCE = 500;

const schema = z.object({
  url: z.string().trim(),
  description: line(100),
  events: z
    .array(z.string().refine(isEventType, 'There is no such event.'))
    .min(1, 'Select at least one event.')
    .transform((events) => [...new Set(events)]),
  active: z.boolean(),
});

/** The settings of a webhook, as a Power User enters them. */
export type WebhookInput = z.input<typeof schema>;

/** What is shown once: the secret, which is stored encrypted. */
export type ShownSecret = { webhook: Webhook; secret: string };

/** Returns the webhook with an ID. @throws NotFound */
export async function getWebhook(db: Db, id: string): Promise<Webhook> {
  const webhook = await findWebhook(db, id);
  if (!webhook) throw new NotFound('This webhook does not exist.');
  return webhook;
}

/** Adds a webhook with its first secret. Its URL must resolve to addresses that this server may connect to. */
export async function addWebhook(deps: Deps, input: WebhookInput): Promise<Checked<ShownSecret>> {
  const read = await readInput(deps, input);
  if (!read.ok) return read;
  const secret = newSecret(deps);
  const webhook: Webhook = {
    id: newId(deps),
    ...read.value,
    pausedBecause: null,
    secretSealed: deps.secrets.seal(secret),
    oldSecretSealed: null,
    oldSecretUntil: null,
    failingSince: null,
    leasedUntil: 0,
    createdAt: deps.now(),
  };
  const added = await deps.store.db.transaction().execute(async (trx) => {
    if ((await listWebhooks(trx)).length >= MAX_WEBHOOKS)
      return invalid({ '': `There are ${MAX_WEBHOOKS} webhooks already. Remove one that is no longer needed first.` });
    await insertAndRecord(deps, trx, webhook);
    return { ok: true as const, value: { webhook, secret } };
  });
  await refreshWebhooks(deps);
  return added;
}

/**
 * Changes the settings that are given. Activating a webhook forgets why it was paused; waiting events are then sent. Its URL must resolve only
 * if it is new or the webhook is activated: a receiver that is gone must not keep it from being paused. @throws NotFound
 */
export async function changeWebhook(deps: Deps, id: string, input: Partial<WebhookInput>): Promise<Checked<Webhook>> {
  const { url, description, events, active } = await getWebhook(deps.store.db, id);
  const entered = { url, description, events: events.filter(isEventType), active, ...input };
  const isTargetNew = entered.url.trim() !== url || (entered.active && !active);
  const read = await readInput(deps, entered, isTargetNew);
  if (!read.ok) return read;
  const resumed = read.value.active && !active ? { pausedBecause: null, failingSince: null } : {};
  const changed = await deps.store.db
    .transaction()
    .execute(async (trx) => updateAndRecord(deps, trx, await getWebhook(trx, id), { ...read.value, ...resumed }));
  await refreshWebhooks(deps);
  wake(deps);
  return { ok: true, value: changed };
}

/** Gives a webhook a new secret. The old one also signs for 24 hours. @throws NotFound */
export async function rotateSecret(deps: Deps, id: string): Promise<ShownSecret> {
  const secret = newSecret(deps);
  const webhook = await deps.store.db.transaction().execute(async (trx) => {
    const before = await getWebhook(trx, id);
    const oldSecretUntil = deps.now() + OVERLAP_MS;
    const secrets = { secretSealed: deps.secrets.seal(secret), oldSecretSealed: before.secretSealed };
    return updateAndRecord(deps, trx, before, { ...secrets, oldSecretUntil });
  });
  return { webhook, secret };
}

/** Removes a webhook with its deliveries. @throws NotFound */
export async function removeWebhook(deps: Deps, id: string): Promise<Webhook> {
  const { db } = deps.store;
  const webhook = await db.transaction().execute(async (trx) => {
    const removed = await getWebhook(trx, id);
    await deleteAndRecord(deps, trx, removed);
    return removed;
  });
  await refreshWebhooks(deps);
  while ((await deleteDeliveriesOf(db, id, DELETED_AT_ONCE)) === DELETED_AT_ONCE);
  return webhook;
}

async function readInput(
  deps: Deps,
  input: WebhookInput,
  isTargetNew = true,
): Promise<Checked<z.output<typeof schema>>> {
  const parsed = schema.safeParse(input);
  const errors = parsed.success ? {} : fieldErrors(parsed.error);
  const error = isTargetNew ? await targetError(input.url, guardOf(deps)) : undefined;
  if (error !== undefined) errors.url = error;
  return parsed.success && error === undefined ? { ok: true, value: parsed.data } : invalid(errors);
}
