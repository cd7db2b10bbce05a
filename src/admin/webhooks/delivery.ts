import type { Router } from 'express';
import type { Deps } from '../../deps.ts';
import { WEBHOOKS } from '../../paths.ts';
import { getDelivery } from '../../webhooks/deliveries.ts';
import { nameOfWebhook } from '../../webhooks/nameOfWebhook.ts';
import { getWebhook } from '../../webhooks/webhooks.ts';

/** Intranet > Webhooks > a webhook > Deliveries > an event: what was sent, and each attempt. */
export function webhookDeliveryRoutes(router: Router, deps: Deps): void {
  router.get(`${WEBHOOKS}/:id/deliveries/:delivery`, async (req, res) => {
    const { id, delivery } = req.params;
    const [webhook, event] = [await getWebhook(deps.store.db, id), await getDelivery(deps, id, delivery)];
    res.render('settings/webhooks/delivery', {
      title: event.type,
      webhook,
      name: nameOfWebhook(webhook),
      event,
      attempts: event.attempts.toReversed(),
      body: JSON.stringify(JSON.parse(event.body), undefined, 2),
    });
  });
}
