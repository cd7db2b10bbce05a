import type { Router } from 'express';
import type { Deps } from '../../deps.ts';
import { WEBHOOKS } from '../../paths.ts';
import { listWebhooks } from '../../store/webhooks.ts';
import { nameOfWebhook } from '../../webhooks/nameOfWebhook.ts';

/** Intranet > Webhooks: the list. */
export function webhookListRoutes(router: Router, { store }: Deps): void {
  router.get(WEBHOOKS, async (_req, res) => {
    const webhooks = await listWebhooks(store.db);
    res.render('settings/webhooks/list', {
      title: 'Webhooks',
      webhooks: webhooks.map((webhook) => ({
        ...webhook,
        name: nameOfWebhook(webhook),
        host: new URL(webhook.url).host,
      })),
    });
  });
}
