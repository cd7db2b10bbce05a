import { expect } from 'chai';
import { SignedXml } from 'xml-crypto';
import { findSigningKey } from '../../src/federation/domainKeys.ts';
import { saveOwnDetails, setUpDomain } from '../../src/federation/domains.ts';
import { changeProvider, getProvider, providerInputOf } from '../../src/federation/providers.ts';
import { listDomains } from '../../src/store/domains.ts';
import { importOkta, openSamlSettings, type SamlSettings } from '../admin/saml/support/samlSettings.ts';
import { startAnteroom } from '../support/anteroom.ts';

describe('the SP metadata', () => {
  let settings: SamlSettings;
  let providerId: string;

  beforeEach(async () => {
    settings = await openSamlSettings();
    providerId = await importOkta(settings);
  });

  it('is signed with the key of the domain, in the same way every time', async () => {
    const xml = await textAt('/saml/metadata');
    expect(verifiedWith(xml, await certificate())).to.contain(`entityID="${settings.url}/saml/metadata"`);
    expect(await textAt('/saml/metadata')).to.equal(xml);
    const reference = /<ds:Reference URI="#([^"]+)"/.exec(xml)?.[1];
    expect(xml).to.match(new RegExp(`<EntityDescriptor [^>]*ID="${reference}"[^>]*>\\s*<ds:Signature`));
    expect(xml).to.contain('xmldsig-more#rsa-sha256').and.contain('xml-exc-c14n#').and.contain('cacheDuration="P1D"');
  });

  it('is signed once for each content', async () => {
    const [before, after] = [await textAt('/saml/metadata'), await withOwn('urn:old', '/sso/acs')];
    expect(verifiedWith(after, await certificate())).to.contain('entityID="urn:old"');
    expect(before).not.to.equal(after);
    expect(await withOwn('', '')).to.equal(before);
  });

  it('names both ACS URLs, the own one first', async () => {
    const urls = [...(await withOwn('', '/sso/acs')).matchAll(/<AssertionConsumerService ([^>]*)\/>/g)].map(
      ([, all]) => all,
    );
    const binding = 'Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"';
    expect(urls).to.deep.equal([
      `index="1" isDefault="true" ${binding} Location="${settings.url}/sso/acs"`,
      `index="2" ${binding} Location="${settings.url}/saml/acs"`,
    ]);
  });

  it('names the SLO URL for both bindings, before the ACS URLs as the schema has it', async () => {
    const xml = await textAt('/saml/metadata');
    const services = [
      ...xml.matchAll(/<(\w+Service|KeyDescriptor) (?:[^>]*Binding="[^"]*:([\w-]+)" Location="([^"]+)")?/g),
    ];
    expect(services.map(([, name, binding, location]) => [name, binding, location])).to.deep.equal([
      ['KeyDescriptor', undefined, undefined],
      ['KeyDescriptor', undefined, undefined],
      ['SingleLogoutService', 'HTTP-Redirect', `${settings.url}/saml/slo`],
      ['SingleLogoutService', 'HTTP-POST', `${settings.url}/saml/slo`],
      ['AssertionConsumerService', 'HTTP-POST', `${settings.url}/saml/acs`],
    ]);
  });

  it('has an address for a provider that knows the domain by another EntityID', async () => {
    const { deps, client } = settings;
    const input = providerInputOf(await getProvider(deps.store.db, providerId));
    await changeProvider(deps, providerId, { ...input, spEntityId: 'spn:old', signRequests: false });
    const xml = await textAt(`/saml/metadata/${providerId}`);
    expect(verifiedWith(xml, await certificate()))
      .to.contain('entityID="spn:old"')
      .and.contain('AuthnRequestsSigned="false"');
    expect(await textAt('/saml/metadata')).to.contain(`entityID="${settings.url}/saml/metadata"`);
    expect((await client.get('/saml/metadata/nothing')).status).to.equal(404);
    expect((await client.get('/saml/metadata?download')).headers.get('content-disposition')).to.contain(
      'localhost-metadata.xml',
    );
  });

  it('is unsigned before the domain is set up', async () => {
    const { url } = await startAnteroom();
    const xml = await (await fetch(`${url}/saml/metadata`)).text();
    expect(xml).to.contain('<EntityDescriptor').and.not.contain('Signature');
  });

  async function textAt(path: string): Promise<string> {
    return (await settings.client.get(path)).text;
  }

  async function withOwn(entityId: string, acsPath: string): Promise<string> {
    await saveOwnDetails(settings.deps, settings.domainId, { entityId, acsPath });
    return textAt('/saml/metadata');
  }

  async function certificate(): Promise<string> {
    const [domain] = await listDomains(settings.deps.store.db);
    await setUpDomain(settings.deps, domain?.id ?? '');
    return (await findSigningKey(settings.deps, settings.domainId))?.certificate ?? '';
  }
});

/** Returns what a certificate has signed. */
function verifiedWith(xml: string, publicCert: string): string {
  const signature = /<ds:Signature.*<\/ds:Signature>/s.exec(xml)?.[0] ?? '';
  const verifier = new SignedXml({ publicCert });
  verifier.loadSignature(signature);
  expect(verifier.checkSignature(xml)).to.equal(true);
  return verifier.getSignedReferences().join();
}
