import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Deps } from '../deps.ts';

const LIFETIME_MS = 3_600_000;

/** What an access token says: the hash of the client secret that it was issued for, and when it expires (epoch milliseconds). */
export type AccessToken = { secretHash: string; expiresAt: number };

/**
 * Returns an access token for a client secret, as `expiry.hash.signature`. It is not stored: a request looks up the secret by its hash,
 * so that a token ends with its secret and its source (docs/decisions/access-tokens-are-not-stored.md).
 * @param secretExpiresAt when the secret expires, null for never
 */
export function issueAccessToken(
  { now, secrets }: Pick<Deps, 'now' | 'secrets'>,
  secretHash: string,
  secretExpiresAt: number | null,
): { token: string; lifetimeMs: number } {
  const lifetimeMs = Math.min(LIFETIME_MS, (secretExpiresAt ?? Number.POSITIVE_INFINITY) - now());
  const content = `${(now() + lifetimeMs).toString(36)}.${secretHash}`;
  return { token: `${content}.${signatureOf(secrets.accessTokenKey, content)}`, lifetimeMs };
}

/** Returns what an access token says, even if it has expired, or undefined for anything that was not issued here. */
export function readAccessToken({ secrets }: Pick<Deps, 'secrets'>, token: string): AccessToken | undefined {
  const [expiry = '', secretHash = '', signature, ...more] = token.split('.');
  if (signature === undefined || more.length > 0) return undefined;
  const expected = Buffer.from(signatureOf(secrets.accessTokenKey, `${expiry}.${secretHash}`));
  const received = Buffer.from(signature);
  if (received.length !== expected.length || !timingSafeEqual(received, expected)) return undefined;
  return { secretHash, expiresAt: Number.parseInt(expiry, 36) };
}

function signatureOf(key: string, content: string): string {
  return createHmac('sha256', key).update(content).digest('base64url');
}
