import { generate } from 'selfsigned';

const dayMs = 24 * 60 * 60 * 1000;

/**
 * Makes an RSA-2048 key and a self-signed certificate (SHA-256) that is valid for five years.
 * @param name the certificate's common name
 * @param now epoch milliseconds
 */
export async function makeKeyPair(name: string, now: number): Promise<{ privateKey: string; certificate: string }> {
  const made = await generate([{ name: 'commonName', value: name.slice(0, 64) }], {
    keySize: 2048,
    algorithm: 'sha256',
    notBeforeDate: new Date(now - dayMs),
    notAfterDate: new Date(now + 5 * 365 * dayMs),
    extensions: [{ name: 'keyUsage', digitalSignature: true, critical: true }],
  });
  return { privateKey: made.private, certificate: made.cert };
}
