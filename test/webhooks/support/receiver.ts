import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { addWebhook, type WebhookInput } from '../../../src/webhooks/webhooks.ts';
import { deliverEvents, LOOK_EVERY_MS } from '../../../src/webhooks/worker.ts';
import { serve } from '../../support/listen.ts';
import type { TestDeps } from '../../support/testDeps.ts';

/** A request that the receiver got. */
export type Received = {
  headers: IncomingHttpHeaders;
  body: string;
  event: { type: string; timestamp: string; data: Record<string, unknown> };
};

export type Receiver = { url: string; received: Received[]; types(): string[] };

/** Starts a receiver of events, which responds with 204 unless the test decides. */
export async function startReceiver(
  respond: (response: ServerResponse, received: Received, count: number) => void = (response) =>
    response.writeHead(204).end(),
): Promise<Receiver> {
  const received: Received[] = [];
  const url = await serve(async (request, response) => {
    const body = await text(request);
    const one = { headers: request.headers, body, event: JSON.parse(body) };
    received.push(one);
    respond(response, one, received.length);
  });
  return { url: `${url}/events`, received, types: () => received.map(({ event }) => event.type) };
}

/** Adds a webhook for some events. */
export async function aWebhook(deps: TestDeps, url: string, events: string[], input: Partial<WebhookInput> = {}) {
  const added = await addWebhook(deps, { url, description: '', events, active: true, ...input });
  if (!added.ok) throw new Error(JSON.stringify(added.errors));
  return added.value;
}

/** Lets a process look for events of all processes, and waits until it has sent them. */
export async function deliverAll(deps: TestDeps): Promise<void> {
  deps.webhooks.refreshedAt = deps.now() - LOOK_EVERY_MS;
  await deliverEvents(deps);
  await deps.background.finished();
}

/** Adds a webhook that wants some events, and returns what reads the events written for it so far, in their order. */
export async function recordEvents(deps: TestDeps, events: string[]) {
  const { webhook } = await aWebhook(deps, 'http://127.0.0.1:9/', events);
  return async (): Promise<{ type: string; data: Record<string, unknown> }[]> => {
    const { db } = deps.store;
    const query = db.selectFrom('webhookDeliveries').selectAll().where('webhookId', '=', webhook.id);
    return (await query.orderBy('position').execute()).map(({ type, body }) => ({ type, data: JSON.parse(body).data }));
  };
}
