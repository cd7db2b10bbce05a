import { createHash, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import {
  expectRefusal,
  fixture,
  makeCertificate,
  type Refusal,
  read,
  testRefusals,
  withBareKey,
  withCertificates,
} from './fixtures.ts';

const OKTA = fixture('okta');
const KEY_INFO = /<ds:X509Data>.*<\/ds:X509Data>/s;

const refusals: Refusal[] = [
  [
    'no key',
    () => OKTA.replace(/<md:KeyDescriptor.*<\/md:KeyDescriptor>/s, ''),
    'no_signing_key',
    /no signing certificate/,
  ],
  [
    'a key for encryption only',
    () => OKTA.replace('use="signing"', 'use="encryption"'),
    'no_signing_key',
    /no signing certificate/,
  ],
  [
    'a key that is neither a certificate nor RSA',
    () => OKTA.replace(KEY_INFO, '<ds:KeyValue><ds:DSAKeyValue/></ds:KeyValue>'),
    'no_signing_key',
    /neither a certificate nor an RSA key\. Have the provider publish an X\.509 certificate/,
  ],
  [
    'a bare key that is too short',
    () => withBareKey('AQAB', 'AQAB'),
    'bad_certificate',
    /RSA key of less than 1024 bits/,
  ],
  ['a bare key without its parts', () => withBareKey('', ''), 'bad_certificate', /Modulus is not base64/],
  ['a bare key with half an octet', () => withBareKey('A', 'AQAB'), 'bad_certificate', /Modulus is empty/],
  [
    'a bare key that is too long',
    () => withBareKey('A'.repeat(4_000), 'AQAB'),
    'bad_certificate',
    /Modulus is too long/,
  ],
  [
    'a bare key with two moduli',
    () => withBareKey('AQAB', 'AQAB').replace('<ds:Modulus>', '<ds:Modulus>AQAB</ds:Modulus><ds:Modulus>'),
    'bad_certificate',
    /Modulus is not base64/,
  ],
  ['a bare key with exponent 1', () => withBareKey('AQAB', 'AQ'), 'bad_certificate', /not an odd number of at least 3/],
  [
    'a certificate in another namespace',
    () => OKTA.replace('xmlns:ds="http://www.w3.org/2000/09/xmldsig#"', 'xmlns:ds="urn:other"'),
    'no_signing_key',
    /not in the namespace of XML signatures but in "urn:other"/,
  ],
  ['an empty certificate', () => withCertificates(''), 'bad_certificate', /not base64/],
  ['a certificate that is not base64', () => withCertificates('MII*'), 'bad_certificate', /not base64/],
  [
    'a truncated certificate',
    () => withCertificates('MIICNTCCAZ6gAwIBAgIE'),
    'bad_certificate',
    /damaged or truncated/,
  ],
  [
    'one bad certificate next to a good one',
    () => OKTA.replace('</ds:X509Data>', '<ds:X509Certificate>AAAA</ds:X509Certificate></ds:X509Data>'),
    'bad_certificate',
    /damaged or truncated/,
  ],
];

describe('federation/metadata/certificates', () => {
  it('refuses a certificate with a date that does not exist', async () => {
    const { cert } = await makeCertificate('idp', { notAfterDate: new Date('2060-01-01T00:00:00Z') });
    const octets = Buffer.from(cert.replace(/-----[^-]+-----/g, ''), 'base64');
    octets.write('20601301000000Z', octets.indexOf('20600101000000Z', 0, 'latin1'), 'latin1');
    expectRefusal(withCertificates(octets.toString('base64')), 'bad_certificate', /damaged or truncated/);
  });

  testRefusals(refusals);

  it('refuses keys that can be broken', async () => {
    const broken = await makeCertificate('broken', { keyType: 'rsa', keySize: 512 });
    expectRefusal(withCertificates(broken.cert), 'bad_certificate', /RSA key of less than 1024 bits/);
  });

  it('refuses more signing certificates than a provider has', async () => {
    const certificates = await Promise.all(Array.from({ length: 21 }, (_, i) => makeCertificate(`number ${i}`)));
    const xml = withCertificates(...certificates.map(({ cert }) => cert));
    expectRefusal(xml, 'too_complex', /more than 20 signing certificates/);
  });

  it('returns PEM and a description that people can compare', () => {
    const [certificate] = read(fixture('jumpcloud')).certificates;
    expect(certificate).to.include({
      subject: 'CN=JumpCloudIDP, O=Rivet Works',
      notBefore: Date.parse('2026-01-01T00:00:00Z'),
      notAfter: Date.parse('2036-01-01T00:00:00Z'),
      keyDescription: 'RSA 2048',
    });
    expect(new X509Certificate(certificate?.pem ?? '').fingerprint256).to.equal(certificate?.sha256);
  });

  it('returns those without a use, and none for encryption only', () => {
    expect(read(fixture('lemonldap')).certificates).to.have.length(1);
    expect(read(fixture('lemonldap').replaceAll(/ use="\w+"/g, '')).certificates).to.have.length(2);
  });

  it('returns each once', () => {
    const xml = fixture('simplesamlphp').replace('use="encryption"', 'use="signing"');
    expect(read(xml).certificates).to.have.length(1);
  });

  it('accepts PEM markers and white space', () => {
    const xml = fixture('saml-idp')
      .replace('<X509Certificate>', '<X509Certificate>\t-----BEGIN CERTIFICATE-----\r\n')
      .replace('</X509Certificate>', '\n-----END CERTIFICATE-----\n</X509Certificate>');
    expect(read(xml).certificates).to.deep.equal(read(fixture('saml-idp')).certificates);
  });

  it('does not trust the authority in a chain', async () => {
    const authority = await makeCertificate('authority', {
      extensions: [{ name: 'basicConstraints', cA: true, critical: true }],
    });
    const leaf = await makeCertificate('idp', { ca: authority });
    const subjects = read(withCertificates(authority.cert, leaf.cert)).certificates.map(({ subject }) => subject);
    expect(subjects).to.deep.equal(['CN=idp']);
  });

  it('returns both an old and a new certificate of the same name', async () => {
    const [old, next] = [await makeCertificate('idp'), await makeCertificate('idp')];
    expect(read(withCertificates(old.cert, next.cert)).certificates).to.have.length(2);
  });

  it('accepts keys for RSA-PSS only, and keys on a curve', async () => {
    const pss = readFileSync(new URL('fixtures/rsa-pss.pem', import.meta.url), 'utf8');
    const curve = await makeCertificate('curve');
    const described = read(withCertificates(pss, curve.cert)).certificates.map(({ keyDescription }) => keyDescription);
    expect(described).to.deep.equal(['RSA-PSS 2048', 'EC P-256']);
  });

  describe('a bare key', () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

    it('is returned as a public key with its own fingerprint and without dates', () => {
      expect(read(bare(publicKey)).certificates).to.deep.equal([
        {
          pem: publicKey.export({ type: 'spki', format: 'pem' }),
          sha256: fingerprint(publicKey),
          subject: '',
          keyDescription: 'RSA 2048',
          notBefore: undefined,
          notAfter: undefined,
        },
      ]);
    });

    it('is returned next to certificates of other keys, but not next to its own', () => {
      const [descriptor = ''] = /<md:KeyDescriptor.*?<\/md:KeyDescriptor>/s.exec(bare(publicKey)) ?? [];
      const [certificate] = read(OKTA).certificates;
      const own = bare(new X509Certificate(certificate?.pem ?? '').publicKey);
      const [same = ''] = /<md:KeyDescriptor.*?<\/md:KeyDescriptor>/s.exec(own) ?? [];
      const withMore = (more: string) => OKTA.replace('</md:KeyDescriptor>', `$&${more}`);
      expect(read(withMore(descriptor)).certificates.map(({ sha256 }) => sha256)).to.deep.equal([
        certificate?.sha256,
        fingerprint(publicKey),
      ]);
      expect(read(withMore(same)).certificates).to.deep.equal([certificate]);
    });
  });
});

function bare(key: KeyObject): string {
  const { n = '', e = '' } = key.export({ format: 'jwk' });
  const [modulus = '', exponent = ''] = [n, e].map((part) => Buffer.from(part, 'base64url').toString('base64'));
  return withBareKey(modulus, exponent);
}

function fingerprint(key: KeyObject): string {
  const digest = createHash('sha256').update(key.export({ type: 'spki', format: 'der' }));
  return digest
    .digest('hex')
    .toUpperCase()
    .replace(/..(?!$)/g, '$&:');
}
