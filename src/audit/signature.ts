import { createPublicKey, sign, verify } from 'node:crypto';
import { promisify } from 'node:util';
import type { Deps } from '../deps.ts';
import { type Checked, invalid } from '../errors.ts';

const verifySignature = promisify(verify);
const PUBLIC_KEY = /^[\w-]{43}$/; // 32 bytes in base64url

/** Signs a text with Ed25519 (RFC 8032). Returns the signature in base64url. */
export function signText({ secrets }: Pick<Deps, 'secrets'>, text: string): string {
  return sign(null, Buffer.from(text), secrets.auditKey).toString('base64url');
}

/** Returns the public key in base64url that this server's signatures are verified with. */
export function auditPublicKey({ secrets }: Pick<Deps, 'secrets'>): string {
  return createPublicKey(secrets.auditKey).export({ format: 'jwk' }).x ?? '';
}

/** Reads public keys that are separated by commas, blanks or line breaks. */
export function readPublicKeys(entered: string): Checked<string[]> {
  const keys = entered.split(/[\s,]+/).filter((key) => key !== '');
  if (keys.every((key) => PUBLIC_KEY.test(key))) return { ok: true, value: keys };
  return invalid({ trust: 'Enter public keys of 43 characters, as the verification names them.' });
}

/** Returns whether a text was signed with the private key of a public key, all of which may be anything. */
export async function isSignature(signature: string, text: string, publicKey: string): Promise<boolean> {
  try {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
    return await verifySignature(null, Buffer.from(text), key, Buffer.from(signature, 'base64url'));
  } catch {
    return false; // no key at all
  }
}
