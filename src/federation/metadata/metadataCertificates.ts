import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import type { Certificate } from '../../store/identityProviders.ts';
import { describeCertificate, describePublicKey } from '../certificate.ts';
import { childrenOf, type Element } from './metadataElement.ts';
import { refuse } from './metadataError.ts';

const MAX_SIGNING_CERTIFICATES = 20;
const KEY_KINDS = new Set(['rsa', 'rsa-pss', 'ec']);
const MIN_RSA_BITS = 1_024; // below, a key is broken on one machine
const MAX_MODULUS = 2_048; // octets: RSA 16384
const MAX_EXPONENT = 6; // octets: what a number holds exactly

/**
 * The certificates of the keys that the provider may sign with: KeyDescriptors for signing, and those without `use`, which are for both
 * (saml-metadata 2.4.1.1). The subject, the dates and the issuer prove nothing: the key alone is trusted. A chain gives its end-entity certificate only; one that stands there twice is given once. A KeyInfo without a
 * certificate gives its ds:RSAKeyValue, unless a certificate carries the same key.
 * @throws a refusal: no_signing_key, bad_certificate, too_complex
 */
export function readSigningCertificates(role: Element): Certificate[] {
  const keyInfos = childrenOf(role, 'metadata', 'KeyDescriptor')
    .filter(isForSigning)
    .flatMap((descriptor) => childrenOf(descriptor, 'signature', 'KeyInfo'));
  const groups = keyInfos.map(certificateGroupsIn);
  const withoutCertificate = keyInfos.filter((_, index) => groups[index]?.length === 0);
  checkCount(groups.flat(2).length + withoutCertificate.length);
  const bareKeys = withoutCertificate.flatMap(readBareKeys);
  const signers = groups.flat().flatMap((group) => withoutIssuers(group.map(readCertificate)));
  const keys = new Set(signers.map((signer) => describePublicKey(signer.publicKey).sha256));
  const described = [
    ...signers.map(describe),
    ...bareKeys.map(describeBareKey).filter((bare) => !keys.has(bare.sha256)),
  ];
  if (described.length === 0) refuseWithoutKey(keyInfos.length > 0);
  return [...new Map(described.map((one) => [one.sha256, one])).values()];
}

/** The X509Data of a KeyInfo that hold a certificate: each is one chain. */
function certificateGroupsIn(keyInfo: Element): Element[][] {
  return childrenOf(keyInfo, 'signature', 'X509Data')
    .map((data) => childrenOf(data, 'signature', 'X509Certificate'))
    .filter((group) => group.length > 0);
}

function isForSigning(descriptor: Element): boolean {
  const use = descriptor.attributes.get('use')?.trim();
  return use === undefined || use === 'signing';
}

/** Before any is parsed: to find the issuers in a chain, each is compared with each. */
function checkCount(count: number): void {
  if (count > MAX_SIGNING_CERTIFICATES) {
    refuse(
      'too_complex',
      `This metadata has more than ${MAX_SIGNING_CERTIFICATES} signing certificates. ` +
        'Remove those that are not in use at the provider.',
    );
  }
}

function refuseWithoutKey(hasKeyInfo: boolean): never {
  if (hasKeyInfo) {
    refuse(
      'no_signing_key',
      'This metadata gives the signing key neither as a certificate nor as an RSA key. ' +
        'Set the provider up to publish its key as an X.509 certificate.',
    );
  }
  return refuse(
    'no_signing_key',
    'This metadata has no certificate for signing, so no sign-in could be verified. ' +
      'Turn signing on at the provider and get the metadata anew.',
  );
}

function readCertificate({ text }: Element): X509Certificate {
  const base64 = text.replace(/-----(BEGIN|END) CERTIFICATE-----/g, '').replace(/\s+/g, '');
  if (base64 === '' || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return refuseCertificate('is not base64 text');
  try {
    return new X509Certificate(Buffer.from(base64, 'base64'));
  } catch {
    return refuseCertificate('is damaged or cut off');
  }
}

/** In a chain, the authority that issued the signer's certificate must not become a signer itself. */
function withoutIssuers(certificates: X509Certificate[]): X509Certificate[] {
  return certificates.filter(
    (one) => !certificates.some((other) => other.fingerprint256 !== one.fingerprint256 && hasIssued(one, other)),
  );
}

function hasIssued(issuer: X509Certificate, certificate: X509Certificate): boolean {
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

function describe(certificate: X509Certificate): Certificate {
  const pem = certificate.toString();
  checkKey(certificate.publicKey);
  return { pem, ...describeCertificate(pem) };
}

function describeBareKey(key: KeyObject): Certificate {
  checkKey(key);
  const pem = key.export({ type: 'spki', format: 'pem' }).toString();
  return { pem, subject: '', notBefore: undefined, notAfter: undefined, ...describePublicKey(key) };
}

function checkKey({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): void {
  if (!KEY_KINDS.has(asymmetricKeyType ?? ''))
    refuseCertificate(`has a key of the kind ${asymmetricKeyType}, not RSA or EC`);
  if ((asymmetricKeyDetails?.modulusLength ?? MIN_RSA_BITS) < MIN_RSA_BITS)
    refuseCertificate(`has an RSA key below ${MIN_RSA_BITS} bits, which can be broken`);
}

function refuseCertificate(what: string): never {
  return refuse(
    'bad_certificate',
    `A signing certificate in this metadata ${what}. Download the metadata again, or renew the certificate at the provider.`,
  );
}

/**
 * The RSA keys of a KeyInfo that has no certificate: ds:KeyValue/ds:RSAKeyValue (xmldsig-core 4.5.2.2). Other kinds are passed over.
 */
function readBareKeys(keyInfo: Element): KeyObject[] {
  return childrenOf(keyInfo, 'signature', 'KeyValue')
    .flatMap((value) => childrenOf(value, 'signature', 'RSAKeyValue'))
    .map((value) => makeKey(readInteger(value, 'Modulus', MAX_MODULUS), readInteger(value, 'Exponent', MAX_EXPONENT)));
}

/** A ds:CryptoBinary: a positive integer, its octets in base64. */
function readInteger(value: Element, name: string, most: number): Buffer {
  const [element, ...others] = childrenOf(value, 'signature', name);
  const base64 = (element?.text ?? '').replace(/\s+/g, '');
  if (others.length > 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) refuseKey(`its ${name} is not base64 text`);
  const octets = Buffer.from(base64, 'base64');
  if (octets.length === 0) refuseKey(`its ${name} is empty`);
  if (octets.length > most) refuseKey(`its ${name} is too long`);
  return octets;
}

function makeKey(modulus: Buffer, exponent: Buffer): KeyObject {
  const e = exponent.readUIntBE(0, exponent.length);
  if (e < 3 || e % 2 === 0) refuseKey('its Exponent is not an odd number from 3 on');
  try {
    const key = { kty: 'RSA', n: modulus.toString('base64url'), e: exponent.toString('base64url') };
    return createPublicKey({ key, format: 'jwk' });
  } catch {
    return refuseKey('it is not an RSA key');
  }
}

function refuseKey(what: string): never {
  return refuse(
    'bad_certificate',
    `The signing key in this metadata cannot be read: ${what}. Download the metadata again, or have the provider publish a certificate.`,
  );
}
