import type { Deps } from '../deps.ts';
import { WEBHOOKS } from '../paths.ts';
import { listWebhooks, type Webhook } from '../store/webhooks.ts';
import { nameOfWebhook } from '../webhooks/nameOfWebhook.ts';
import type { HealthItem } from './item.ts';

const FAILING_MS = 3_600_000;

/** Finds webhooks that were paused automatically, or have failed for an hour. */
export async function checkWebhooks({ store, now }: Deps): Promise<HealthItem[]> {
  const webhooks = await listWebhooks(store.db);
  return webhooks.flatMap((webhook) => webhookItems(webhook, now()));
}

function webhookItems(webhook: Webhook, now: number): HealthItem[] {
  const { id, pausedBecause, failingSince, active } = webhook;
  const about = { subject: id, href: `${WEBHOOKS}/${id}` };
  if (pausedBecause !== null)
    return [
      {
        code: 'webhook_paused',
        severity: 'danger',
        ...about,
        text: `The webhook ${nameOfWebhook(webhook)} was paused`,
        detail: pausedBecause,
      },
    ];
  if (!active || failingSince === null || now - failingSince < FAILING_MS) return [];
  return [
    {
      code: 'webhook_failing',
      severity: 'warning',
      ...about,
      text: `The webhook ${nameOfWebhook(webhook)} does not accept events`,
      detail: 'Events are sent again later. Its deliveries show what is wrong.',
    },
  ];
}
