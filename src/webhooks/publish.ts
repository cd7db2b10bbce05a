import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import type { Guard } from '../guardedRequest.ts';
import { newId } from '../identifier.ts';
import { insertDeliveries, type NewDelivery } from '../store/webhookDeliveries.ts';
import { listActiveWebhooks } from '../store/webhooks.ts';
import type { EventType } from './events.ts';

const AWAKE_MS = 5_000;
const POSITIONS_PER_MS = 1_000;

/** What a process keeps in memory about webhooks, so that without any an event costs nothing. */
export type Webhooks = {
  active: { id: string; events: ReadonlySet<string> }[];
  wanted: ReadonlySet<string>; // types of events that any active webhook selected
  position: number; // of the latest event or audit entry
  awakeUntil: number; // until then the worker looks for deliveries often: a transaction is about to commit some
  refreshedAt: number;
  sending: Set<string>; // IDs of webhooks that this process delivers to
  lookup: Guard['lookup'];
};

type PublishDeps = Pick<Deps, 'webhooks' | 'now' | 'randomBytes'>;

/** Returns the state of a process that knows no webhooks yet (see refreshWebhooks). */
export function openWebhooks(): Webhooks {
  const times = { position: 0, awakeUntil: 0, refreshedAt: 0 };
  return { active: [], wanted: new Set(), ...times, sending: new Set(), lookup: undefined };
}

/** Reads the active webhooks: a Power User, or another process, may have changed them. */
export async function refreshWebhooks({ store, webhooks, now }: Pick<Deps, 'store' | 'webhooks' | 'now'>) {
  webhooks.refreshedAt = now();
  const active = await listActiveWebhooks(store.db);
  webhooks.active = active.map(({ id, events }) => ({ id, events: new Set(events) }));
  webhooks.wanted = new Set(active.flatMap(({ events }) => events));
}

/**
 * Writes an event for each webhook that selected its type, in the transaction of the change that it reports: both are stored, or neither.
 * @param data what the event says, which everyone with the secret of the webhook can read; called only if a webhook wants it
 */
export async function publish(db: Db, deps: PublishDeps, type: EventType, data: () => object): Promise<void> {
  const { webhooks } = deps;
  if (!webhooks.wanted.has(type)) return;
  const event = newEvent(deps, type, data());
  const interested = webhooks.active.filter(({ events }) => events.has(type));
  await insertDeliveries(
    db,
    interested.map(({ id }) => ({ id: newId(deps), webhookId: id, ...event, nextAt: event.at })),
  );
  wake(deps);
}

/** Makes the worker of this process look for deliveries often for some seconds. */
export function wake({ webhooks, now }: Pick<Deps, 'webhooks' | 'now'>): void {
  webhooks.awakeUntil = now() + AWAKE_MS;
}

/** Returns an event: its ID, its body as it is sent, and its position, which grows also within a millisecond. */
export function newEvent(
  deps: PublishDeps,
  type: string,
  data: object,
): Pick<NewDelivery, 'eventId' | 'type' | 'body' | 'at' | 'position'> {
  const at = deps.now();
  const position = nextPosition(deps);
  const body = JSON.stringify({ type, timestamp: new Date(at).toISOString(), data });
  return { eventId: newId(deps), type, body, at, position };
}

/** Returns the time in microseconds since the epoch, later than at the call before. */
export function nextPosition({ webhooks, now }: Pick<Deps, 'webhooks' | 'now'>): number {
  webhooks.position = Math.max(webhooks.position + 1, now() * POSITIONS_PER_MS);
  return webhooks.position;
}
