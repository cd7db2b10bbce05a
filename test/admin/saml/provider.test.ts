import { expect } from 'chai';
import { setAutoLogin, setDefaultProvider, setUpDomain } from '../../../src/federation/domains.ts';
import { confirmImport, previewMetadata } from '../../../src/federation/importMetadata.ts';
import { findDomain, listDomains } from '../../../src/store/domains.ts';
import { findProvider, listProviders } from '../../../src/store/identityProviders.ts';
import { writeSession } from '../../../src/store/sessions.ts';
import { fixture } from '../../federation/metadata/fixtures.ts';
import { type Anteroom, addPerson, startAnteroom } from '../../support/anteroom.ts';
import { type Client, logInLocally } from '../../support/client.ts';
import { aSession } from '../../support/rows.ts';
import { fieldsOfForm } from '../support/formFields.ts';

describe('admin: an identity provider', () => {
  let anteroom: Anteroom;
  let client: Client;
  let domainId: string;
  let id: string;
  let path: string;

  beforeEach(async () => {
    anteroom = await startAnteroom();
    const { deps } = anteroom;
    await addPerson(deps, { userName: 'maya.koch', userType: 'Power User' });
    client = await logInLocally(anteroom);
    domainId = (await listDomains(deps.store.db))[0]?.id ?? '';
    await setUpDomain(deps, domainId);
    const preview = await previewMetadata(deps, { xml: fixture('okta') });
    if (!preview.ok) throw new Error(JSON.stringify(preview.errors));
    id = (await confirmImport(deps, preview.value.id)).id;
    path = `/settings/security/saml/domains/${domainId}/identity-providers/${id}`;
  });

  it('is saved with every field of its screen, and says what changed', async () => {
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
    };
    const saved = await client.post(path, { ...fields, ...changes });
    expect(saved.location).to.equal(path.slice(0, path.lastIndexOf('/')));
    const list = await client.follow(saved);
    expect(list.text).to.contain('Acme &amp; Söhne &lt;SSO&gt; is saved: name, matched with, attribute that names');
    const provider = await findProvider(anteroom.deps.store.db, id);
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
    });
    expect((await client.get(path)).text).to.contain('SHA-1 signatures of this provider are accepted.');
    expect((await client.get('/settings')).text).to.contain('Acme &amp; Söhne &lt;SSO&gt; may sign with SHA-1');
    const again = await client.post(path, fieldsOfForm((await client.get(path)).text, path));
    expect((await client.follow(again)).text).to.contain('is as it was.');
  });

  it('keeps what was typed beside the errors, and changes nothing', async () => {
    const before = await findProvider(anteroom.deps.store.db, id);
    const fields = fieldsOfForm((await client.get(path)).text, path);
    const typed = {
      name: ' ',
      emailDomains: 'acme',
      clockSkewSeconds: 'long',
      nameIdPolicy: 'no uri',
      buttonOrder: '',
    };
    const answer = await client.post(path, { ...fields, ...typed, match: 'nothing', requestBinding: 'artifact' });
    expect(answer.status).to.equal(422);
    for (const sentence of ['Enter a name', 'Enter domains such as', 'number of seconds', 'Enter a URI', 'Select one'])
      expect(answer.text).to.contain(sentence);
    expect(fieldsOfForm(answer.text, path)).to.deep.include({ emailDomains: 'acme', clockSkewSeconds: 'long' });
    expect(await findProvider(anteroom.deps.store.db, id)).to.deep.equal(before);
  });

  it('lists only the bindings that the provider has', async () => {
    const { deps } = anteroom;
    const only = fixture('okta').replace(/<md:SingleSignOnService[^>]*HTTP-Redirect[^>]*\/>/, '');
    const preview = await previewMetadata(deps, { xml: only });
    await confirmImport(deps, preview.ok ? preview.value.id : '');
    expect((await findProvider(deps.store.db, id))?.settings.requestBinding).to.equal('post');
    expect((await client.get(path)).text)
      .to.contain('HTTP-POST</option>')
      .and.not.contain('HTTP-Redirect</option>');
  });

  it('is disabled and enabled, and says first whom that signs out', async () => {
    await signSomebodyIn();
    await setDefaultProvider(anteroom.deps, domainId, id);
    await setAutoLogin(anteroom.deps, domainId, true);
    expect((await client.get(path)).text)
      .to.contain('It signs 1 person out at once.')
      .and.contain('Auto Login stops at 1 domain');
    const disabled = await client.post(`${path}/activation`, { enabled: '' });
    expect((await client.follow(disabled)).text).to.contain('is disabled. Whoever came in through it is signed out.');
    expect((await client.get('/settings')).text).to.contain('has a Default Provider that is disabled');
    const other = await client.post(`/settings/security/saml/domains/${domainId}/default-provider`, { provider: id });
    expect((await client.follow(other)).text).to.contain('is disabled. Enable it before you make it the default.');
    await client.post(`${path}/activation`, { enabled: 'on' });
    expect((await findProvider(anteroom.deps.store.db, id))?.enabled).to.equal(true);
  });

  it('is removed when its name is typed, and names in numbers what that breaks', async () => {
    const { deps } = anteroom;
    await signSomebodyIn();
    await setDefaultProvider(deps, domainId, id);
    await setAutoLogin(deps, domainId, true);
    const asked = await client.get(`${path}/removal`);
    expect(asked.text)
      .to.contain('It signs 1 person out at once.')
      .and.contain('1 domain loses its Default Provider')
      .and.contain('Auto Login is turned off at 1 domain');
    const name = (await findProvider(deps.store.db, id))?.name ?? '';
    const wrong = await client.post(`${path}/removal`, { typed: `${name}x` });
    expect([wrong.status, wrong.text.includes(`Type ${name} to confirm.`)]).to.deep.equal([422, true]);
    expect(await listProviders(deps.store.db)).to.have.length(1);
    const removed = await client.post(`${path}/removal`, { typed: name });
    expect((await client.follow(removed)).text)
      .to.contain(`${name} was removed.`)
      .and.contain('No identity provider yet');
    expect(await findDomain(deps.store.db, domainId)).to.deep.include({ defaultProviderId: null, autoLogin: false });
    expect((await client.get(path)).status).to.equal(404);
  });

  it('gives no preview that is an hour old', async () => {
    const preview = await previewMetadata(anteroom.deps, { xml: fixture('google') });
    const page = `${path.slice(0, path.lastIndexOf('/'))}/imports/${preview.ok ? preview.value.id : ''}`;
    expect((await client.get(page)).status).to.equal(200);
    anteroom.deps.clock.advance(60 * 60_000);
    expect((await client.get(page)).status).to.equal(404);
  });

  async function signSomebodyIn(): Promise<void> {
    const { deps } = anteroom;
    const { id: userId } = await addPerson(deps, { userName: 'anna.berg' });
    const session = aSession(userId, { domainId, providerId: id, expiresAt: deps.now() + 1_000 });
    await writeSession(deps.store.db, session);
  }
});
