import type { Request } from 'express';
import type { Webhook } from '../../store/webhooks.ts';
import { field, fieldValues, ticked } from '../../web/form.ts';
import type { WebhookInput } from '../../webhooks/webhooks.ts';

/** The form of a webhook as it was entered. */
export type EnteredWebhook = Pick<Webhook, 'url' | 'description' | 'events' | 'active'>;

/** Reads the form of a webhook. */
export function enteredWebhook(req: Request): EnteredWebhook & WebhookInput {
  return {
    url: field(req, 'url'),
    description: field(req, 'description'),
    events: fieldValues(req, 'events'),
    active: ticked(req, 'active'),
  };
}
