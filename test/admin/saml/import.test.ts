import { expect } from 'chai';
import { findProvider, listProviders } from '../../../src/store/identityProviders.ts';
import { fixture } from '../../federation/metadata/fixtures.ts';
import { importOkta, openSamlSettings, type SamlSettings } from './support/samlSettings.ts';

describe('admin/saml/import', () => {
  let settings: SamlSettings;

  beforeEach(async () => {
    settings = await openSamlSettings();
  });

  it('shows what was read before it is stored', async () => {
    const { client, deps } = settings;
    const page = await client.get(await preview(fixture('okta')));
    expect(page.text)
      .to.contain('http://www.okta.com/exk9rivet42example697')
      .and.contain('HTTP-POST')
      .and.contain('2036-01-01')
      .and.match(/([0-9A-F]{2}:){31}/);
    expect(await listProviders(deps.store.db)).to.deep.equal([]);
  });

  it('shows what an import changes for a known provider', async () => {
    const { client, deps } = settings;
    const id = await importOkta(settings);
    const [, other = ''] = /<X509Certificate>([^<]+)/.exec(fixture('google').replaceAll('ds:', '')) ?? [];
    const changed = fixture('okta')
      .replace(/(<ds:X509Certificate>)[^<]+/, `$1${other}`)
      .replace('/sso/saml"', '/sso/saml2"');
    const path = await preview(changed);
    const page = await client.get(path);
    for (const text of ['Certificate added', 'Certificate removed', 'URL added', 'URL removed', 'already imported as'])
      expect(page.text).to.contain(text);
    expect((await findProvider(deps.store.db, id))?.facts.certificates[0]?.subject).to.equal('CN=rivet, O=Okta');
    expect((await client.post(path)).status).to.equal(422);
    const edit = `${settings.providers}/${id}`;
    const stored = await client.post(path, { target: id });
    expect((await client.follow(stored)).text).to.contain('was updated from its metadata');
    expect((await client.get(`${edit}/versions`)).text)
      .to.contain('Imported by')
      .and.contain('Certificate removed');
    expect((await findProvider(deps.store.db, id))?.facts.certificates[0]?.subject).not.to.contain('Okta');
    expect((await client.get(await preview(changed))).text).to.contain('certificates and URLs are the same as before');
  });

  it('adds another application for the domain, and leaves the first one as it is', async () => {
    const { client, deps, providers } = settings;
    const [first, second] = ['a', 'b'].map((name) => fixture(`cases/one-entityid-two-certificates-${name}`));
    await client.post(await preview(first ?? ''));
    const path = await preview(second ?? '');
    const page = await client.get(path);
    for (const text of ['Update <bdi>tenant02.example.com</bdi>', 'Add as another application, for'])
      expect(page.text).to.contain(text);
    const refused = await client.post(path, { target: 'other' });
    expect([refused.status, refused.text.includes('Select what to do')]).to.deep.equal([422, true]);
    const before = await listProviders(deps.store.db);
    await client.post(path, { target: 'new' });
    expect(await listProviders(deps.store.db))
      .to.deep.include.members(before)
      .and.have.lengthOf(2);
    expect((await client.get(providers)).text).to.contain('Not used at any domain');
  });

  it('lets the name be changed before it is stored', async () => {
    const { client, deps } = settings;
    const named = fixture('okta').replace(
      /<md:KeyDescriptor/,
      `<md:Extensions><mdui:UIInfo xmlns:mdui="urn:oasis:names:tc:SAML:metadata:ui"><mdui:DisplayName xml:lang="en">Acme Login</mdui:DisplayName>
        <mdui:Logo height="1" width="1">https://idp.example.com/logo.png</mdui:Logo></mdui:UIInfo></md:Extensions><md:KeyDescriptor`,
    );
    const path = await preview(named);
    const page = await client.get(path);
    expect(page.text).to.contain('value="Acme Login"').and.contain('href="https://idp.example.com/logo.png"');
    expect(page.text).not.to.contain('<img');
    const refused = await client.post(path, { name: 'x'.repeat(65) });
    expect([refused.status, refused.text.includes('Use at most 64 characters.')]).to.deep.equal([422, true]);
    expect(refused.text).to.contain(`value="${'x'.repeat(65)}"`);
    await client.post(path, { name: ' Acme ' });
    const [provider] = await listProviders(deps.store.db);
    expect([provider?.name, provider?.facts.about?.displayName]).to.deep.equal(['Acme', 'Acme Login']);
    expect((await client.get(`${settings.providers}/${provider?.id}`)).text).to.contain(
      'What the provider says about itself',
    );
  });

  it('writes to the address of a contact alone, whatever it says', async () => {
    const contact = '<md:ContactPerson contactType="support"><md:EmailAddress>a@b.com?bcc=eve@c.com</md:EmailAddress>';
    const xml = fixture('google').replace(
      '</md:EntityDescriptor>',
      `${contact}</md:ContactPerson></md:EntityDescriptor>`,
    );
    expect((await settings.client.get(await preview(xml))).text).to.contain('href="mailto:a@b.com%3Fbcc%3Deve@c.com"');
  });

  it('does not show a preview that is an hour old', async () => {
    const path = await preview(fixture('google'));
    settings.deps.clock.advance(60 * 60_000 - 1);
    expect((await settings.client.get(path)).status).to.equal(200);
    settings.deps.clock.advance(1);
    expect((await settings.client.get(path)).status).to.equal(404);
  });

  async function preview(xml: string): Promise<string> {
    return (await settings.client.post(settings.providers, { way: 'xml', xml })).location ?? '';
  }
});
