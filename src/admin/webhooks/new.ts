import type { Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import type { FieldErrors } from '../../errors.ts';
import { WEBHOOKS } from '../../paths.ts';
import { eventTypes } from '../../webhooks/events.ts';
import { addWebhook } from '../../webhooks/webhooks.ts';
import { type EnteredWebhook, enteredWebhook } from './form.ts';
import { showWebhook } from './webhook.ts';

const PATH = `${WEBHOOKS}/new`;

/** Intranet > Webhooks > Add a webhook. */
export function newWebhookRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (_req, res) => show(res, { url: '', description: '', events: [], active: true }, {}));
  // The secret is only in this response: not in the URL, the session or a log.
  router.post(PATH, async (req, res) => {
    const entered = enteredWebhook(req);
    const added = await addWebhook(deps, entered);
    if (!added.ok) return show(res.status(422), entered, added.errors);
    showWebhook(deps, res, added.value.webhook, { secret: added.value.secret });
  });
}

function show(res: Response, entered: EnteredWebhook, errors: FieldErrors): void {
  res.render('settings/webhooks/new', { title: 'Add a webhook', entered, errors, eventTypes });
}
