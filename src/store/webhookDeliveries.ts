import type { Slice } from '../db/longReads.ts';
import type { Db } from '../db/open.ts';
import { containsText, inserter, prepared } from '../db/query.ts';
import type { WebhookDeliveryRow } from '../db/schema.ts';
import { minIdAt } from '../identifier.ts';
import { collectNewest, isWithin } from './newestFirst.ts';

const MAX_ATTEMPTS_KEPT = 50;

export type DeliveryState = 'waiting' | 'delivered' | 'failed';

/** One request to a webhook. `status` is null without a response, `error` says what is wrong unless the event was delivered. */
export type Attempt = { at: number; status: number | null; durationMs: number; error: string | null };

/** An event for one webhook, with the attempts to deliver it, the latest one last. */
export type Delivery = Omit<WebhookDeliveryRow, 'state' | 'attemptsJson'> & {
  state: DeliveryState;
  attempts: Attempt[];
};

/** An event that was not sent yet. `nextAt` is when to send it. */
export type NewDelivery = Omit<Delivery, 'state' | 'attempts' | 'retries'>;

/** Inserts events to send, in one statement each for many rows. */
export async function insertDeliveries(db: Db, deliveries: NewDelivery[]): Promise<void> {
  const rows = deliveries.map((row) => ({ ...row, state: 'waiting', retries: 0, attemptsJson: '[]' }));
  await insertRows(db, rows);
}

const insertRows = inserter('webhookDeliveries');

/** Returns the next events to send to a webhook, in their order. */
export async function nextDeliveries(db: Db, webhookId: string, now: number, limit: number): Promise<Delivery[]> {
  return (await due(db, webhookId, now, limit)).map(fromRow);
}

const due = prepared((db, webhookId: string, now: number, limit: number) =>
  db
    .selectFrom('webhookDeliveries')
    .selectAll()
    .where('webhookId', '=', webhookId)
    .where('nextAt', '<=', now)
    .orderBy('position')
    .limit(limit),
);

/** Adds an attempt to an event, with what follows from it. */
export async function writeAttempt(
  db: Db,
  { id, attempts }: Pick<Delivery, 'id' | 'attempts'>,
  attempt: Attempt,
  next: Pick<Delivery, 'state' | 'nextAt' | 'retries'>,
): Promise<void> {
  const attemptsJson = JSON.stringify([...attempts, attempt].slice(-MAX_ATTEMPTS_KEPT));
  await db
    .updateTable('webhookDeliveries')
    .set({ ...next, attemptsJson })
    .where('id', '=', id)
    .execute();
}

export async function findDelivery(db: Db, webhookId: string, id: string): Promise<Delivery | undefined> {
  const row = await db
    .selectFrom('webhookDeliveries')
    .selectAll()
    .where('id', '=', id)
    .where('webhookId', '=', webhookId)
    .executeTakeFirst();
  return row && fromRow(row);
}

/** Returns a page of the events of a webhook, the newest first. `before` is the ID of the last entry of the previous page. */
export async function listDeliveries(
  db: Db,
  webhookId: string,
  { state, before, limit }: { state?: string | undefined; before?: string | undefined; limit: number },
): Promise<{ rows: Delivery[]; next: string | undefined }> {
  let query = db.selectFrom('webhookDeliveries').selectAll().where('webhookId', '=', webhookId);
  if (state) query = query.where('state', '=', state);
  if (before) query = query.where('id', '<', before);
  const rows = await query
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  const shown = rows.slice(0, limit).map(fromRow);
  return { rows: shown, next: rows.length > limit ? shown.at(-1)?.id : undefined };
}

/** Sends an event again, from its first attempt on. */
export async function writeResend(db: Db, id: string, now: number): Promise<void> {
  await db
    .updateTable('webhookDeliveries')
    .set({ state: 'waiting', nextAt: now, retries: 0 })
    .where('id', '=', id)
    .execute();
}

/** Sends the failed events of a webhook since a time again. Returns how many there are. */
export async function writeResendFailed(db: Db, webhookId: string, since: number, now: number): Promise<number> {
  const result = await db
    .updateTable('webhookDeliveries')
    .set({ state: 'waiting', nextAt: now, retries: 0 })
    .where('webhookId', '=', webhookId)
    .where('id', '>=', minIdAt(since))
    .where('state', '=', 'failed')
    .executeTakeFirst();
  return Number(result.numUpdatedRows);
}

/** Lists the events whose message contains a text, the newest first. All events are read, in slices. */
export async function findDeliveriesWith(db: Db, text: string, slice: Slice): Promise<Delivery[]> {
  const walk = { wanted: Number.MAX_SAFE_INTEGER, slice };
  const { rows } = await collectNewest(db, 'webhookDeliveries', walk, (range) =>
    db
      .selectFrom('webhookDeliveries')
      .selectAll()
      .where(isWithin(range))
      .where(containsText(db, 'body', text))
      .orderBy('id', 'desc')
      .execute(),
  );
  return rows.map(fromRow);
}

/** Deletes some events. */
export async function deleteDeliveries(db: Db, ids: string[]): Promise<void> {
  if (ids.length > 0) await db.deleteFrom('webhookDeliveries').where('id', 'in', ids).execute();
}

/** Deletes up to `limit` events of a webhook. Returns how many there were. */
export async function deleteDeliveriesOf(db: Db, webhookId: string, limit: number): Promise<number> {
  const some = db.selectFrom('webhookDeliveries').select('id').where('webhookId', '=', webhookId).limit(limit);
  const result = await db.deleteFrom('webhookDeliveries').where('id', 'in', some).executeTakeFirst();
  return Number(result.numDeletedRows);
}

function fromRow({ state, attemptsJson, ...row }: WebhookDeliveryRow): Delivery {
  return { ...row, state: state as DeliveryState, attempts: JSON.parse(attemptsJson) };
}
