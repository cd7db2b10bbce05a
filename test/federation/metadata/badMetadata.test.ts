import { expect } from 'chai';
import fc from 'fast-check';
import type { MetadataErrorCode } from '../../../src/federation/metadata/metadataError.ts';
import { readMetadata } from '../../../src/federation/metadata/readMetadata.ts';
import { fixture, fixtureBytes, makeCertificate, NOW, withBareKey, withCertificates } from './fixtures.ts';

const OKTA = fixture('okta');
const KEY_INFO = /<ds:X509Data>.*<\/ds:X509Data>/s;

function refusal(input: Uint8Array | string, expectEntityId?: string) {
  const result = readMetadata(input, expectEntityId === undefined ? { now: NOW } : { now: NOW, expectEntityId });
  expect(result.ok, 'was read').to.equal(false);
  return result.ok ? undefined : result.error;
}

function expectRefusal(input: Uint8Array | string, code: MetadataErrorCode, sentence: RegExp) {
  const error = refusal(input);
  expect(error?.code).to.equal(code);
  expect(error?.message).to.match(sentence);
}

type Case = [what: string, input: () => Uint8Array | string, code: MetadataErrorCode, sentence: RegExp];

const nested = (levels: number) => `${'<a>'.repeat(levels)}${'</a>'.repeat(levels)}`;
const inside = (text: string) => OKTA.replace('<md:KeyDescriptor', `${text}<md:KeyDescriptor`);
const located = (location: string) => OKTA.replace(/Location="[^"]*"/, `Location="${location}"`);

const FORM: Case[] = [
  ['nothing', () => '', 'empty', /nothing in it/],
  ['white space', () => Buffer.from(' \n\t '), 'empty', /nothing in it/],
  ['only a byte order mark', () => Buffer.from([0xef, 0xbb, 0xbf]), 'empty', /nothing in it/],
  ['more than 1 MB of bytes', () => Buffer.alloc(1_000_001, 32), 'too_large', /larger than 1 MB/],
  ['more than 1 MB of pasted text', () => '€'.repeat(333_334), 'too_large', /larger than 1 MB/],
  ['Latin-1', () => Buffer.from('<a>caf\u00e9</a>', 'latin1'), 'not_utf8', /not UTF-8/],
  ['a picture', () => Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0xff]), 'not_utf8', /not UTF-8/],
  ['a web page', () => '<!DOCTYPE html>\n<html><body>Log in</body></html>', 'is_html', /web page/],
  ['a web page without a doctype', () => '<!-- x -->\n<HTML lang="en"></HTML>', 'is_html', /web page/],
  ['JSON', () => '{"error":"no"}', 'not_xml', /not XML: it begins with "\{"error":"no"\}"/],
  ['an address', () => 'https://idp.example.com/metadata', 'not_xml', /not XML/],
  ['XML that is cut off', () => OKTA.slice(0, -30), 'not_xml', /not well-formed XML \(line \d+, column \d+: /],
  ['two roots', () => `${OKTA}<a/>`, 'not_xml', /not well-formed/],
  ['text after the root', () => `${OKTA}x`, 'not_xml', /not well-formed/],
  ['an attribute given twice', () => OKTA.replace('entityID=', 'entityID="a" entityID='), 'not_xml', /not well-formed/],
  ['an entity that is not declared', () => inside('&secret;'), 'not_xml', /not well-formed/],
  ['a prefix that is not declared', () => inside('<x:a/>'), 'not_xml', /not well-formed/],
  ['a null character', () => inside('\0'), 'not_xml', /not well-formed/],
  ['a name of a megabyte', () => `<${'a'.repeat(900_000)}></b>`, 'not_xml', /not well-formed.{0,300}$/],
  ['a DOCTYPE', () => OKTA.replace('<md:Ent', '<!DOCTYPE md:EntityDescriptor><md:Ent'), 'doctype', /DOCTYPE/],
  [
    'a DOCTYPE with entities',
    () => OKTA.replace('<md:Ent', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><md:Ent'),
    'doctype',
    /DOCTYPE/,
  ],
  [
    'a processing instruction',
    () => OKTA.replace('<md:Ent', '<?xml-stylesheet href="x"?><md:Ent'),
    'processing_instruction',
    /processing instruction \("<\?xml-stylesheet"\)/,
  ],
  ['33 levels', () => inside(nested(32)), 'too_complex', /more than 32 levels/],
  ['100,000 levels', () => nested(100_000), 'too_complex', /more than 32 levels/],
  ['10,001 elements', () => inside('<a/>'.repeat(10_001)), 'too_complex', /more than 10000 parts/],
  ['10,001 comments', () => inside('<!---->'.repeat(10_001)), 'too_complex', /more than 10000 parts/],
  [
    '65 attributes on an element',
    () => inside(`<a ${Array.from({ length: 65 }, (_, i) => `a${i}=""`).join(' ')}/>`),
    'too_complex',
    /more than 64 attributes on one element/,
  ],
  [
    '33 namespaces in scope, a few on each level',
    () =>
      inside(
        `${Array.from({ length: 11 }, (_, i) => `<a${[0, 1, 2].map((n) => ` xmlns:p${i}${n}="u"`).join('')}>`).join('')}`,
      ),
    'too_complex',
    /more than 32 namespaces/,
  ],
  ['a long attribute', () => inside(`<a b="${'x'.repeat(8_193)}"/>`), 'too_complex', /more than 8192 characters/],
  ['an element __proto__', () => inside('<__proto__/>'), 'forbidden_name', /"__proto__"/],
  ['an attribute __proto__', () => inside('<a __proto__="x"/>'), 'forbidden_name', /"__proto__"/],
  ['a prefix __proto__', () => inside('<a xmlns:__proto__="x"/>'), 'forbidden_name', /"xmlns:__proto__"/],
];

const CONTENT: Case[] = [
  ['other XML', () => '<feed xmlns="http://www.w3.org/2005/Atom"/>', 'not_metadata', /first element is "feed"/],
  [
    'metadata without its namespace',
    () => '<EntityDescriptor entityID="a"/>',
    'not_metadata',
    /not SAML 2\.0 metadata/,
  ],
  [
    'a Response',
    () => '<p:Response xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol"/>',
    'not_metadata',
    /SAML message \("Response"\)/,
  ],
  [
    "a service provider's metadata",
    () => OKTA.replaceAll('IDPSSODescriptor', 'SPSSODescriptor'),
    'not_metadata',
    /service provider \("http:\/\/www\.okta\.com\/exk9rivet42example697"\)/,
  ],
  [
    'two entities',
    () =>
      fixture('keycloak-collection').replace(
        '<md:EntityDescriptor',
        '<md:EntityDescriptor entityID="urn:sp"/><md:EntityDescriptor',
      ),
    'several_entities',
    /describes 2 entities \("urn:sp", "https:\/\/id\.rivet\.example\/realms\/rivet"\)/,
  ],
  [
    'a second entity in a collection in the collection',
    () =>
      fixture('keycloak-collection').replace(
        '<md:EntityDescriptor',
        '<md:EntitiesDescriptor><md:EntityDescriptor entityID="urn:sp"/></md:EntitiesDescriptor><md:EntityDescriptor',
      ),
    'several_entities',
    /describes 2 entities/,
  ],
  [
    'a collection of nothing',
    () => '<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"/>',
    'no_identity_provider',
    /no entity at all/,
  ],
  ['no entityID', () => OKTA.replace(/entityID="[^"]*"/, ''), 'bad_entity_id', /no entityID/],
  ['an empty entityID', () => OKTA.replace(/entityID="[^"]*"/, 'entityID=" "'), 'bad_entity_id', /no entityID/],
  [
    'an entityID that is too long',
    () => OKTA.replace(/entityID="[^"]*"/, `entityID="urn:${'x'.repeat(1_021)}"`),
    'bad_entity_id',
    /longer than 1024 characters/,
  ],
  [
    'an entityID of letters beyond ASCII that is too long',
    () => OKTA.replace(/entityID="[^"]*"/, `entityID="urn:${'ž'.repeat(600)}"`),
    'bad_entity_id',
    /longer than 1024 characters/,
  ],
  [
    'only roles of WS-Federation',
    () => fixture('entra').replace(/<IDPSSODescriptor.*<\/IDPSSODescriptor>/s, ''),
    'no_identity_provider',
    /has no IDPSSODescriptor/,
  ],
  [
    'an identity provider of SAML 1.1',
    () => OKTA.replace('urn:oasis:names:tc:SAML:2.0:protocol', 'urn:oasis:names:tc:SAML:1.1:protocol'),
    'no_identity_provider',
    /not for SAML 2\.0/,
  ],
  [
    'two roles for SAML 2.0',
    () => OKTA.replace(/<md:IDPSSODescriptor.*<\/md:IDPSSODescriptor>/s, '$&$&'),
    'several_roles',
    /more than once/,
  ],
  [
    'a validUntil that is past',
    () => fixture('google').replace('2031-01-01T00:00:00.000Z', '2026-05-31T00:00:00Z'),
    'expired',
    /valid until 2026-05-31/,
  ],
  [
    'a validUntil of the role that is past',
    () => OKTA.replace('<md:IDPSSODescriptor', '<md:IDPSSODescriptor validUntil="2026-06-01T00:00:00Z"'),
    'expired',
    /valid until 2026-06-01/,
  ],
  [
    'a validUntil that is no date',
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
  [
    'no endpoint of a binding in use',
    () => OKTA.replace(/:HTTP-(POST|Redirect)"/g, ':SOAP"'),
    'no_sso_endpoint',
    /no sign-in by HTTP-Redirect or HTTP-POST/,
  ],
  ['a location with script', () => located('javascript:alert(1)'), 'bad_endpoint', /"javascript:alert\(1\)"/],
  ['a relative location', () => located('/sso'), 'bad_endpoint', /not an absolute http or https URL/],
  ['a location without slashes', () => located('https:idp.example.com'), 'bad_endpoint', /not an absolute/],
  ['an empty location', () => located(''), 'bad_endpoint', /not an absolute/],
  ['no location', () => OKTA.replace(/Location="[^"]*"/, ''), 'bad_endpoint', /not an absolute/],
  ['a location with white space', () => located('https://idp.example.com/a b'), 'bad_endpoint', /not an absolute/],
  ['a location that a policy reads otherwise', () => located('https://a;x.example'), 'bad_endpoint', /not an absolute/],
  ['a location for every host', () => located('https://*'), 'bad_endpoint', /not an absolute/],
  ['a location with a backslash', () => located('https:\\\\idp.example.com'), 'bad_endpoint', /not an absolute/],
  [
    'a location of 3,000 characters',
    () => located(`https://a.example/${'x'.repeat(3_000)}`),
    'bad_endpoint',
    /not an absolute/,
  ],
  ['a password in a location', () => located('https://a:b@idp.example.com'), 'bad_endpoint', /user name or password/],
  [
    'a log-out response location with script',
    () => fixture('lemonldap').replace(/ResponseLocation="[^"]*"/, 'ResponseLocation="data:text/html,x"'),
    'bad_endpoint',
    /SingleLogoutService has the address "data:/,
  ],
  [
    'no key',
    () => OKTA.replace(/<md:KeyDescriptor.*<\/md:KeyDescriptor>/s, ''),
    'no_signing_key',
    /no certificate for signing/,
  ],
  [
    'a key for encryption only',
    () => OKTA.replace('use="signing"', 'use="encryption"'),
    'no_signing_key',
    /no certificate for signing/,
  ],
  [
    'a key that is neither a certificate nor RSA',
    () => OKTA.replace(KEY_INFO, '<ds:KeyValue><ds:DSAKeyValue/></ds:KeyValue>'),
    'no_signing_key',
    /neither as a certificate nor as an RSA key\. Set the provider up to publish its key as an X\.509 certificate/,
  ],
  ['a bare key that is too short', () => withBareKey('AQAB', 'AQAB'), 'bad_certificate', /RSA key below 1024 bits/],
  ['a bare key without its parts', () => withBareKey('', ''), 'bad_certificate', /Modulus is not base64/],
  ['a bare key with half an octet', () => withBareKey('A', 'AQAB'), 'bad_certificate', /Modulus is empty/],
  [
    'a bare key that is endless',
    () => withBareKey('A'.repeat(4_000), 'AQAB'),
    'bad_certificate',
    /Modulus is too long/,
  ],
  ['a bare key of exponent 1', () => withBareKey('AQAB', 'AQ'), 'bad_certificate', /not an odd number from 3 on/],
  [
    'a certificate in another namespace',
    () => OKTA.replace('xmlns:ds="http://www.w3.org/2000/09/xmldsig#"', 'xmlns:ds="urn:other"'),
    'no_signing_key',
    /no certificate for signing/,
  ],
  ['an empty certificate', () => withCertificates(''), 'bad_certificate', /not base64/],
  ['a certificate that is not base64', () => withCertificates('MII*'), 'bad_certificate', /not base64/],
  [
    'a certificate that is cut off',
    () => withCertificates('MIICNTCCAZ6gAwIBAgIE'),
    'bad_certificate',
    /damaged or cut off/,
  ],
  [
    'one bad certificate beside a good one',
    () => OKTA.replace('</ds:X509Data>', '<ds:X509Certificate>AAAA</ds:X509Certificate></ds:X509Data>'),
    'bad_certificate',
    /damaged or cut off/,
  ],
];

describe('saml/metadata: bad input', () => {
  for (const [what, input, code, sentence] of [...FORM, ...CONTENT]) {
    it(`refuses ${what}`, () => expectRefusal(input(), code, sentence));
  }

  it('refuses keys that can be broken', async () => {
    const broken = await makeCertificate('broken', { keyType: 'rsa', keySize: 512 });
    expectRefusal(withCertificates(broken.cert), 'bad_certificate', /RSA key below 1024 bits/);
  });

  it('refuses more signing certificates than a provider has', async () => {
    const certificates = await Promise.all(Array.from({ length: 21 }, (_, i) => makeCertificate(`number ${i}`)));
    const xml = withCertificates(...certificates.map(({ cert }) => cert));
    expectRefusal(xml, 'too_complex', /more than 20 signing certificates/);
  });

  it('refuses another entity than the one that is updated, and names both', () => {
    const error = refusal(OKTA, 'urn:example:idp');
    expect(error?.code).to.equal('other_entity');
    expect(error?.message)
      .to.contain('"http://www.okta.com/exk9rivet42example697"')
      .and.to.contain('"urn:example:idp"');
  });

  it('accepts the entity that it was told to expect', () => {
    const result = readMetadata(OKTA, { now: NOW, expectEntityId: 'http://www.okta.com/exk9rivet42example697' });
    expect(result.ok).to.equal(true);
  });

  it('repeats only a short and plain piece of the input', () => {
    const error = refusal(OKTA.replace(/entityID="[^"]*"/, `entityID="a&#10;&#x202e;${'b'.repeat(500)}"`), 'urn:x');
    expect(error?.message).to.contain(`"a ${'b'.repeat(118)}…"`);
  });

  it('answers every input with a value, and never changes the prototype of objects', () => {
    const base = fixtureBytes('jumpcloud');
    const damaged = fc
      .array(fc.tuple(fc.nat(base.length - 1), fc.constantFrom(...Buffer.from('<>/&"\'=: \0]x'), 0xff)), {
        maxLength: 4,
      })
      .map((changes) => {
        const bytes = Buffer.from(base);
        for (const [at, byte] of changes) bytes[at] = byte;
        return bytes;
      });
    const property = fc.property(fc.oneof(damaged, fc.uint8Array(), fc.string()), (input) => {
      const result = readMetadata(input, { now: NOW });
      expect(result.ok || result.error.message.length > 20).to.equal(true);
    });
    fc.assert(property, { seed: 7, numRuns: 300 });
    expect(Object.keys(Object.prototype)).to.deep.equal([]);
  });
});
