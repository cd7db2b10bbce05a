import type { Deps } from '../deps.ts';
import { NotFound } from '../errors.ts';
import { newId } from '../identifier.ts';
import {
  type Attempt,
  type Delivery,
  findDelivery,
  insertDeliveries,
  writeAttempt,
  writeResend,
  writeResendFailed,
} from '../store/webhookDeliveries.ts';
import { TEST_EVENT } from './events.ts';
import { newEvent, wake } from './publish.ts';
import { sendEvent } from './send.ts';
import { getWebhook } from './webhooks.ts';

/** Returns an event of a webhook. @throws NotFound */
export async function getDelivery({ store }: Deps, webhookId: string, id: string): Promise<Delivery> {
  const delivery = await findDelivery(store.db, webhookId, id);
  if (!delivery) throw new NotFound('This event is no longer in the log.');
  return delivery;
}

/** Sends a test event to a webhook now, even to a paused one, and records it. It is not repeated. @throws NotFound */
export async function sendTestEvent(deps: Deps, webhookId: string): Promise<Attempt> {
  const webhook = await getWebhook(deps.store.db, webhookId);
  const event = newEvent(deps, TEST_EVENT, { message: 'This is a test event from Anteroom.' });
  const { attempt } = await sendEvent(deps, webhook, event);
  const id = newId(deps);
  const state = attempt.error === null ? ('delivered' as const) : ('failed' as const);
  await deps.store.db.transaction().execute(async (trx) => {
    await insertDeliveries(trx, [{ id, webhookId, ...event, nextAt: null }]);
    await writeAttempt(trx, { id, attempts: [] }, attempt, { state, nextAt: null, retries: 0 });
  });
  return attempt;
}

/** Sends an event again, soon and with retries, under the same ID. @throws NotFound */
export async function resendEvent(deps: Deps, webhookId: string, id: string): Promise<void> {
  await getDelivery(deps, webhookId, id);
  await writeResend(deps.store.db, id, deps.now());
  wake(deps);
}

/** Sends all events again that failed since a time (epoch milliseconds). Returns how many there are. @throws NotFound */
export async function resendFailedEvents(deps: Deps, webhookId: string, since: number): Promise<number> {
  await getWebhook(deps.store.db, webhookId);
  const resent = await writeResendFailed(deps.store.db, webhookId, since, deps.now());
  wake(deps);
  return resent;
}
