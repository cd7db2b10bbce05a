import { counted } from '../counted.ts';
import { type Attempt, type Delivery, listDeliveries } from '../store/webhookDeliveries.ts';
import { listWebhooks, type Webhook } from '../store/webhooks.ts';
import { resendFailedEvents, sendTestEvent } from '../webhooks/deliveries.ts';
import { eventTypes, TEST_EVENT } from '../webhooks/events.ts';
import { nameOfWebhook } from '../webhooks/nameOfWebhook.ts';
import { addWebhook, changeWebhook, removeWebhook, rotateSecret, type WebhookInput } from '../webhooks/webhooks.ts';
import { accepted, command, type Output, Refused, UsageError } from './command.ts';
import { count, flag, limit, oneOf, onOff, operand, text, type Value, words } from './options.ts';
import { isoTime, list, table } from './print.ts';
import { oneNamed } from './targets.ts';

const HOUR_MS = 3_600_000;
const LISTED = 20;

/** A webhook: its ID or name. */
const webhook: Value<Webhook> = {
  value: 'WEBHOOK',
  read: async (entered, { deps }) => {
    const webhooks = await listWebhooks(deps.store.db);
    return oneNamed(
      webhooks.map((webhook) => ({ ...webhook, name: nameOfWebhook(webhook) })),
      entered,
      'webhook',
    );
  },
};

const settings = {
  description: text('TEXT', 'What the receiver is, such as Help desk.'),
  events: words<WebhookInput['events'][number]>(
    'TYPES',
    'The events to send, such as person.deactivated,group.deleted.',
  ),
  active: onOff('Whether events are sent. While this is off, new events are not kept for it.'),
};
const notes = `Events: ${eventTypes.map(([type]) => type).join(', ')}. A running server notices changes within 3 seconds.`;

export const webhookCommands = [
  command({
    name: 'webhook list',
    summary: 'List the webhooks.',
    async run({ deps }) {
      const webhooks = await listWebhooks(deps.store.db);
      const rows = webhooks.map((webhook) => ({
        NAME: nameOfWebhook(webhook),
        STATE: webhook.active ? (webhook.failingSince === null ? 'active' : 'failing') : 'paused',
        URL: webhook.url,
        EVENTS: webhook.events.join(' '),
        ID: webhook.id,
      }));
      return { json: webhooks.map(asJson), text: table(rows, 'There are no webhooks.') };
    },
  }),
  command({
    name: 'webhook add',
    operands: [operand('URL')],
    summary: 'Add a webhook and show its secret, once.',
    options: settings,
    notes,
    async run({ deps, options: { description = '', events = [], active = true } }, url) {
      return shown(accepted(await addWebhook(deps, { url, description, events, active }), (field) => field));
    },
  }),
  command({
    name: 'webhook change',
    operands: [webhook],
    summary: 'Change a webhook, or give it a new secret.',
    options: {
      url: text('URL', 'Where the receiver listens.'),
      ...settings,
      newSecret: flag('Generate a new secret and show it, once. The old one also signs for 24 hours.'),
    },
    notes,
    async run({ deps, options: { newSecret, ...given } }, before) {
      const isChanged = Object.keys(given).length > 0;
      if (!isChanged && !newSecret) throw new UsageError('Specify a change, such as --active off.');
      const changed = isChanged ? accepted(await changeWebhook(deps, before.id, given), (field) => field) : before;
      if (newSecret) return shown(await rotateSecret(deps, before.id));
      return { json: asJson(changed), text: `Saved ${nameOfWebhook(changed)}.` };
    },
  }),
  command({
    name: 'webhook remove',
    operands: [webhook],
    summary: 'Remove a webhook with its deliveries.',
    async run({ deps }, { id }) {
      return { json: { id }, text: `Removed ${nameOfWebhook(await removeWebhook(deps, id))}.` };
    },
  }),
  command({
    name: 'webhook test',
    operands: [webhook],
    summary: 'Send a test event, and show the result.',
    async run({ deps }, { id }) {
      const attempt = await sendTestEvent(deps, id);
      if (attempt.error !== null) throw new Refused(`${TEST_EVENT} was not delivered. ${attempt.error}`);
      const text = `${TEST_EVENT} was delivered: status ${attempt.status} in ${attempt.durationMs} ms.`;
      return { json: attemptJson(attempt), text };
    },
  }),
  command({
    name: 'webhook deliveries',
    operands: [webhook],
    summary: 'List the latest events of a webhook, or send failed ones again.',
    options: {
      state: oneOf(['waiting', 'delivered', 'failed'], 'Only those in this state.'),
      limit: limit(500, LISTED),
      resendFailed: count('HOURS', 720, 'Send all again that failed within these hours.'),
    },
    async run({ deps, options: { state, limit = LISTED, resendFailed: hours } }, { id }) {
      if (hours !== undefined) {
        const resent = await resendFailedEvents(deps, id, deps.now() - hours * HOUR_MS);
        return { json: { resent }, text: `The server sends ${counted(resent, 'event')} again.` };
      }
      const { rows } = await listDeliveries(deps.store.db, id, { state, limit });
      return { json: rows.map(deliveryJson), text: table(rows.map(deliveryRow), 'There are no events.') };
    },
  }),
];

function deliveryRow({ at, type, state, attempts, eventId }: Delivery) {
  const last = attempts.at(-1);
  return {
    ...{ TIME: isoTime(at), EVENT: type, STATE: state, ATTEMPTS: attempts.length },
    ...{ RESULT: last?.error ?? last?.status, ID: eventId },
  };
}

function deliveryJson({ body, attempts, at, nextAt, ...row }: Delivery) {
  return {
    ...row,
    at: isoTime(at),
    nextAt: isoTime(nextAt),
    attempts: attempts.map(attemptJson),
    message: JSON.parse(body),
  };
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

function asJson(webhook: Webhook) {
  const { id, url, description, events, active, pausedBecause, failingSince, createdAt } = webhook;
  const times = { failingSince: isoTime(failingSince), createdAt: isoTime(createdAt) };
  return { id, name: nameOfWebhook(webhook), url, description, events, active, pausedBecause, ...times };
}

function attemptJson({ at, ...attempt }: Attempt) {
  return { at: isoTime(at), ...attempt };
}
