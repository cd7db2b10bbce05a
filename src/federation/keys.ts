import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { Deps } from '../deps.ts';
import type { Secrets } from '../secrets.ts';
import type { IdentityProvider } from '../store/identityProviders.ts';

const PUBLIC_KEYS = 500;
const PRIVATE_KEYS = 100;

/**
 * Creates the key parsers of Deps. They remember the keys parsed last: parsing takes 0.1 ms for a certificate and 0.2 ms for a private key,
 * of a login's 0.8 ms. A text always means the same key, so nothing becomes stale if another process changes keys.
 */
export function createKeyParsers({ unseal }: Pick<Secrets, 'unseal'>): Omit<Deps['keys'], 'createKeyPair'> {
  return {
    publicKey: rememberLast(PUBLIC_KEYS, (pem) => createPublicKey(pem)),
    privateKey: rememberLast(PRIVATE_KEYS, (sealed) => createPrivateKey(unseal(sealed))),
  };
}

/** Returns the keys that a provider may sign with: those of its imported metadata. */
export function signingKeysOf(
  { keys }: Pick<Deps, 'keys'>,
  { facts }: Pick<IdentityProvider, 'facts'>,
): readonly KeyObject[] {
  return facts.certificates.map(({ pem }) => keys.publicKey(pem));
}

function rememberLast(limit: number, parse: (text: string) => KeyObject): (text: string) => KeyObject {
  const keys = new Map<string, KeyObject>();
  return (text) => {
    const key = keys.get(text) ?? parse(text);
    keys.delete(text); // set again below: the map keeps the order of use
    keys.set(text, key);
    const [oldest] = keys.keys();
    if (keys.size > limit && oldest !== undefined) keys.delete(oldest);
    return key;
  };
}
