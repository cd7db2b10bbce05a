import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { HTTP_POST, HTTP_REDIRECT } from '../../../src/federation/metadata/provider.ts';
import { readMetadata } from '../../../src/federation/metadata/readMetadata.ts';
import { fixture, fixtureBytes, NOW, type Refusal, read, testRefusals } from './fixtures.ts';

const BOTH = [HTTP_REDIRECT, HTTP_POST];

type Expected = {
  entityId: string;
  name?: string;
  at: string; // location of the first endpoint for single sign-on
  bindings: string[];
  logout?: number;
  formats: number;
  certificates?: number;
  wantsSigned?: boolean;
  warnings?: number;
};

const PROVIDERS: Record<string, Expected> = {
  jumpcloud: {
    entityId: 'rivet-jumpcloud',
    at: 'https://sso.jumpcloud.com/saml2/rivet-intranet',
    bindings: BOTH,
    formats: 1,
  },
  okta: {
    entityId: 'http://www.okta.com/exk9rivet42example697',
    at: 'https://rivet.okta.com/app/rivet_intranet_1/exk9rivet42example697/sso/saml',
    bindings: [HTTP_POST, HTTP_REDIRECT],
    formats: 2,
  },
  entra: {
    entityId: 'https://sts.windows.net/3f2b9c1e-0000-4000-8000-0123456789ab/',
    at: 'https://login.microsoftonline.com/3f2b9c1e-0000-4000-8000-0123456789ab/saml2',
    bindings: BOTH,
    logout: 1,
    formats: 0,
    certificates: 2,
    warnings: 1,
  },
  google: {
    entityId: 'https://accounts.google.com/o/saml2?idpid=C0rivet42',
    at: 'https://accounts.google.com/o/saml2/idp?idpid=C0rivet42',
    bindings: BOTH,
    formats: 1,
  },
  adfs: {
    entityId: 'http://sts.rivet.example/adfs/services/trust',
    at: 'https://sts.rivet.example/adfs/ls/',
    bindings: BOTH,
    logout: 2,
    formats: 3,
    warnings: 2,
  },
  keycloak: {
    entityId: 'https://id.rivet.example/realms/rivet',
    at: 'https://id.rivet.example/realms/rivet/protocol/saml',
    bindings: [HTTP_POST, HTTP_REDIRECT],
    logout: 2,
    formats: 4,
    wantsSigned: true,
  },
  'keycloak-collection': {
    entityId: 'https://id.rivet.example/realms/rivet',
    at: 'https://id.rivet.example/realms/rivet/protocol/saml',
    bindings: [HTTP_POST, HTTP_REDIRECT],
    logout: 2,
    formats: 4,
    wantsSigned: true,
  },
  shibboleth: {
    entityId: 'https://idp.rivet.example/idp/shibboleth',
    name: 'Rivet Works single sign-on',
    at: 'https://idp.rivet.example/idp/profile/SAML2/POST/SSO',
    bindings: [HTTP_POST, HTTP_REDIRECT],
    formats: 2,
    certificates: 2,
    warnings: 1,
  },
  simplesamlphp: {
    entityId: 'https://simplesaml.rivet.example/simplesaml/saml2/idp/metadata.php',
    at: 'https://simplesaml.rivet.example/simplesaml/saml2/idp/SSOService.php',
    bindings: [HTTP_REDIRECT],
    logout: 1,
    formats: 1,
    warnings: 1,
  },
  lemonldap: {
    entityId: 'https://auth.rivet.example/saml/metadata',
    name: 'Rivet Works',
    at: 'https://auth.rivet.example/saml/singleSignOn',
    bindings: BOTH,
    logout: 2,
    formats: 2,
    wantsSigned: true,
    warnings: 1,
  },
  pysaml2: {
    entityId: 'http://idp.rivet.example:8088/idp.xml',
    name: 'Nitverken',
    at: 'http://idp.rivet.example:8088/sso/redirect',
    bindings: BOTH,
    logout: 2,
    formats: 2,
    warnings: 1,
  },
  'saml-idp': {
    entityId: 'urn:example:idp',
    at: 'http://localhost:7000/saml/sso',
    bindings: BOTH,
    logout: 2,
    formats: 3,
  },
};

const refusals: Refusal[] = [
  [
    'an expired validUntil',
    () => fixture('google').replace('2031-01-01T00:00:00.000Z', '2026-05-31T00:00:00Z'),
    'expired',
    /expired on 2026-05-31/,
  ],
  [
    'an expired validUntil of the role',
    () => fixture('okta').replace('<md:IDPSSODescriptor', '<md:IDPSSODescriptor validUntil="2026-06-01T00:00:00Z"'),
    'expired',
    /expired on 2026-06-01/,
  ],
  [
    'a validUntil that is not a date',
    () => fixture('google').replace('2031-01-01T00:00:00.000Z', 'next year'),
    'bad_date',
    /not a date: "next year"/,
  ],
  [
    'a validUntil on the 45th of a month',
    () => fixture('google').replace('2031-01-01T00:00:00.000Z', '2031-01-45T00:00:00Z'),
    'bad_date',
    /not a date/,
  ],
];

describe('federation/metadata/readMetadata', () => {
  for (const [provider, expected] of Object.entries(PROVIDERS)) {
    it('reads the shortest cacheDuration, and leaves out one that is none', () => {
      const withDuration = (written: string) =>
        read(fixture('okta').replace('<md:EntityDescriptor', `$& cacheDuration="${written}"`)).cacheMs;
      expect(['P1D', 'PT6H', 'P1DT1H1M1.5S', 'P1Y2M'].map(withDuration)).to.deep.equal([
        86_400_000, 21_600_000, 90_061_500, 36_720_000_000,
      ]);
      for (const none of ['', '6 hours', '-PT6H']) expect(withDuration(none) ?? 0, none).to.equal(0);
      const both = fixture('okta').replace('<md:EntityDescriptor', '$& cacheDuration="P1D"');
      expect(read(both.replace('<md:IDPSSODescriptor', '$& cacheDuration="PT1H"')).cacheMs).to.equal(3_600_000);
    });

    it(`reads metadata as published by ${provider}`, () => {
      const metadata = read(fixtureBytes(provider));
      expect(metadata.entityId).to.equal(expected.entityId);
      expect(metadata.name).to.equal(expected.name);
      expect(metadata.singleSignOn.map(({ binding }) => binding)).to.deep.equal(expected.bindings);
      expect(metadata.singleSignOn[0]?.location).to.equal(expected.at);
      expect(metadata.singleLogout).to.have.length(expected.logout ?? 0);
      expect(metadata.nameIdFormats).to.have.length(expected.formats);
      expect(metadata.certificates).to.have.length(expected.certificates ?? 1);
      expect(metadata.wantAuthnRequestsSigned).to.equal(expected.wantsSigned ?? false);
      expect(metadata.warnings).to.have.length(expected.warnings ?? 0);
      expect(metadata.xml).to.equal(fixture(provider).replace('\uFEFF', '').trim());
    });
  }

  testRefusals(refusals);

  it('resolves prefixes', () => {
    const xml = fixture('okta')
      .replaceAll('md:', 'ds_:')
      .replace('xmlns:md', 'xmlns:ds_')
      .replaceAll('ds:', 'md:')
      .replace('xmlns:ds=', 'xmlns:md=');
    expect(read(xml).entityId).to.equal('http://www.okta.com/exk9rivet42example697');
  });

  it('prefers the English name, and accepts any language', () => {
    const xml = fixture('shibboleth');
    expect(read(xml).name).to.equal('Rivet Works single sign-on');
    expect(read(xml.replace('xml:lang="en"', 'xml:lang="fr"')).name).to.equal('Nietwerke Zentralanmeldung');
  });

  it('returns the earliest validUntil around the provider, in UTC', () => {
    const xml = fixture('keycloak-collection')
      .replace('<md:EntitiesDescriptor', '<md:EntitiesDescriptor validUntil="2030-01-01T00:00:00Z"')
      .replace('<md:EntityDescriptor', '<md:EntityDescriptor validUntil="2029-01-01T01:00:00.123456+01:00"')
      .replace('<md:IDPSSODescriptor', '<md:IDPSSODescriptor validUntil="2031-01-01T00:00:00"');
    expect(read(xml).validUntil).to.equal(Date.parse('2029-01-01T00:00:00Z'));
    expect(read(xml.replace('2030-', '2028-')).validUntil).to.equal(Date.parse('2028-01-01T00:00:00Z'));
    expect(read(xml.replace('2031-', '2027-')).validUntil).to.equal(Date.parse('2027-01-01T00:00:00Z'));
    expect(read(fixture('okta')).validUntil).to.equal(undefined);
  });

  describe('of a provider that publishes more than is needed, or something slightly wrong', () => {
    it('takes the only identity provider of a collection', () => {
      const { entityId, warnings } = read(sample('one-idp-and-its-sp'));
      expect(entityId).to.equal('https://idp07.example.com/metadata');
      expect(warnings.join()).to.contain('Its one other entity is not used.');
    });

    for (const [name, location] of Object.entries({ missing: '""', relative: '"/logout"' }))
      it(`leaves out a logout endpoint whose location is ${name}`, () => {
        const { singleLogout, warnings } = read(sample(`log-out-address-${name}`));
        expect(singleLogout).to.deep.equal([]);
        expect(warnings[0]).to.contain(`A logout endpoint is not used.`).and.contain(location);
      });

    it('leaves out a certificate with another type of key', () => {
      const { certificates, warnings } = read(sample('rsa-key-beside-an-ed25519-key'));
      expect(certificates.map(({ keyDescription }) => keyDescription)).to.deep.equal(['RSA 2048']);
      expect(warnings[0]).to.match(/"CN=idp\.example\.com ed25519" has a key of ed25519, .* not used/);
    });

    it('reads a declared encoding, and stores UTF-8', () => {
      const { name, xml } = read(sample('iso-8859-1'));
      expect(name).to.equal('Beispielbörse');
      expect(xml).to.match(/^<\?xml[^>]*encoding="UTF-8"/);
    });

    for (const [name, code, message] of [
      ['certificate-of-an-unknown-key-algorithm', 'bad_certificate', /key of an unknown type/],
      ['public-key-as-certificate', 'bad_certificate', /is a public key, not a certificate/],
      ['keyinfo-without-its-namespace', 'no_signing_key', /not in the namespace of XML signatures/],
      ['bare-ampersand-in-line-2', 'not_xml', /in line 2, "&" must be written "&amp;"/],
    ] as const)
      it(`is refused with the cause: ${name}`, () => {
        const result = readMetadata(sample(name), { now: NOW });
        expect(result.ok ? undefined : result.error.code).to.equal(code);
        expect(result.ok ? '' : result.error.message).to.match(message);
      });
  });

  it('takes the provider with the expected EntityID from a collection', () => {
    const two = fixture('keycloak-collection').replace(
      /<md:EntityDescriptor[\s\S]*<\/md:EntityDescriptor>/,
      (entity) => entity + entity.replace(/entityID="[^"]*"/, 'entityID="urn:other"'),
    );
    const result = readMetadata(two, { now: NOW, expectEntityId: 'urn:other' });
    expect(result.ok && result.metadata.entityId).to.equal('urn:other');
  });
});

function sample(name: string): Uint8Array {
  return readFileSync(new URL(`fixtures/cases/${name}.xml`, import.meta.url));
}
