import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import jwks from './keys.json' with { type: 'json' };

/** Key pairs for tests only. They are public, so that a failing seed fails everywhere. */
export type KeyPair = { privateKey: KeyObject; publicKey: KeyObject };

export const provider = keyPair(jwks.provider);
export const providerNext = keyPair(jwks.providerNext);
export const ecProvider = keyPair(jwks.ecProvider);
export const attacker = keyPair(jwks.attacker);
export const domain = keyPair(jwks.domain);
export const domainNext = keyPair(jwks.domainNext);

function keyPair(jwk: Record<string, string>): KeyPair {
  const privateKey = createPrivateKey({ key: jwk, format: 'jwk' });
  return { privateKey, publicKey: createPublicKey(privateKey) };
}
