import { X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import { setAutoLogin, setDefaultProvider } from '../../../src/federation/domains.ts';
import { confirmImport, previewMetadata } from '../../../src/federation/importMetadata.ts';
import { findProvider, listProvidersAt } from '../../../src/store/identityProviders.ts';
import { fixture } from '../../federation/metadata/fixtures.ts';
import { certificateOf } from '../../saml/support/signedMetadata.ts';
import type { Client } from '../../support/client.ts';
import { serve } from '../../support/listen.ts';
import type { TestDeps } from '../../support/testDeps.ts';
import { fieldsOfForm } from '../support/formFields.ts';
import { importOkta, openSamlSettings, type SamlSettings, startSession } from './support/samlSettings.ts';

describe('admin/saml/provider', () => {
  let settings: SamlSettings;
  let deps: TestDeps;
  let client: Client;
  let id: string;
  let path: string;

  beforeEach(async () => {
    settings = await openSamlSettings();
    ({ deps, client } = settings);
    id = await importOkta(settings);
    path = `${settings.providers}/${id}`;
  });

  it('saves every field, and says what changed', async () => {
    const certificate = await certificateOf();
    const fields = fieldsOfForm((await client.get(path)).text, path);
    const changes = {
      name: 'Acme & Söhne <SSO>',
      match: 'email',
      matchAttribute: 'mail',
      emailDomains: '@Acme.com, acme.de',
      authnContexts: 'urn:a urn:b',
      forceAuthn: 'on',
      requestBinding: 'post',
      clockSkewSeconds: '0',
      allowSha1: 'on',
      spEntityId: ' urn:old ',
      sendSubject: 'on',
      singleLogout: 'on',
      refresh: 'automatic',
      metadataSigners: `\n${certificate}`,
    };
    const saved = await client.post(path, { ...fields, ...changes });
    expect(saved.location).to.equal(path.slice(0, path.lastIndexOf('/')));
    const list = await client.follow(saved);
    expect(list.text).to.contain('Acme &amp; Söhne &lt;SSO&gt; was saved: name, matched with, attribute');
    const provider = await findProvider(deps.store.db, id);
    expect(provider?.settings).to.deep.equal({
      match: 'email',
      matchAttribute: 'mail',
      emailDomains: ['acme.com', 'acme.de'],
      idpInitiated: true,
      nameIdPolicy: '',
      authnContexts: ['urn:a', 'urn:b'],
      forceAuthn: true,
      signRequests: true,
      requestBinding: 'post',
      clockSkewSeconds: 0,
      allowSha1: true,
      spEntityId: 'urn:old',
      sendSubject: true,
      singleLogout: true,
      refresh: 'automatic',
      metadataSigners: certificate,
    });
    expect((await client.get(path)).text).to.contain(new X509Certificate(certificate).fingerprint256);
    expect((await client.get(path)).text).to.contain('SHA-1 signatures of this provider are accepted.');
    expect((await client.get('/settings')).text)
      .to.contain('Acme &amp; Söhne &lt;SSO&gt;')
      .and.contain('SHA-1');
    const again = await client.post(path, fieldsOfForm((await client.get(path)).text, path));
    expect((await client.follow(again)).text).to.contain('No changes to save.');
  });

  it('shows each error at its field, keeps the input, and changes nothing', async () => {
    const before = await findProvider(deps.store.db, id);
    const fields = fieldsOfForm((await client.get(path)).text, path);
    const typed = {
      name: ' ',
      emailDomains: 'acme',
      clockSkewSeconds: 'long',
      nameIdPolicy: 'no uri',
      buttonOrder: '',
    };
    const refused = await client.post(path, { ...fields, ...typed, match: 'nothing', requestBinding: 'artifact' });
    expect(refused.status).to.equal(422);
    for (const message of ['Enter a name', 'Enter domains such as', 'number of seconds', 'Enter a URI', 'Select one'])
      expect(refused.text).to.contain(message);
    expect(fieldsOfForm(refused.text, path)).to.deep.include({ emailDomains: 'acme', clockSkewSeconds: 'long' });
    expect(await findProvider(deps.store.db, id)).to.deep.equal(before);
  });

  it('only lists the bindings that the provider supports', async () => {
    const only = fixture('okta').replace(/<md:SingleSignOnService[^>]*HTTP-Redirect[^>]*\/>/, '');
    const preview = await previewMetadata(deps, { xml: only }, id);
    await confirmImport(deps, preview.ok ? preview.value.id : '');
    expect((await findProvider(deps.store.db, id))?.settings.requestBinding).to.equal('post');
    expect((await client.get(path)).text)
      .to.contain('HTTP-POST</option>')
      .and.not.contain('HTTP-Redirect</option>');
  });

  it('changes the domains of the provider', async () => {
    const { domainId } = settings;
    expect((await client.get(path)).text).to.match(new RegExp(`value="${domainId}" checked`));
    await client.post(`${path}/domains`, {});
    expect(await listProvidersAt(deps.store.db, domainId)).to.deep.equal([]);
    const page = await client.get(path);
    expect(page.text).to.contain('Not configured: not used at').and.not.contain('Make Default Provider');
    expect((await client.post(`/saml/test/${id}`)).status).to.equal(404);
    await client.post(`${path}/domains`, { domains: domainId });
    expect(await listProvidersAt(deps.store.db, domainId)).to.have.lengthOf(1);
    expect((await client.post(`${path}/domains`, { domains: 'nothing' })).status).to.equal(404);
  });

  it('disables the provider, says first which sessions end, and enables it', async () => {
    const { domain, domainId } = settings;
    await startSession(settings, { domainId, providerId: id });
    await setDefaultProvider(deps, domainId, id);
    await setAutoLogin(deps, domainId, true);
    expect((await client.get(path)).text)
      .to.match(/1 session\s+will end immediately\./)
      .and.contain('Auto Login stops at 1 domain');
    const disabled = await client.post(`${path}/activation`, { enabled: '' });
    expect((await client.follow(disabled)).text).to.contain('is disabled. Its sessions were ended.');
    const left = await deps.store.db.selectFrom('sessions').select('id').where('providerId', '=', id).execute();
    expect(left).to.deep.equal([]);
    await client.post(`${path}/activation`, { enabled: 'on' });
    expect((await findProvider(deps.store.db, id))?.enabled).to.equal(true);
    expect((await client.get(domain)).status).to.equal(200);
  });

  it('fetches the metadata again, and refuses that of another entity', async () => {
    const missing = await client.post(`${path}/metadata`, { metadataUrl: ' ' });
    expect([missing.status, missing.text.includes('Paste the metadata URL of this provider.')]).to.deep.equal([
      422,
      true,
    ]);
    const other = await serve(fixture('google'));
    const refused = await client.post(`${path}/metadata`, { metadataUrl: other });
    expect(refused.status).to.equal(422);
    expect(refused.text).to.contain('metadata of another identity provider').and.contain(other);
    const same = await client.post(`${path}/metadata`, { metadataUrl: await serve(fixture('okta')) });
    expect((await client.follow(same)).text).to.contain('already imported as');
  });
});
