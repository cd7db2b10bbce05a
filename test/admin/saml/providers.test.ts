import { expect } from 'chai';
import { setProviderEnabled } from '../../../src/federation/providers.ts';
import { findDomain } from '../../../src/store/domains.ts';
import { listProviders } from '../../../src/store/identityProviders.ts';
import { fixture } from '../../federation/metadata/fixtures.ts';
import { certificateOf, signMetadata } from '../../saml/support/signedMetadata.ts';
import { serve } from '../../support/listen.ts';
import { importOkta, openSamlSettings, type SamlSettings } from './support/samlSettings.ts';

describe('admin/saml/providers', () => {
  let settings: SamlSettings;

  beforeEach(async () => {
    settings = await openSamlSettings();
  });

  it('previews metadata from a URL, a file and pasted XML', async () => {
    const { client, providers, deps } = settings;
    const fetched = await client.post(providers, { way: 'url', url: ` ${await serve(fixture('okta'))} ` });
    expect((await client.follow(fetched)).text).to.contain('www.okta.com');
    const file = new Blob([fixture('google')], { type: 'text/xml' });
    const uploaded = await client.upload(providers, { way: 'file', file });
    expect((await client.follow(uploaded)).text).to.contain('accounts.google.com');
    const pasted = await client.post(providers, { way: 'xml', xml: fixture('keycloak') });
    expect((await client.follow(pasted)).text).to.contain('id.rivet.example');
    expect(await listProviders(deps.store.db)).to.deep.equal([]);
  });

  it('shows each error at its field, keeps the input, and changes nothing', async () => {
    const { client, providers, deps } = settings;
    const attempts: [Record<string, string>, string][] = [
      [{ way: 'url', url: '' }, 'Paste the metadata URL'],
      [{ way: 'url', url: 'no <address>' }, 'is not a URL'],
      [{ way: 'url', url: await serve('<!doctype html><p>Log in</p>') }, 'This is a web page'],
      [{ way: 'xml', xml: '<a>&<b>' }, 'not well-formed'],
      [{ way: 'xml', xml: '' }, 'Paste the metadata of'],
      [{ way: 'file' }, 'Select the metadata file'],
    ];
    for (const [fields, message] of attempts) {
      const refused = await client.post(providers, fields);
      expect(refused.status, message).to.equal(422);
      expect(refused.text).to.contain(message).and.contain('aria-invalid="true"');
      expect(refused.text).to.contain(escaped(fields.url ?? fields.xml ?? ''));
    }
    expect(await listProviders(deps.store.db)).to.deep.equal([]);
  });

  it('imports what is signed with a pinned certificate, and pins it for the provider', async () => {
    const { client, providers, deps } = settings;
    const signers = await certificateOf();
    const [plain, signed] = [await serve(fixture('okta')), await serve(signMetadata(fixture('okta')))];
    const refused = await client.post(providers, { way: 'url', url: plain, signers });
    expect([refused.status, refused.text.includes('is not signed')]).to.deep.equal([422, true]);
    expect(refused.text).to.contain('BEGIN CERTIFICATE');
    const wrong = await client.post(providers, { way: 'url', url: signed, signers: 'hello' });
    expect([wrong.status, wrong.text.includes('id="signers-error"')]).to.deep.equal([422, true]);
    const preview = await client.post(providers, { way: 'url', url: signed, signers });
    expect((await client.follow(preview)).text).to.contain('verified with the pinned certificate');
    await client.post(preview.location ?? '', { name: 'Okta' });
    const [provider] = await listProviders(deps.store.db);
    expect(provider?.settings.metadataSigners).to.equal(signers);
  });

  it('makes a provider the default of the domain, and removes it as default', async () => {
    const { client, domain, domainId, deps } = settings;
    const id = await importOkta(settings);
    const made = await client.post(`${domain}/default-provider`, { provider: id });
    expect((await client.follow(made)).text).to.contain('is now the Default Provider of');
    expect(await findDomain(deps.store.db, domainId)).to.include({ defaultProviderId: id });
    const removed = await client.post(`${domain}/default-provider`, { provider: '' });
    expect((await client.follow(removed)).text).to.contain('no longer has a Default Provider. Auto Login is off.');
    expect(await findDomain(deps.store.db, domainId)).to.include({ defaultProviderId: null });
  });

  it('does not make a disabled provider the default', async () => {
    const { client, domain, deps } = settings;
    const id = await importOkta(settings);
    await setProviderEnabled(deps, id, false);
    const made = await client.post(`${domain}/default-provider`, { provider: id });
    expect((await client.follow(made)).text).to.contain('is disabled. Enable it before you make it the default.');
  });
});

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
