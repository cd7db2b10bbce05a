import { hash, type KeyObject, X509Certificate } from 'node:crypto';
import { generate } from 'selfsigned';
import type { KeyPair } from '../deps.ts';

/** What a person can compare: fingerprint, subject, validity (epoch milliseconds) and type of key. */
export type CertificateDescription = {
  sha256: string; // 'AA:BB:…'
  subject: string; // 'C=DE, CN=idp.example.com', or '' if it has none
  notBefore: number;
  notAfter: number;
  keyDescription: string; // 'RSA 2048', 'EC P-256'
};

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;
const MAX_COMMON_NAME = 64; // RFC 5280 appendix A, ub-common-name

const CURVES: ReadonlyMap<string, string> = new Map([
  ['prime256v1', 'P-256'],
  ['secp384r1', 'P-384'],
  ['secp521r1', 'P-521'],
]);

/**
 * Returns a self-signed certificate (SHA-256, PEM) for the key pair of a service provider, which signs requests and decrypts assertions.
 * @param request.commonName usually the domain's host; characters that are special in a distinguished name become '-'
 * @param request.now start of its validity, epoch milliseconds
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

/** Describes a certificate in PEM. Throws an error of node:crypto if it is not one, or has a key of an unknown type. */
export function describeCertificate(pem: string): CertificateDescription {
  const certificate = new X509Certificate(pem);
  return {
    sha256: certificate.fingerprint256,
    subject: subjectOf(certificate),
    notBefore: certificate.validFromDate.getTime(),
    notAfter: certificate.validToDate.getTime(),
    keyDescription: describeKey(certificate.publicKey),
  };
}

/** Returns the subject of a certificate on one line, or '' if it has none. */
export function subjectOf({ subject }: { subject?: string }): string {
  return (subject ?? '').split('\n').join(', ');
}

/** Returns the key of a certificate, or undefined if node:crypto cannot read it, as one of an unknown type. */
export function publicKeyOf(certificate: X509Certificate): KeyObject | undefined {
  try {
    return certificate.publicKey;
  } catch {
    return undefined;
  }
}

/** Returns the certificates of a text that has nothing but certificates in PEM, each as PEM. Otherwise returns undefined. */
export function certificatesIn(text: string): string[] | undefined {
  if (text.replace(PEM, '').trim() !== '') return undefined;
  const certificates = (text.match(PEM) ?? []).map((block) => parseCertificate(block));
  return certificates.every((one) => one !== undefined) ? certificates.map(String) : undefined;
}

/** Parses a certificate, DER or PEM. Returns undefined if it is damaged. One is that has a date which does not exist. */
export function parseCertificate(encoded: Buffer | string): X509Certificate | undefined {
  try {
    const certificate = new X509Certificate(encoded);
    const dates = [certificate.validFromDate, certificate.validToDate];
    return dates.some((date) => Number.isNaN(date.getTime())) ? undefined : certificate;
  } catch {
    return undefined;
  }
}

/** Returns the SHA-256 fingerprint of a public key (of its SubjectPublicKeyInfo, RFC 5280 4.1) and its type. */
export function describePublicKey(key: KeyObject): Pick<CertificateDescription, 'sha256' | 'keyDescription'> {
  return { sha256: fingerprintOf(key.export({ type: 'spki', format: 'der' })), keyDescription: describeKey(key) };
}

/** Returns the SHA-256 fingerprint of some octets: 'AA:BB:…'. */
export function fingerprintOf(octets: Buffer): string {
  return (hash('sha256', octets, 'hex').toUpperCase().match(/../g) ?? []).join(':');
}

function plainName(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9._:/ -]/g, '-').trim();
  return plain.slice(0, MAX_COMMON_NAME).trim() || 'service provider';
}

function describeKey(key: KeyObject): string {
  const type = (key.asymmetricKeyType ?? 'unknown').toUpperCase();
  const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
  const size = modulusLength ?? (namedCurve && (CURVES.get(namedCurve) ?? namedCurve));
  return size === undefined ? type : `${type} ${size}`;
}
