import type { Webhook } from '../store/webhooks.ts';

/** Returns the name of a webhook: its description, or the host of its URL. */
export function nameOfWebhook({ description, url }: Pick<Webhook, 'description' | 'url'>): string {
  return description || new URL(url).host;
}
