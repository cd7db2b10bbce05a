import { createPublicKey, type KeyObject, type X509Certificate } from 'node:crypto';
import type { Certificate } from '../../store/identityProviders.ts';
import { describeCertificate, describePublicKey, parseCertificate, publicKeyOf, subjectOf } from '../certificate.ts';
import { childrenOf, type Element, NAMESPACES } from './document.ts';
import { quote, refuse } from './refusal.ts';

const MAX_SIGNING_CERTIFICATES = 20;
const KEY_TYPES = new Set(['rsa', 'rsa-pss', 'ec']);
const MIN_RSA_BITS = 1_024; // smaller keys can be broken on one machine
const MAX_MODULUS = 2_048; // octets: RSA 16384
const MAX_EXPONENT = 6; // octets: what a number represents exactly

/**
 * Returns the certificates of the keys that the provider may sign with, each once: KeyDescriptors for signing, and those without `use`,
 * which are for both (saml-metadata 2.4.1.1). Only the end-entity certificate of a chain counts. A KeyInfo without a certificate counts
 * with its ds:RSAKeyValue, unless a certificate has the same key. Only keys are trusted: subjects, dates and issuers prove nothing.
 * A certificate whose key cannot be used is left out if there is another one.
 * @param warnings gets a sentence for each certificate that is left out
 * @throws a refusal: no_signing_key, bad_certificate, too_complex
 */
export function readSigningCertificates(role: Element, warnings: string[]): Certificate[] {
  const descriptors = childrenOf(role, 'metadata', 'KeyDescriptor').filter(isForSigning);
  const keyInfos = descriptors.flatMap((descriptor) => childrenOf(descriptor, 'signature', 'KeyInfo'));
  const chains = keyInfos.map(chainsIn);
  const withoutCertificate = keyInfos.filter((_, index) => chains[index]?.length === 0);
  checkCount(chains.flat(2).length + withoutCertificate.length);
  const bareKeys = withoutCertificate.flatMap(readBareKeys);
  const signers = chains.flat().flatMap((chain) => withoutIssuers(chain.map(readCertificate)));
  const unusable = signers.filter((signer) => keyOf(signer) === undefined);
  const certificates = signers.filter((signer) => !unusable.includes(signer)).map(describe);
  const keys = new Set(signers.map(keyOf).flatMap((key) => (key ? [describePublicKey(key).sha256] : [])));
  const described = [...certificates, ...bareKeys.map(describeBareKey).filter((bare) => !keys.has(bare.sha256))];
  const [left] = unusable;
  if (described.length === 0) return left ? refuseCertificate(keyProblem(left)) : refuseWithoutKey(descriptors);
  for (const signer of unusable)
    warnings.push(`The signing certificate "${subjectOf(signer)}" ${keyProblem(signer)}, so it is not used.`);
  return [...new Map(described.map((one) => [one.sha256, one])).values()];
}

function isForSigning(descriptor: Element): boolean {
  const use = descriptor.attributes.get('use')?.trim();
  return use === undefined || use === 'signing';
}

/** Returns the certificates of each X509Data of a KeyInfo: each is one chain (xmldsig-core 4.5.4). */
function chainsIn(keyInfo: Element): Element[][] {
  return childrenOf(keyInfo, 'signature', 'X509Data')
    .map((data) => childrenOf(data, 'signature', 'X509Certificate'))
    .filter((chain) => chain.length > 0);
}

/** Comes before parsing: finding the issuers in a chain compares each certificate with each other. */
function checkCount(count: number): void {
  if (count > MAX_SIGNING_CERTIFICATES)
    refuse('too_complex', `This metadata has more than ${MAX_SIGNING_CERTIFICATES} signing certificates. Remove some.`);
}

function refuseWithoutKey(descriptors: Element[]): never {
  const named = descriptors.flatMap(({ children }) => children).filter(({ name }) => name === 'KeyInfo');
  const astray = named.find(({ namespace }) => namespace !== NAMESPACES.signature);
  if (astray)
    refuse(
      'no_signing_key',
      `The KeyInfo is not in the namespace of XML signatures but in ${quote(astray.namespace)}. ` +
        `At the provider, write <KeyInfo xmlns="${NAMESPACES.signature}">.`,
    );
  if (named.length > 0)
    refuse(
      'no_signing_key',
      'The signing key is neither a certificate nor an RSA key. Have the provider publish an X.509 certificate.',
    );
  return refuse('no_signing_key', 'This metadata has no signing certificate. Enable signing at the provider.');
}

function readCertificate({ text }: Element): X509Certificate {
  const base64 = text.replace(/-----(BEGIN|END) CERTIFICATE-----/g, '').replace(/\s+/g, '');
  if (!isBase64(base64)) return refuseCertificate('is not base64 text');
  const octets = Buffer.from(base64, 'base64');
  const certificate = parseCertificate(octets);
  if (certificate) return certificate;
  return refuseCertificate(isPublicKey(octets) ? 'is a public key, not a certificate' : 'is damaged or truncated');
}

function isPublicKey(octets: Buffer): boolean {
  try {
    return createPublicKey({ key: octets, format: 'der', type: 'spki' }) !== undefined;
  } catch {
    return false;
  }
}

/** Returns the key of a certificate, or undefined if responses cannot be verified with it. */
function keyOf(certificate: X509Certificate): KeyObject | undefined {
  const key = publicKeyOf(certificate);
  return KEY_TYPES.has(key?.asymmetricKeyType ?? '') ? key : undefined;
}

function keyProblem(certificate: X509Certificate): string {
  return `has a key of ${publicKeyOf(certificate)?.asymmetricKeyType ?? 'an unknown type'}, not RSA or EC`;
}

/** The authority that issued a signer's certificate must not become a signer itself. */
function withoutIssuers(chain: X509Certificate[]): X509Certificate[] {
  return chain.filter(
    (one) => !chain.some((other) => other.fingerprint256 !== one.fingerprint256 && hasIssued(one, other)),
  );
}

function hasIssued(issuer: X509Certificate, certificate: X509Certificate): boolean {
  const key = publicKeyOf(issuer);
  return key !== undefined && certificate.checkIssued(issuer) && certificate.verify(key);
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

function checkKey({ asymmetricKeyDetails }: KeyObject): void {
  if ((asymmetricKeyDetails?.modulusLength ?? MIN_RSA_BITS) < MIN_RSA_BITS)
    refuseCertificate(`has an RSA key of less than ${MIN_RSA_BITS} bits, which can be broken`);
}

function refuseCertificate(problem: string): never {
  return refuse(
    'bad_certificate',
    `A signing certificate in this metadata ${problem}. Download the metadata again, or renew the certificate at the provider.`,
  );
}

/** Reads the RSA keys of a KeyInfo without a certificate: ds:KeyValue/ds:RSAKeyValue (xmldsig-core 4.5.2.2). Other types are ignored. */
function readBareKeys(keyInfo: Element): KeyObject[] {
  return childrenOf(keyInfo, 'signature', 'KeyValue')
    .flatMap((value) => childrenOf(value, 'signature', 'RSAKeyValue'))
    .map((value) => toKey(readInteger(value, 'Modulus', MAX_MODULUS), readInteger(value, 'Exponent', MAX_EXPONENT)));
}

/** Reads a ds:CryptoBinary: a positive integer, its octets in base64. */
function readInteger(value: Element, name: string, maxOctets: number): Buffer {
  const [element, ...others] = childrenOf(value, 'signature', name);
  const base64 = (element?.text ?? '').replace(/\s+/g, '');
  if (others.length > 0 || !isBase64(base64)) refuseKey(`its ${name} is not base64 text`);
  const octets = Buffer.from(base64, 'base64');
  if (octets.length === 0) refuseKey(`its ${name} is empty`);
  if (octets.length > maxOctets) refuseKey(`its ${name} is too long`);
  return octets;
}

function toKey(modulus: Buffer, exponent: Buffer): KeyObject {
  const e = exponent.readUIntBE(0, exponent.length);
  if (e < 3 || e % 2 === 0) refuseKey('its Exponent is not an odd number of at least 3');
  try {
    const key = { kty: 'RSA', n: modulus.toString('base64url'), e: exponent.toString('base64url') };
    return createPublicKey({ key, format: 'jwk' });
  } catch {
    return refuseKey('it is not an RSA key');
  }
}

function refuseKey(problem: string): never {
  return refuse(
    'bad_certificate',
    `The signing key in this metadata cannot be read: ${problem}. Download the metadata again, or have the provider publish a certificate.`,
  );
}

function isBase64(text: string): boolean {
  return /^[A-Za-z0-9+/]+={0,2}$/.test(text);
}
