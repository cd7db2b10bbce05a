import { expect } from 'chai';
import { readMetadata } from '../../../src/federation/metadata/readMetadata.ts';
import type { ProviderAbout } from '../../../src/store/identityProviders.ts';
import { testStart } from '../../support/testDeps.ts';
import { fixture } from './fixtures.ts';

const scopes = (count: number) =>
  Array.from(
    { length: count },
    (_, index) => `<s:Scope xmlns:s="urn:mace:shibboleth:metadata:1.0">${index}.example.com</s:Scope>`,
  ).join('');
const ui = (content: string) => `<u:UIInfo xmlns:u="urn:oasis:names:tc:SAML:metadata:ui">${content}</u:UIInfo>`;

describe('federation/metadata/about', () => {
  it('reads names, links, contacts and scopes, English ones first', () => {
    const about = read(
      ui(
        '<u:DisplayName xml:lang="de">Anmeldung</u:DisplayName><u:DisplayName xml:lang="en">Acme\n Login</u:DisplayName>' +
          '<u:Description xml:lang="fr">Connexion</u:Description><u:Logo height="1" width="1">https://idp.example.com/logo.png</u:Logo>' +
          '<u:InformationURL xml:lang="en">https://idp.example.com/info</u:InformationURL>' +
          '<u:PrivacyStatementURL xml:lang="en">http://idp.example.com/privacy</u:PrivacyStatementURL>',
      ).concat('<s:Scope xmlns:s="urn:mace:shibboleth:metadata:1.0" regexp="true">^.+\\.example\\.com$</s:Scope>'),
      '<md:Organization><md:OrganizationName xml:lang="en">x</md:OrganizationName>' +
        '<md:OrganizationDisplayName xml:lang="en">Acme Inc.</md:OrganizationDisplayName>' +
        '<md:OrganizationURL xml:lang="en">https://acme.example.com</md:OrganizationURL></md:Organization>' +
        '<md:ContactPerson contactType="technical"><md:GivenName>Ada</md:GivenName><md:SurName>Byron</md:SurName>' +
        '<md:EmailAddress>mailto:ada@example.com</md:EmailAddress></md:ContactPerson>',
      ' errorURL="https://idp.example.com/error"',
    );
    expect(about).to.deep.equal({
      displayName: 'Acme Login',
      organization: 'Acme Inc.',
      organizationUrl: 'https://acme.example.com',
      description: 'Connexion',
      logo: 'https://idp.example.com/logo.png',
      informationUrl: 'https://idp.example.com/info',
      privacyUrl: 'http://idp.example.com/privacy',
      errorUrl: 'https://idp.example.com/error',
      contacts: [{ type: 'technical', name: 'Ada Byron', email: 'ada@example.com' }],
      scopes: [{ value: '^.+\\.example\\.com$', isPattern: true }],
    });
  });

  it('leaves out what is not a link, empty or too much', () => {
    const about = read(
      ui(
        '<u:DisplayName xml:lang="en"> </u:DisplayName><u:Logo>data:image/png;base64,AAAA</u:Logo>' +
          `<u:Description>${'x'.repeat(300)}</u:Description>`,
      ) + scopes(11),
      `${'<md:ContactPerson contactType="support"><md:EmailAddress>a@example.com</md:EmailAddress></md:ContactPerson>'.repeat(11)}`,
      ' errorURL="javascript:alert(1)"',
    );
    expect([about?.displayName, about?.logo, about?.errorUrl]).to.deep.equal([undefined, undefined, undefined]);
    expect(about?.description).to.have.length(200);
    expect([about?.contacts.length, about?.scopes.length]).to.deep.equal([10, 10]);
  });
});

function read(extensions: string, atEnd: string, attributes: string): ProviderAbout | undefined {
  const xml = fixture('okta')
    .replace(
      /<md:IDPSSODescriptor([^>]*)>/,
      `<md:IDPSSODescriptor$1${attributes}><md:Extensions>${extensions}</md:Extensions>`,
    )
    .replace('</md:EntityDescriptor>', `${atEnd}</md:EntityDescriptor>`);
  const result = readMetadata(xml, { now: testStart });
  if (!result.ok) throw new Error(result.error.message);
  return result.metadata.about;
}
