import type { Router } from 'express';
import type { Deps } from '../../deps.ts';
import { WEBHOOKS } from '../../paths.ts';
import { leadTo } from '../../web/flash.ts';
import { nameOfWebhook } from '../../webhooks/nameOfWebhook.ts';
import { getWebhook, removeWebhook } from '../../webhooks/webhooks.ts';

const PATH = `${WEBHOOKS}/:id/removal`;

/** Intranet > Webhooks > a webhook > Remove. */
export function removeWebhookRoutes(router: Router, deps: Deps): void {
  router.get(PATH, async (req, res) => {
    const webhook = await getWebhook(deps.store.db, req.params.id);
    const name = nameOfWebhook(webhook);
    res.render('settings/webhooks/remove', { title: `Remove ${name}?`, webhook, name });
  });
  router.post(PATH, async (req, res) => {
    const removed = await removeWebhook(deps, req.params.id);
    await leadTo(res, WEBHOOKS, `Removed ${nameOfWebhook(removed)}.`);
  });
}
