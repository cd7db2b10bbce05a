import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { generate } from 'selfsigned';
import type { KeyPair } from '../deps.ts';

const dayMs = 24 * 60 * 60 * 1000;
const generateRsa = promisify(generateKeyPair);

/** Creates an RSA-2048 key pair. */
export function createKeyPair(): Promise<KeyPair> {
  return generateRsa('rsa', {
    modulusLength: 2048,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
}

/**
 * Returns a self-signed certificate (SHA-256, PEM) for a key pair, valid for five years.
 * @param name the certificate's common name
 * @param now epoch milliseconds
 */
export async function createCertificate(keyPair: KeyPair, name: string, now: number): Promise<string> {
  const { cert } = await generate([{ name: 'commonName', value: name.slice(0, 64) }], {
    keyPair,
    algorithm: 'sha256',
    notBeforeDate: new Date(now - dayMs),
    notAfterDate: new Date(now + 5 * 365 * dayMs),
    extensions: [{ name: 'keyUsage', digitalSignature: true, critical: true }],
  });
  return cert;
}
