import type { Db } from '../db/open.ts';
import { prepared } from '../db/query.ts';
import type { WebhookRow } from '../db/schema.ts';

/** Where events are sent to. */
export type Webhook = Omit<WebhookRow, 'eventsJson' | 'active'> & { events: string[]; active: boolean };

/** Returns all webhooks, the oldest first. */
export async function listWebhooks(db: Db): Promise<Webhook[]> {
  return (await db.selectFrom('webhooks').selectAll().orderBy('id').execute()).map(fromRow);
}

/** Returns the webhooks that are not paused. */
export async function listActiveWebhooks(db: Db): Promise<Webhook[]> {
  return (await allActive(db)).map(fromRow);
}

const allActive = prepared((db) => db.selectFrom('webhooks').selectAll().where('active', '=', 1).orderBy('id'));

export async function findWebhook(db: Db, id: string): Promise<Webhook | undefined> {
  const row = await db.selectFrom('webhooks').selectAll().where('id', '=', id).executeTakeFirst();
  return row && fromRow(row);
}

export async function insertWebhook(db: Db, { events, active, ...webhook }: Webhook): Promise<void> {
  const row = { ...webhook, eventsJson: JSON.stringify(events), active: active ? (1 as const) : (0 as const) };
  await db.insertInto('webhooks').values(row).execute();
}

/** Updates the given columns of a webhook. */
export async function updateWebhook(db: Db, id: string, changes: Partial<Omit<Webhook, 'id'>>): Promise<void> {
  const { events, active, ...rest } = changes;
  const set = {
    ...rest,
    ...(events === undefined ? {} : { eventsJson: JSON.stringify(events) }),
    ...(active === undefined ? {} : { active: active ? (1 as const) : (0 as const) }),
  };
  await db.updateTable('webhooks').set(set).where('id', '=', id).execute();
}

export async function deleteWebhook(db: Db, id: string): Promise<void> {
  await db.deleteFrom('webhooks').where('id', '=', id).execute();
}

/**
 * Takes the lease of an active webhook that no process delivers to, and returns the webhook, to only one of several concurrent calls.
 * @param held the end of the lease that this process has already
 */
export async function leaseWebhook(
  db: Db,
  id: string,
  { now, until, held }: { now: number; until: number; held?: number | undefined },
): Promise<Webhook | undefined> {
  const row = await db
    .updateTable('webhooks')
    .set({ leasedUntil: until })
    .where('id', '=', id)
    .where('active', '=', 1)
    .where((e) => (held === undefined ? e('leasedUntil', '<=', now) : e('leasedUntil', '=', held)))
    .returningAll()
    .executeTakeFirst();
  return row && fromRow(row);
}

/** Gives a lease back, unless another process has taken it. */
export async function releaseWebhook(db: Db, id: string, held: number): Promise<void> {
  await db
    .updateTable('webhooks')
    .set({ leasedUntil: 0 })
    .where('id', '=', id)
    .where('leasedUntil', '=', held)
    .execute();
}

function fromRow({ eventsJson, active, ...row }: WebhookRow): Webhook {
  return { ...row, events: JSON.parse(eventsJson), active: active === 1 };
}
