import { createHash, createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { generate } from 'selfsigned';
import type { KeyPair } from '../deps.ts';

/** What a person can compare: the fingerprint, whose it is, from when until when (epoch milliseconds), and the kind of key. */
export type CertificateDescription = {
  sha256: string; // 'AA:BB:…'
  subject: string; // 'C=DE, CN=idp.example.com'
  notBefore: number;
  notAfter: number;
  keyDescription: string; // 'RSA 2048', 'EC P-256'
};

const MAX_COMMON_NAME = 64; // RFC 5280 appendix A, ub-common-name
const MAX_REMEMBERED_KEYS = 500;

/**
 * Returns a self-signed certificate (SHA-256, PEM) for the key pair of a service provider.
 * It is used to sign requests and to receive encrypted assertions.
 * @param request.commonName the name in the certificate, usually the domain's host; characters that are special in a distinguished name become '-'
 * @param request.now epoch milliseconds, from when it is valid
 * @param request.years how long it is valid
 */
export async function createSigningCertificate(request: {
  keyPair: KeyPair;
  commonName: string;
  now: number;
  years: number;
}): Promise<string> {
  const notAfterDate = new Date(request.now);
  notAfterDate.setUTCFullYear(notAfterDate.getUTCFullYear() + request.years);
  const { cert } = await generate([{ name: 'commonName', value: plainName(request.commonName) }], {
    keyPair: request.keyPair,
    algorithm: 'sha256',
    notBeforeDate: new Date(request.now),
    notAfterDate,
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyEncipherment: true, critical: true },
    ],
  });
  return cert;
}

/**
 * Describes a certificate for a screen.
 * @param pem one certificate in PEM
 * @throws an error of node:crypto where it is not a certificate, or its key is of a kind that node:crypto does not know
 */
export function describeCertificate(pem: string): CertificateDescription {
  const certificate = new X509Certificate(pem);
  return {
    sha256: certificate.fingerprint256,
    subject: certificate.subject.split('\n').join(', '),
    notBefore: certificate.validFromDate.getTime(),
    notAfter: certificate.validToDate.getTime(),
    keyDescription: describeKey(certificate.publicKey),
  };
}

/** The SHA-256 fingerprint of a public key itself (of its SubjectPublicKeyInfo, RFC 5280 4.1), and its kind. */
export function describePublicKey(key: KeyObject): Pick<CertificateDescription, 'sha256' | 'keyDescription'> {
  const digest = createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('hex');
  const sha256 = (digest.toUpperCase().match(/../g) ?? []).join(':');
  return { sha256, keyDescription: describeKey(key) };
}

const rememberedKeys = new Map<string, KeyObject>();

/**
 * The public key of a certificate. Parsing costs more than verifying with it, so the last 500 keys are remembered by their PEM text;
 * a PEM text always means the same key, so nothing can become stale.
 * @param pem a certificate or a public key in PEM
 * @throws an error of node:crypto where it is neither
 */
export function publicKeyOf(pem: string): KeyObject {
  const key = rememberedKeys.get(pem) ?? createPublicKey(pem);
  rememberedKeys.delete(pem); // and set again: the map keeps the order of use
  rememberedKeys.set(pem, key);
  if (rememberedKeys.size > MAX_REMEMBERED_KEYS) {
    const [oldest] = rememberedKeys.keys();
    if (oldest !== undefined) rememberedKeys.delete(oldest);
  }
  return key;
}

function plainName(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9._:/ -]/g, '-').trim();
  return plain.slice(0, MAX_COMMON_NAME).trim() || 'service provider';
}

const CURVES: ReadonlyMap<string, string> = new Map([
  ['prime256v1', 'P-256'],
  ['secp384r1', 'P-384'],
  ['secp521r1', 'P-521'],
]);

function describeKey(key: KeyObject): string {
  const type = (key.asymmetricKeyType ?? 'unknown').toUpperCase();
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  const size = modulusLength ?? (namedCurve && (CURVES.get(namedCurve) ?? namedCurve));
  return size === undefined ? type : `${type} ${size}`;
}
