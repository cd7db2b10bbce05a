import type { Deps } from '../deps.ts';
import { type Attempt, listDeliveries } from '../store/webhookDeliveries.ts';
import { listWebhooks, type Webhook } from '../store/webhooks.ts';
import { resendFailedEvents, sendTestEvent } from '../webhooks/deliveries.ts';
import { eventTypes, TEST_EVENT } from '../webhooks/events.ts';
import { nameOfWebhook } from '../webhooks/nameOfWebhook.ts';
import { addWebhook, changeWebhook, removeWebhook, rotateSecret, type WebhookInput } from '../webhooks/webhooks.ts';
import {
  accepted,
  type Call,
  type Command,
  isoTime,
  list,
  numberIn,
  type Option,
  type Output,
  onOrOff,
  Refused,
  table,
  UsageError,
} from './command.ts';

const HOUR_MS = 3_600_000;
const MAX_LISTED = 500;

const settings: Record<string, Option> = {
  description: { value: 'TEXT', help: 'What the receiver is, such as Help desk.' },
  events: { value: 'TYPES', help: 'The events to send, such as person.deactivated,group.deleted.' },
  active: { value: 'on|off', help: 'Whether events are sent. While this is off, new events are not kept for it.' },
};
const notes = `Events: ${eventTypes.map(([type]) => type).join(', ')}. A running server notices changes within 3 seconds.`;

export const webhookCommands: Command[] = [
  { name: 'webhook list', operands: '', summary: 'List the webhooks.', run: listAll },
  {
    name: 'webhook add',
    operands: 'URL',
    summary: 'Add a webhook and show its secret, once.',
    options: settings,
    notes,
    run: async (call) => {
      const { url = call.operands[0] ?? '', description = '', events = [], active = true } = given(call);
      return shown(accepted(await addWebhook(call.deps, { url, description, events, active }), (field) => field));
    },
  },
  {
    name: 'webhook change',
    operands: 'WEBHOOK',
    summary: 'Change a webhook, or give it a new secret.',
    options: {
      url: { value: 'URL', help: 'Where the receiver listens.' },
      ...settings,
      'new-secret': { help: 'Generate a new secret and show it, once. The old one signs as well for 24 hours.' },
    },
    notes,
    run: change,
  },
  { name: 'webhook remove', operands: 'WEBHOOK', summary: 'Remove a webhook with its deliveries.', run: remove },
  {
    name: 'webhook test',
    operands: 'WEBHOOK',
    summary: 'Send a test event, and show the result.',
    run: test,
  },
  {
    name: 'webhook deliveries',
    operands: 'WEBHOOK',
    summary: 'List the latest events of a webhook, or send failed ones again.',
    options: {
      state: { value: 'STATE', help: 'Only those that are waiting, delivered or failed.' },
      limit: { value: 'NUMBER', help: `How many, ${MAX_LISTED} at most. Default: 20.` },
      'resend-failed': { value: 'HOURS', help: 'Send all again that failed within these hours.' },
    },
    run: deliveries,
  },
];

async function listAll({ deps }: Call): Promise<Output> {
  const webhooks = await listWebhooks(deps.store.db);
  const rows = webhooks.map((webhook) => [
    nameOfWebhook(webhook),
    webhook.active ? (webhook.failingSince === null ? 'active' : 'failing') : 'paused',
    webhook.url,
    webhook.events.join(' '),
    webhook.id,
  ]);
  return {
    json: webhooks.map(asJson),
    text: table(['NAME', 'STATE', 'URL', 'EVENTS', 'ID'], rows, 'There are no webhooks.'),
  };
}

async function change(call: Call): Promise<Output> {
  const { deps, has } = call;
  const { id } = await webhookNamed(deps, call.operands[0]);
  const input = given(call);
  if (Object.keys(input).length === 0 && !has('new-secret'))
    throw new UsageError('Specify a change, such as --active off.');
  const changed = Object.keys(input).length > 0 ? await changeWebhook(deps, id, input) : undefined;
  if (changed) accepted(changed, (field) => field);
  if (has('new-secret')) return shown(await rotateSecret(deps, id));
  const webhook = await webhookNamed(deps, id);
  return { json: asJson(webhook), text: `Saved ${nameOfWebhook(webhook)}.` };
}

async function remove({ deps, operands }: Call): Promise<Output> {
  const webhook = await removeWebhook(deps, (await webhookNamed(deps, operands[0])).id);
  return { json: { id: webhook.id }, text: `Removed ${nameOfWebhook(webhook)}.` };
}

async function test({ deps, operands }: Call): Promise<Output> {
  const attempt = await sendTestEvent(deps, (await webhookNamed(deps, operands[0])).id);
  if (attempt.error !== null) throw new Refused(`${TEST_EVENT} was not delivered. ${attempt.error}`);
  const text = `${TEST_EVENT} was delivered: status ${attempt.status} in ${attempt.durationMs} ms.`;
  return { json: attemptJson(attempt), text };
}

async function deliveries({ deps, operands, text }: Call): Promise<Output> {
  const { id } = await webhookNamed(deps, operands[0]);
  const hours = text('resend-failed');
  if (hours !== undefined) return resend(deps, id, hours);
  const limit = numberIn('limit', text('limit') ?? '20', MAX_LISTED);
  const state = text('state');
  if (state !== undefined && !['waiting', 'delivered', 'failed'].includes(state))
    throw new UsageError('--state must be waiting, delivered or failed.');
  const { rows } = await listDeliveries(deps.store.db, id, { state, limit });
  const lines = rows.map(({ at, type, state, attempts, eventId }) => {
    const last = attempts.at(-1);
    return [
      isoTime(at) ?? '',
      type,
      state,
      String(attempts.length),
      last?.error ?? String(last?.status ?? ''),
      eventId,
    ];
  });
  return {
    json: rows.map(({ body, attempts, at, nextAt, ...row }) => ({
      ...row,
      at: isoTime(at),
      nextAt: isoTime(nextAt),
      attempts: attempts.map(attemptJson),
      message: JSON.parse(body),
    })),
    text: table(['TIME', 'EVENT', 'STATE', 'ATTEMPTS', 'RESULT', 'ID'], lines, 'There are no events.'),
  };
}

async function resend(deps: Deps, id: string, text: string): Promise<Output> {
  const hours = numberIn('resend-failed', text, 720);
  const resent = await resendFailedEvents(deps, id, deps.now() - hours * HOUR_MS);
  const what = resent === 1 ? '1 event' : `${resent} events`;
  return { json: { resent }, text: `The server sends ${what} again.` };
}

/** The only output that contains the secret. */
function shown({ webhook, secret }: { webhook: Webhook; secret: string }): Output {
  const entries: [string, string][] = [
    ['Webhook', nameOfWebhook(webhook)],
    ['URL', webhook.url],
    ['ID', webhook.id],
    ['Secret', secret],
  ];
  return { json: { ...asJson(webhook), secret }, text: list(entries) };
}

/** Returns the settings in the options. */
function given({ text }: Call): Partial<WebhookInput> {
  const [url, description, events, active] = ['url', 'description', 'events', 'active'].map(text);
  return {
    ...(url === undefined ? {} : { url }),
    ...(description === undefined ? {} : { description }),
    ...(events === undefined ? {} : { events: events.split(/[\s,]+/).filter(Boolean) as WebhookInput['events'] }),
    ...(active === undefined ? {} : { active: onOrOff('--active', active) }),
  };
}

/** Finds a webhook by its ID or its name, in any case. */
async function webhookNamed({ store }: Deps, name = ''): Promise<Webhook> {
  const webhooks = await listWebhooks(store.db);
  const byName = webhooks.filter((webhook) => nameOfWebhook(webhook).toLowerCase() === name.toLowerCase());
  if (byName.length > 1) throw new Refused(`${byName.length} webhooks are called ${name}. Use the ID.`);
  const found = webhooks.find(({ id }) => id === name) ?? byName[0];
  if (!found) throw new Refused(`There is no webhook ${name}.`);
  return found;
}

function asJson(webhook: Webhook) {
  const { id, url, description, events, active, pausedBecause, failingSince, createdAt } = webhook;
  const times = { failingSince: isoTime(failingSince), createdAt: isoTime(createdAt) };
  return { id, name: nameOfWebhook(webhook), url, description, events, active, pausedBecause, ...times };
}

function attemptJson({ at, ...attempt }: Attempt) {
  return { at: isoTime(at), ...attempt };
}
