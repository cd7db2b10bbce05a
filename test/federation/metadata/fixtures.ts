import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { generate } from 'selfsigned';
import { type ProviderMetadata, readMetadata } from '../../../src/federation/metadata/readMetadata.ts';
import type { MetadataErrorCode } from '../../../src/federation/metadata/refusal.ts';

/** When the fixtures are read. Their certificates are valid from 2026-01-01 to 2036-01-01. */
export const NOW = Date.parse('2026-06-01T00:00:00Z');

export const DAY_MS = 24 * 60 * 60 * 1000;

/** Returns `fixtures/{provider}.xml`, metadata as that provider publishes it. */
export function fixtureBytes(provider: string): Buffer {
  return readFileSync(new URL(`./fixtures/${provider}.xml`, import.meta.url));
}

export function fixture(provider: string): string {
  return fixtureBytes(provider).toString('utf8');
}

/** Returns the metadata. Throws if it is refused. */
export function read(xml: Uint8Array | string, now = NOW): ProviderMetadata {
  const result = readMetadata(xml, { now });
  if (!result.ok) throw new Error(`${result.error.code}: ${result.error.message}`);
  return result.metadata;
}

/** One refusal: what is wrong, the input, and the code and message expected. */
export type Refusal = [title: string, input: () => Uint8Array | string, code: MetadataErrorCode, message: RegExp];

/** Defines one test per refusal. */
export function testRefusals(refusals: Refusal[]): void {
  for (const [title, input, code, message] of refusals)
    it(`refuses ${title}`, () => expectRefusal(input(), code, message));
}

export function expectRefusal(input: Uint8Array | string, code: MetadataErrorCode, message: RegExp): void {
  const result = readMetadata(input, { now: NOW });
  expect(result.ok ? 'was read' : result.error.code).to.equal(code);
  expect(result.ok ? '' : result.error.message).to.match(message);
}

/** Returns Okta's metadata with these certificates, all in one X509Data. */
export function withCertificates(...pems: string[]): string {
  const elements = pems.map((pem) => `<ds:X509Certificate>${base64Of(pem)}</ds:X509Certificate>`).join('');
  return fixture('okta').replace(/<ds:X509Certificate>.*?<\/ds:X509Certificate>/s, elements);
}

/** Returns Okta's metadata with a ds:RSAKeyValue instead of the certificate. Both parts are base64. */
export function withBareKey(modulus: string, exponent: string): string {
  const value = `<ds:RSAKeyValue><ds:Modulus>${modulus}</ds:Modulus><ds:Exponent>${exponent}</ds:Exponent></ds:RSAKeyValue>`;
  return fixture('okta').replace(/<ds:X509Data>.*<\/ds:X509Data>/s, `<ds:KeyValue>${value}</ds:KeyValue>`);
}

type CertificateOptions = NonNullable<Parameters<typeof generate>[1]>;

/** Creates a certificate on the P-256 curve, which takes no time. */
export async function makeCertificate(name: string | undefined, options: CertificateOptions = {}) {
  const subject = name === undefined ? [] : [{ name: 'commonName', value: name }];
  const { cert, private: key } = await generate(subject, {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date('2026-01-01T00:00:00Z'),
    notAfterDate: new Date('2036-01-01T00:00:00Z'),
    extensions: [{ name: 'basicConstraints', cA: false }],
    ...options,
  });
  return { cert, key };
}

function base64Of(pem: string): string {
  return pem.replace(/-----[^-]+-----/g, '').replace(/\s/g, '');
}
