import { createHmac } from 'node:crypto';
import type { Deps } from '../deps.ts';

const PREFIX = 'whsec_';
const SECRET_BYTES = 32;

/** Returns a new secret of a webhook: 256 bits in base64 after `whsec_` (Standard Webhooks, Signature scheme). */
export function newSecret({ randomBytes }: Pick<Deps, 'randomBytes'>): string {
  return PREFIX + randomBytes(SECRET_BYTES).toString('base64');
}

/**
 * Returns the headers that sign a message, one signature per secret (Standard Webhooks, Webhook headers).
 * @param at when it is sent, epoch milliseconds
 */
export function signedHeaders(secrets: string[], id: string, at: number, body: string): Record<string, string> {
  const timestamp = String(Math.floor(at / 1_000));
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), 'base64');
    return `v1,${createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
