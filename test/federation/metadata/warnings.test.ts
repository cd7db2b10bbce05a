import { generateKeyPairSync } from 'node:crypto';
import { expect } from 'chai';
import { urlWarnings } from '../../../src/federation/metadata/warnings.ts';
import { DAY_MS, fixture, makeCertificate, read, withBareKey, withCertificates } from './fixtures.ts';

const EXPIRY = Date.parse('2036-01-01T00:00:00Z');
const OKTA = 'The signing certificate "CN=rivet, O=Okta"';

describe('federation/metadata/warnings', () => {
  const cases: [title: string, warnings: () => string[], expected: string[]][] = [
    [
      'an expired certificate',
      () => read(fixture('okta'), EXPIRY + DAY_MS).warnings,
      [`${OKTA} expired on 2036-01-01. Login still works; renew it at the provider.`],
    ],
    [
      'a certificate that expires within 30 days',
      () => read(fixture('okta'), EXPIRY - 30 * DAY_MS + 1).warnings,
      [`${OKTA} expires soon, on 2036-01-01. Renew it at the provider.`],
    ],
    [
      'a certificate that is not valid yet',
      () => read(fixture('okta'), Date.parse('2025-12-31T00:00:00Z')).warnings,
      [`${OKTA} is not valid before 2026-01-01. It may be the provider's next one.`],
    ],
    [
      'metadata that expires within 30 days',
      () => read(fixture('google').replace('2031-01-01T00:00:00.000Z', '2026-06-10T12:00:00Z')).warnings,
      ['The metadata is only valid until 2026-06-10. Import it again before then.'],
    ],
    [
      'endpoints on plain http',
      () => read(fixture('pysaml2')).warnings,
      ['The provider uses http, not https, at idp.rivet.example:8088: messages can be read and changed on the way.'],
    ],
    [
      'a single binding',
      () => read(fixture('simplesamlphp')).warnings,
      ['The provider only accepts login requests by HTTP-Redirect.'],
    ],
    [
      'a signature',
      () => read(fixture('adfs')).warnings.slice(0, 1),
      ['The metadata is signed, but the signature was not checked: trust it only if you trust where it is from.'],
    ],
    [
      'another role',
      () => read(fixture('adfs')).warnings.slice(1),
      ['The provider is also a service provider, which is not used.'],
    ],
    [
      'another role that says something about people',
      () => read(fixture('shibboleth')).warnings,
      ['The provider is also an attribute authority, which is not used.'],
    ],
    ['a collection', () => read(fixture('keycloak-collection')).warnings, []],
  ];
  for (const [title, warnings, expected] of cases)
    it(`warns about ${title}`, () => {
      expect(warnings()).to.deep.equal(expected);
    });

  it('warns about an expired certificate without a subject', async () => {
    const { cert } = await makeCertificate(undefined);
    expect(read(withCertificates(cert), EXPIRY + DAY_MS).warnings).to.deep.equal([
      'The signing certificate expired on 2036-01-01. Login still works; renew it at the provider.',
    ]);
  });

  it('does not warn about a certificate that is valid for another 30 days', () => {
    expect(read(fixture('okta'), EXPIRY - 30 * DAY_MS).warnings).to.deep.equal([]);
  });

  it('warns about a weak key, but not about one on a curve', async () => {
    const weak = await makeCertificate('weak', { keyType: 'rsa', keySize: 1024 });
    const curve = await makeCertificate('curve');
    expect(read(withCertificates(weak.cert, curve.cert)).warnings).to.deep.equal([
      'The signing certificate "CN=weak" has a weak key (RSA 1024). Use RSA 2048 or stronger at the provider.',
    ]);
  });

  it('warns about a key without a certificate', () => {
    const { n = '', e = '' } = generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey.export({ format: 'jwk' });
    const [modulus = '', exponent = ''] = [n, e].map((part) => Buffer.from(part, 'base64url').toString('base64'));
    expect(read(withBareKey(modulus, exponent)).warnings).to.deep.equal([
      'The signing key has no certificate, so it has no expiry date.',
    ]);
  });

  it('names a metadata URL of Entra without an application', () => {
    const entra = 'https://login.microsoftonline.com/tenant/federationmetadata/2007-06/FederationMetadata.xml';
    expect(urlWarnings(entra)[0]).to.match(/has no appid/);
    for (const url of [`${entra}?appid=1`, `${entra}?AppId=1`, 'https://idp.example.com/federationmetadata.xml', 'x'])
      expect(urlWarnings(url), url).to.deep.equal([]);
  });
});
