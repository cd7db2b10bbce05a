import type { Deps } from '../../deps.ts';
import { listWebhooks } from '../../store/webhooks.ts';
import { nameOfWebhook } from '../../webhooks/webhooks.ts';
import type { Attention } from '../attention.ts';
import { WEBHOOKS } from './list.ts';

const FAILING_MS = 3_600_000;

/** Returns what needs attention about webhooks: those that were paused automatically, or have failed for an hour. */
export async function findWebhookAttention({ store, now }: Deps): Promise<Attention[]> {
  const webhooks = await listWebhooks(store.db);
  return webhooks.flatMap((webhook): Attention[] => {
    const { id, pausedBecause, failingSince } = webhook;
    const entry = { icon: 'webhook', href: `${WEBHOOKS}/${id}` };
    if (pausedBecause !== null)
      return [
        { kind: 'danger', ...entry, text: `The webhook ${nameOfWebhook(webhook)} was paused`, detail: pausedBecause },
      ];
    if (!webhook.active || failingSince === null || now() - failingSince < FAILING_MS) return [];
    const detail = 'Events are sent again later. Its deliveries show what is wrong.';
    return [
      { kind: 'warning', ...entry, text: `The webhook ${nameOfWebhook(webhook)} does not accept events`, detail },
    ];
  });
}
