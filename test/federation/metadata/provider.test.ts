import { expect } from 'chai';
import { HTTP_REDIRECT } from '../../../src/federation/metadata/provider.ts';
import { readMetadata } from '../../../src/federation/metadata/readMetadata.ts';
import { fixture, NOW, type Refusal, read, testRefusals } from './fixtures.ts';

const OKTA = fixture('okta');

const located = (location: string) => OKTA.replace(/Location="[^"]*"/, `Location="${location}"`);

const refusals: Refusal[] = [
  ['other XML', () => '<feed xmlns="http://www.w3.org/2005/Atom"/>', 'not_metadata', /root element is "feed"/],
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
    'two identity providers',
    () => twoProviders(),
    'several_entities',
    /contains 2 entities \("https:\/\/id\.rivet\.example\/realms\/rivet", "urn:other"\)/,
  ],
  [
    'two identity providers in collections',
    () =>
      twoProviders()
        .replace('<md:EntityDescriptor', '<md:EntitiesDescriptor><md:EntityDescriptor')
        .replace('</md:EntityDescriptor>', '</md:EntityDescriptor></md:EntitiesDescriptor>'),
    'several_entities',
    /contains 2 entities/,
  ],
  [
    'service providers only',
    () =>
      '<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata">' +
      ['one', 'two']
        .map((name) => `<EntityDescriptor entityID="urn:${name}"><SPSSODescriptor/></EntityDescriptor>`)
        .join('') +
      '</EntitiesDescriptor>',
    'no_identity_provider',
    /contains 2 entities, and none of them is an identity provider/,
  ],
  [
    'an empty collection',
    () => '<EntitiesDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata"/>',
    'no_identity_provider',
    /contains no entity/,
  ],
  ['no entityID', () => OKTA.replace(/entityID="[^"]*"/, ''), 'bad_entity_id', /no entityID/],
  ['an empty entityID', () => OKTA.replace(/entityID="[^"]*"/, 'entityID=" "'), 'bad_entity_id', /no entityID/],
  [
    'an entityID of more than 1024 characters',
    () => OKTA.replace(/entityID="[^"]*"/, `entityID="urn:${'x'.repeat(1_021)}"`),
    'bad_entity_id',
    /longer than 1024 characters/,
  ],
  [
    'an entityID of more than 1024 bytes',
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
    /does not support SAML 2\.0/,
  ],
  [
    'two roles for SAML 2.0',
    () => OKTA.replace(/<md:IDPSSODescriptor.*<\/md:IDPSSODescriptor>/s, '$&$&'),
    'several_roles',
    /more than one IDPSSODescriptor/,
  ],
  [
    'no endpoint with a supported binding',
    () => OKTA.replace(/:HTTP-(POST|Redirect)"/g, ':SOAP"'),
    'no_sso_endpoint',
    /no SingleSignOnService with HTTP-Redirect or HTTP-POST/,
  ],
  ['a location with script', () => located('javascript:alert(1)'), 'bad_endpoint', /"javascript:alert\(1\)"/],
  ['a relative location', () => located('/sso'), 'bad_endpoint', /not an absolute http or https URL/],
  ['a location without slashes', () => located('https:idp.example.com'), 'bad_endpoint', /not an absolute/],
  ['an empty location', () => located(''), 'bad_endpoint', /not an absolute/],
  ['no location', () => OKTA.replace(/Location="[^"]*"/, ''), 'bad_endpoint', /not an absolute/],
  ['a location with white space', () => located('https://idp.example.com/a b'), 'bad_endpoint', /not an absolute/],
  [
    'a location that a Content-Security-Policy reads differently',
    () => located('https://a;x.example'),
    'bad_endpoint',
    /not an absolute/,
  ],
  ['a wildcard location', () => located('https://*'), 'bad_endpoint', /not an absolute/],
  ['a location with a backslash', () => located('https:\\\\idp.example.com'), 'bad_endpoint', /not an absolute/],
  [
    'a location of 3,000 characters',
    () => located(`https://a.example/${'x'.repeat(3_000)}`),
    'bad_endpoint',
    /not an absolute/,
  ],
  ['a password in a location', () => located('https://a:b@idp.example.com'), 'bad_endpoint', /user name or password/],
];

describe('federation/metadata/provider', () => {
  testRefusals(refusals);

  it('leaves out a logout endpoint with a script as its response location', () => {
    const before = read(fixture('lemonldap')).singleLogout.length;
    const xml = fixture('lemonldap').replace(/ResponseLocation="[^"]*"/, 'ResponseLocation="data:text/html,x"');
    expect(read(xml).singleLogout).to.have.lengthOf(before - 1);
    expect(read(xml).warnings.join()).to.contain('"data:text/html,x", is not an absolute http or https URL');
  });

  it('refuses another entity than the one that is updated, and names both', () => {
    const error = refusalFor(OKTA, 'urn:example:idp');
    expect(error?.code).to.equal('other_entity');
    expect(error?.message)
      .to.contain('"http://www.okta.com/exk9rivet42example697"')
      .and.to.contain('"urn:example:idp"');
  });

  it('accepts the entity that is expected', () => {
    expect(refusalFor(OKTA, 'http://www.okta.com/exk9rivet42example697')).to.equal(undefined);
  });

  it('quotes only a short and plain part of the input', () => {
    const xml = OKTA.replace(/entityID="[^"]*"/, `entityID="a&#10;&#x202e;${'b'.repeat(500)}"`);
    expect(refusalFor(xml, 'urn:x')?.message).to.contain(`"a ${'b'.repeat(118)}…"`);
  });

  it('ignores a role that is not for SAML 2.0', () => {
    const xml = fixture('shibboleth').replace(
      '<IDPSSODescriptor',
      '<IDPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:1.1:protocol"/><IDPSSODescriptor',
    );
    expect(read(xml).certificates).to.have.length(2);
  });

  it('returns the location of logout responses', () => {
    expect(read(fixture('lemonldap')).singleLogout[0]).to.deep.equal({
      binding: HTTP_REDIRECT,
      location: 'https://auth.rivet.example/saml/singleLogout',
      responseLocation: 'https://auth.rivet.example/saml/singleLogoutReturn',
    });
  });
});

function refusalFor(xml: string, expectEntityId: string) {
  const result = readMetadata(xml, { now: NOW, expectEntityId });
  return result.ok ? undefined : result.error;
}

function twoProviders(): string {
  return fixture('keycloak-collection').replace(
    /<md:EntityDescriptor[\s\S]*<\/md:EntityDescriptor>/,
    (entity) => entity + entity.replace(/entityID="[^"]*"/, 'entityID="urn:other"'),
  );
}
