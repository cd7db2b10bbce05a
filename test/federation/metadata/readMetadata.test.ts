import { createHash, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { HTTP_POST, HTTP_REDIRECT } from '../../../src/federation/metadata/metadataEndpoints.ts';
import { DAY_MS, fixture, fixtureBytes, makeCertificate, read, withBareKey, withCertificates } from './fixtures.ts';

const BOTH = [HTTP_REDIRECT, HTTP_POST];
const SIGNED =
  'The metadata is signed, but its signature was not checked: it is trusted for the place where it was got.';

type Expected = {
  entityId: string;
  name?: string;
  at: string; // where single sign-on is, by the first endpoint
  bindings: string[];
  logout?: number;
  formats: number;
  certificates?: number;
  wantsSigned?: boolean;
  warnings?: string[];
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
    warnings: [SIGNED],
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
    warnings: [SIGNED],
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
    warnings: ['The metadata is written as a collection (EntitiesDescriptor) of one entity, which was taken.'],
  },
  shibboleth: {
    entityId: 'https://idp.rivet.example/idp/shibboleth',
    name: 'Rivet Works single sign-on',
    at: 'https://idp.rivet.example/idp/profile/SAML2/POST/SSO',
    bindings: [HTTP_POST, HTTP_REDIRECT],
    formats: 2,
    certificates: 2,
  },
  simplesamlphp: {
    entityId: 'https://simplesaml.rivet.example/simplesaml/saml2/idp/metadata.php',
    at: 'https://simplesaml.rivet.example/simplesaml/saml2/idp/SSOService.php',
    bindings: [HTTP_REDIRECT],
    logout: 1,
    formats: 1,
    warnings: ['The provider takes requests by HTTP-Redirect only.'],
  },
  lemonldap: {
    entityId: 'https://auth.rivet.example/saml/metadata',
    name: 'Rivet Works',
    at: 'https://auth.rivet.example/saml/singleSignOn',
    bindings: BOTH,
    logout: 2,
    formats: 2,
    wantsSigned: true,
  },
  pysaml2: {
    entityId: 'http://idp.rivet.example:8088/idp.xml',
    name: 'Nitverken',
    at: 'http://idp.rivet.example:8088/sso/redirect',
    bindings: BOTH,
    logout: 2,
    formats: 2,
    warnings: [
      "The provider's address at idp.rivet.example:8088 is http, not https: what passes there can be read and changed on the way.",
    ],
  },
  'saml-idp': {
    entityId: 'urn:example:idp',
    at: 'http://localhost:7000/saml/sso',
    bindings: BOTH,
    logout: 2,
    formats: 3,
  },
};

describe('saml/metadata/readMetadata', () => {
  for (const [provider, expected] of Object.entries(PROVIDERS)) {
    it(`reads metadata of the shape of ${provider}`, () => {
      const metadata = read(fixtureBytes(provider));
      expect(metadata.entityId).to.equal(expected.entityId);
      expect(metadata.name).to.equal(expected.name);
      expect(metadata.singleSignOn.map(({ binding }) => binding)).to.deep.equal(expected.bindings);
      expect(metadata.singleSignOn[0]?.location).to.equal(expected.at);
      expect(metadata.singleLogout).to.have.length(expected.logout ?? 0);
      expect(metadata.nameIdFormats).to.have.length(expected.formats);
      expect(metadata.certificates).to.have.length(expected.certificates ?? 1);
      expect(metadata.wantAuthnRequestsSigned).to.equal(expected.wantsSigned ?? false);
      expect(metadata.warnings).to.deep.equal(expected.warnings ?? []);
    });
  }

  it('keeps the document as it was, but for a byte order mark and white space around it', () => {
    const xml = fixture('jumpcloud');
    expect(read(`\uFEFF\n  ${xml}\n`).xml).to.equal(xml.trim());
    expect(read(Buffer.from(`\uFEFF${xml}`)).xml).to.equal(xml.trim());
  });

  it('reads UTF-16 with a byte order mark', () => {
    const text = Buffer.from(`\uFEFF${fixture('jumpcloud')}`, 'utf16le');
    expect(read(text).entityId).to.equal('rivet-jumpcloud');
    expect(read(text.swap16()).entityId).to.equal('rivet-jumpcloud');
  });

  it('does not care which prefixes are used', () => {
    const xml = fixture('okta')
      .replaceAll('md:', 'ds_:')
      .replace('xmlns:md', 'xmlns:ds_')
      .replaceAll('ds:', 'md:')
      .replace('xmlns:ds=', 'xmlns:md=');
    expect(read(xml).entityId).to.equal('http://www.okta.com/exk9rivet42example697');
  });

  it('keeps the address for log-out responses', () => {
    expect(read(fixture('lemonldap')).singleLogout[0]).to.deep.equal({
      binding: HTTP_REDIRECT,
      location: 'https://auth.rivet.example/saml/singleLogout',
      responseLocation: 'https://auth.rivet.example/saml/singleLogoutReturn',
    });
  });

  it('takes names as a person reads them: English first, any language else', () => {
    const xml = fixture('shibboleth');
    expect(read(xml).name).to.equal('Rivet Works single sign-on');
    expect(read(xml.replace('xml:lang="en"', 'xml:lang="fr"')).name).to.equal('Nietwerke Zentralanmeldung');
  });

  describe('the time until which it is valid', () => {
    it('is the earliest of those that stand around the provider', () => {
      const xml = fixture('keycloak-collection')
        .replace('<md:EntitiesDescriptor', '<md:EntitiesDescriptor validUntil="2030-01-01T00:00:00Z"')
        .replace('<md:EntityDescriptor', '<md:EntityDescriptor validUntil="2029-01-01T01:00:00.123456+01:00"')
        .replace('<md:IDPSSODescriptor', '<md:IDPSSODescriptor validUntil="2031-01-01T00:00:00"');
      expect(read(xml).validUntil).to.equal(Date.parse('2029-01-01T00:00:00Z'));
    });

    it('is none where nothing says so', () => {
      expect(read(fixture('okta')).validUntil).to.equal(undefined);
    });

    it('warns when it is near', () => {
      const xml = fixture('google').replace('2031-01-01T00:00:00.000Z', '2026-06-10T12:00:00Z');
      expect(read(xml).warnings).to.deep.equal([
        'The metadata is valid until 2026-06-10 only. Import it again before then.',
      ]);
    });
  });

  describe('certificates', () => {
    it('come as PEM with what a person can compare', () => {
      const [certificate] = read(fixture('jumpcloud')).certificates;
      expect(certificate).to.include({
        subject: 'CN=JumpCloudIDP, O=Rivet Works',
        notBefore: Date.parse('2026-01-01T00:00:00Z'),
        notAfter: Date.parse('2036-01-01T00:00:00Z'),
        keyDescription: 'RSA 2048',
      });
      expect(new X509Certificate(certificate?.pem ?? '').fingerprint256).to.equal(certificate?.sha256);
    });

    it('are for signing where no use is given, and passed over where the use is encryption', () => {
      const signing = read(fixture('lemonldap')).certificates;
      const both = read(fixture('lemonldap').replaceAll(/ use="\w+"/g, '')).certificates;
      expect(signing).to.have.length(1);
      expect(both).to.have.length(2);
    });

    it('that stand there twice are given once', () => {
      const xml = fixture('simplesamlphp').replace('use="encryption"', 'use="signing"');
      expect(read(xml).certificates).to.have.length(1);
    });

    it('may carry their PEM frame and white space of any kind', () => {
      const xml = fixture('saml-idp')
        .replace('<X509Certificate>', '<X509Certificate>\t-----BEGIN CERTIFICATE-----\r\n')
        .replace('</X509Certificate>', '\n-----END CERTIFICATE-----\n</X509Certificate>');
      expect(read(xml).certificates).to.deep.equal(read(fixture('saml-idp')).certificates);
    });

    it('of the authority in a chain do not become signers', async () => {
      const authority = await makeCertificate('authority', {
        extensions: [{ name: 'basicConstraints', cA: true, critical: true }],
      });
      const leaf = await makeCertificate('idp', { ca: authority });
      const subjects = read(withCertificates(authority.cert, leaf.cert)).certificates.map(({ subject }) => subject);
      expect(subjects).to.deep.equal(['CN=idp']);
    });

    it('of one name, old and new, are both signers', async () => {
      const [old, next] = [await makeCertificate('idp'), await makeCertificate('idp')];
      expect(read(withCertificates(old.cert, next.cert)).certificates).to.have.length(2);
    });

    it('that ended are taken, with a warning', () => {
      const [certificate] = read(fixture('okta')).certificates;
      const ended = read(fixture('okta'), (certificate?.notAfter ?? 0) + DAY_MS);
      expect(ended.warnings).to.deep.equal([
        'The signing certificate "CN=rivet, O=Okta" ended on 2036-01-01. Sign-in still works; renew it at the provider.',
      ]);
    });

    it('that end within 30 days, or begin later, are taken with a warning', () => {
      const soon = read(fixture('okta'), Date.parse('2036-01-01T00:00:00Z') - 30 * DAY_MS + 1);
      const early = read(fixture('okta'), Date.parse('2025-12-31T00:00:00Z'));
      const inTime = read(fixture('okta'), Date.parse('2036-01-01T00:00:00Z') - 30 * DAY_MS);
      expect(soon.warnings).to.deep.equal([
        'The signing certificate "CN=rivet, O=Okta" ends soon, on 2036-01-01. Renew it at the provider in time.',
      ]);
      expect(early.warnings).to.deep.equal([
        'The signing certificate "CN=rivet, O=Okta" is valid only from 2026-01-01. It may be the provider\'s next one.',
      ]);
      expect(inTime.warnings).to.deep.equal([]);
    });

    it('with a key for RSA-PSS alone are taken', () => {
      const pem = readFileSync(new URL('fixtures/rsa-pss.pem', import.meta.url), 'utf8');
      expect(read(withCertificates(pem)).certificates.map(({ keyDescription }) => keyDescription)).to.deep.equal([
        'RSA-PSS 2048',
      ]);
    });

    it('with a weak key are taken with a warning, those on a curve without', async () => {
      const weak = await makeCertificate('weak', { keyType: 'rsa', keySize: 1024 });
      const curve = await makeCertificate('curve');
      const { certificates, warnings } = read(withCertificates(weak.cert, curve.cert));
      expect(certificates.map(({ keyDescription }) => keyDescription)).to.deep.equal(['RSA 1024', 'EC P-256']);
      expect(warnings).to.deep.equal([
        'The signing certificate "CN=weak" has a weak key (RSA 1024). Change to RSA 2048 or stronger at the provider.',
      ]);
    });
  });

  describe('a bare key', () => {
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

    it('comes as a public key with its own fingerprint, and without dates', () => {
      const { certificates, warnings } = read(bare(publicKey));
      expect(certificates).to.deep.equal([
        {
          pem: publicKey.export({ type: 'spki', format: 'pem' }),
          sha256: fingerprint(publicKey),
          subject: '',
          keyDescription: 'RSA 2048',
          notBefore: undefined,
          notAfter: undefined,
        },
      ]);
      expect(warnings).to.deep.equal([
        'The signing key comes without a certificate, so there is no date by which it is to be changed.',
      ]);
    });

    it('stands beside certificates of other keys, and gives way to one of its own', () => {
      const [descriptor = ''] = /<md:KeyDescriptor.*?<\/md:KeyDescriptor>/s.exec(bare(publicKey)) ?? [];
      const [certificate] = read(fixture('okta')).certificates;
      const own = bare(new X509Certificate(certificate?.pem ?? '').publicKey);
      const [same = ''] = /<md:KeyDescriptor.*?<\/md:KeyDescriptor>/s.exec(own) ?? [];
      const beside = (more: string) => fixture('okta').replace('</md:KeyDescriptor>', `$&${more}`);
      expect(read(beside(descriptor)).certificates.map(({ sha256 }) => sha256)).to.deep.equal([
        certificate?.sha256,
        fingerprint(publicKey),
      ]);
      expect(read(beside(same)).certificates).to.deep.equal([certificate]);
    });

    function bare(key: KeyObject): string {
      const { n = '', e = '' } = key.export({ format: 'jwk' });
      return withBareKey(
        ...([n, e].map((part) => Buffer.from(part, 'base64url').toString('base64')) as [string, string]),
      );
    }

    function fingerprint(key: KeyObject): string {
      const digest = createHash('sha256').update(key.export({ type: 'spki', format: 'der' }));
      return digest
        .digest('hex')
        .toUpperCase()
        .replace(/..(?!$)/g, '$&:');
    }
  });

  it('does not take a role that is not for SAML 2.0', () => {
    const xml = fixture('shibboleth').replace(
      '<IDPSSODescriptor',
      '<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:1.1:protocol"/><IDPSSODescriptor',
    );
    expect(read(xml).certificates).to.have.length(2);
  });
});
