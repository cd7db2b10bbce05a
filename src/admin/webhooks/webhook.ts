import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import type { FieldErrors } from '../../errors.ts';
import { WEBHOOKS } from '../../paths.ts';
import type { Webhook } from '../../store/webhooks.ts';
import { leadTo } from '../../web/flash.ts';
import { sendTestEvent } from '../../webhooks/deliveries.ts';
import { eventTypes } from '../../webhooks/events.ts';
import { nameOfWebhook } from '../../webhooks/nameOfWebhook.ts';
import { changeWebhook, getWebhook, rotateSecret } from '../../webhooks/webhooks.ts';
import { type EnteredWebhook, enteredWebhook } from './form.ts';

const PATH = `${WEBHOOKS}/:id`;

/** Intranet > Webhooks > a webhook: its settings, its secret and a test event. */
export function webhookRoutes(router: Router, deps: Deps): void {
  router.get(PATH, async (req, res) => showWebhook(deps, res, await getWebhook(deps.store.db, req.params.id), {}));
  router.post(PATH, (req, res) => change(deps, req, res, req.params.id));
  router.post(`${PATH}/secret`, async (req, res) => {
    const { webhook, secret } = await rotateSecret(deps, req.params.id);
    showWebhook(deps, res, webhook, { secret });
  });
  router.post(`${PATH}/test`, async (req, res) => {
    const { status, durationMs, error } = await sendTestEvent(deps, req.params.id);
    const text = error ?? `The receiver responded with status ${status} in ${durationMs} ms.`;
    await leadTo(
      res,
      `${WEBHOOKS}/${req.params.id}`,
      `Test event ${error === null ? 'delivered' : 'not delivered'}. ${text}`,
      error === null ? 'success' : 'danger',
    );
  });
}

/** Shows the page of a webhook. With `secret` it shows the secret, which is nowhere else. */
export function showWebhook(
  deps: Deps,
  res: Response,
  webhook: Webhook,
  page: { secret?: string; entered?: EnteredWebhook; errors?: FieldErrors },
): void {
  const { oldSecretUntil } = webhook;
  res.setHeader('cache-control', 'no-store');
  res.render('settings/webhooks/webhook', {
    title: nameOfWebhook(webhook),
    webhook,
    eventTypes,
    entered: page.entered ?? webhook,
    errors: page.errors ?? {},
    secret: page.secret,
    overlapUntil: oldSecretUntil !== null && oldSecretUntil > deps.now() ? oldSecretUntil : undefined,
  });
}

async function change(deps: Deps, req: Request, res: Response, id: string): Promise<void> {
  const before = await getWebhook(deps.store.db, id);
  const entered = enteredWebhook(req);
  const saved = await changeWebhook(deps, id, entered);
  if (!saved.ok) return showWebhook(deps, res.status(422), before, { entered, errors: saved.errors });
  await leadTo(res, `${WEBHOOKS}/${id}`, `Saved ${nameOfWebhook(saved.value)}.`);
}
