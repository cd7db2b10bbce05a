import type { IncomingMessage } from 'node:http';
import type { Deps } from '../deps.ts';
import { type Guard, requestFrom } from '../guardedRequest.ts';
import type { Attempt, Delivery } from '../store/webhookDeliveries.ts';
import type { Webhook } from '../store/webhooks.ts';
import { signedHeaders } from './signature.ts';
import { addressesOf, readTarget, sentenceOf, TargetRefused } from './target.ts';

const TIMEOUT_MS = 10_000;
const DAY_MS = 86_400_000;

/** An attempt, and how long the receiver asks to wait before the next one. */
export type Sent = { attempt: Attempt; retryAfterMs: number };

/** Returns what guards the connections to webhooks. */
export function guardOf({ config, webhooks }: Pick<Deps, 'config' | 'webhooks'>): Guard {
  return { privateNetworks: config.webhookPrivateNetworks, lookup: webhooks.lookup };
}

/**
 * Sends an event to a webhook: a signed POST to an address that is checked each time, within 10 seconds. Only the head of the response is
 * read. @throws the reason to stop if the server stops meanwhile
 */
export async function sendEvent(
  deps: Deps,
  webhook: Webhook,
  event: Pick<Delivery, 'eventId' | 'body'>,
): Promise<Sent> {
  const { now, background } = deps;
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  const signal = AbortSignal.any([timeout, background.stopping]);
  const at = now();
  const ended = (status: number | null, error: string | null): Attempt => ({
    at,
    status,
    durationMs: now() - at,
    error,
  });
  try {
    const response = await post(deps, webhook, event, { at, signal });
    response.destroy();
    const { statusCode = 0 } = response;
    return { attempt: ended(statusCode, statusError(statusCode)), retryAfterMs: retryAfter(response, now()) };
  } catch (error) {
    background.stopping.throwIfAborted();
    const reason = timeout.aborted
      ? `The receiver did not respond within ${TIMEOUT_MS / 1_000} seconds.`
      : reasonOf(error);
    return { attempt: ended(null, reason), retryAfterMs: 0 };
  }
}

async function post(
  deps: Deps,
  webhook: Webhook,
  { eventId, body }: Pick<Delivery, 'eventId' | 'body'>,
  { at, signal }: { at: number; signal: AbortSignal },
): Promise<IncomingMessage> {
  const guard = guardOf(deps);
  const url = readTarget(webhook.url, guard);
  const addresses = await addressesOf(url, guard, signal);
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'user-agent': 'Anteroom',
    ...signedHeaders(secretsOf(deps, webhook, at), eventId, at, body),
  };
  return requestFrom(url, addresses, { method: 'POST', headers, body, signal });
}

/**
 * Returns the secrets to sign with: after a change of the secret, the old one signs too until the receiver has the new one.
 * @throws TargetRefused if they were sealed with another secret key
 */
function secretsOf({ secrets }: Deps, webhook: Webhook, now: number): string[] {
  const { secretSealed, oldSecretSealed, oldSecretUntil } = webhook;
  const old = oldSecretSealed !== null && (oldSecretUntil ?? 0) > now ? [oldSecretSealed] : [];
  const readable = [secretSealed, ...old].flatMap((sealed) => secrets.tryUnseal(sealed) ?? []);
  if (readable.length > 0) return readable;
  throw new TargetRefused('The secret cannot be decrypted: the secret key was replaced. Generate a new secret.');
}

function statusError(status: number): string | null {
  if (status >= 200 && status < 300) return null;
  if (status >= 300 && status < 400)
    return `The receiver redirects (${status}). Redirects are not followed: enter the final URL.`;
  return `The receiver responded with status ${status}.`;
}

function reasonOf(error: unknown): string {
  return error instanceof TargetRefused ? error.message : sentenceOf(error);
}

/** Returns the time in Retry-After (RFC 9110 10.2.3), which is seconds or a date; at most a day. */
function retryAfter({ headers }: IncomingMessage, now: number): number {
  const text = headers['retry-after'] ?? '';
  const wait = /^\d{1,9}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now;
  return wait > 0 ? Math.min(wait, DAY_MS) : 0;
}
