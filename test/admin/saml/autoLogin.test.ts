import { expect } from 'chai';
import { getDomain, setDefaultProvider } from '../../../src/federation/domains.ts';
import { confirmImport, previewMetadata } from '../../../src/federation/importMetadata.ts';
import { rememberPassed } from '../../../src/federation/loginTests.ts';
import { changeProvider, getProvider, providerInputOf } from '../../../src/federation/providers.ts';
import { insertLoginActivity } from '../../../src/store/loginActivity.ts';
import { fixture } from '../../federation/metadata/fixtures.ts';
import { anActivity } from '../../support/rows.ts';
import { importOkta, openSamlSettings, SAML, type SamlSettings } from './support/samlSettings.ts';

describe('admin/saml/autoLogin', () => {
  let settings: SamlSettings;
  let providerId: string;
  let path: string;

  beforeEach(async () => {
    settings = await openSamlSettings();
    providerId = await importOkta(settings);
    await setDefaultProvider(settings.deps, settings.domainId, providerId);
    path = `${settings.domain}/auto-login`;
  });

  it('asks first if no test has passed, says what happens, and offers the test', async () => {
    const { client } = settings;
    const asked = await turnOn();
    expect([asked.status, asked.location]).to.deep.equal([303, path]);
    expect(await isOn()).to.equal(false);
    const { text } = await client.follow(asked);
    expect(text)
      .to.contain('No Test login with <bdi>www.okta.com</bdi> has passed')
      .and.contain(`action="/saml/test/${providerId}"`)
      .and.contain('/locked-out')
      .and.contain('Enable Auto Login anyway');
    const confirmed = await client.post(path, { autoLogin: 'on', confirmed: 'on' });
    expect(confirmed.location).to.equal(`${SAML}#${settings.domainId}`);
    expect(await isOn()).to.equal(true);
  });

  it('does not ask after a test that passed, until a change that matters', async () => {
    const { deps, client } = settings;
    const provider = await getProvider(deps.store.db, providerId);
    await rememberPassed(deps.store.db, await getDomain(deps.store.db, settings.domainId), provider, deps.now());
    await changeProvider(deps, providerId, { ...providerInputOf(provider), match: 'email' });
    const asked = await turnOn();
    expect(asked.location).to.equal(path);
    expect((await client.follow(asked)).text).to.contain(
      'passed before its settings, its metadata or this domain changed',
    );
    await changeProvider(deps, providerId, providerInputOf(provider));
    await turnOn();
    expect(await isOn()).to.equal(true);
  });

  it('does not ask once people have logged in with it', async () => {
    const { deps, domainId } = settings;
    await insertLoginActivity(deps.store.db, anActivity({ domainId, providerId, outcome: 'logged_in' }));
    await turnOn();
    expect(await isOn()).to.equal(true);
  });

  it('turns it off without a question, and responds with 409 if there is no Default Provider', async () => {
    const { client, deps, domainId } = settings;
    await client.post(path, { autoLogin: 'on', confirmed: 'on' });
    await client.post(path, {});
    expect(await isOn()).to.equal(false);
    await setDefaultProvider(deps, domainId, undefined);
    expect((await client.get(path)).status).to.equal(409);
  });

  it('asks before an untested provider becomes the default while Auto Login is on, and not while it is off', async () => {
    const { client, deps, domain, domainId } = settings;
    const preview = await previewMetadata(deps, { xml: fixture('jumpcloud') });
    if (!preview.ok) throw new Error(JSON.stringify(preview.errors));
    const other = await confirmImport(deps, preview.value.id, { domainIds: [domainId] });
    const make = (provider: string, more = {}) => client.post(`${domain}/default-provider`, { provider, ...more });
    const defaultId = async () => (await getDomain(deps.store.db, domainId)).defaultProviderId;
    await make(other.id);
    expect(await defaultId()).to.equal(other.id);
    await client.post(path, { autoLogin: 'on', confirmed: 'on' });
    const asked = await make(providerId);
    expect([asked.location, await defaultId()]).to.deep.equal([
      `${domain}/default-provider?provider=${providerId}`,
      other.id,
    ]);
    expect((await client.follow(asked)).text)
      .to.contain('No Test login with <bdi>www.okta.com</bdi> has passed')
      .and.contain('Make Default Provider anyway')
      .and.contain(`name="provider" value="${providerId}"`);
    await make(providerId, { confirmed: 'on' });
    expect(await defaultId()).to.equal(providerId);
    await insertLoginActivity(deps.store.db, anActivity({ domainId, providerId: other.id, outcome: 'logged_in' }));
    await make(other.id);
    expect(await defaultId()).to.equal(other.id);
  });

  const turnOn = () => settings.client.post(path, { autoLogin: 'on' });
  const isOn = async () => (await getDomain(settings.deps.store.db, settings.domainId)).autoLogin;
});
