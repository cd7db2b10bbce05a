import { expect } from 'chai';
import { listProviders } from '../../../src/store/identityProviders.ts';
import { fixture } from '../../federation/metadata/fixtures.ts';
import { addPerson } from '../../support/anteroom.ts';
import { logInLocally, openClient } from '../../support/client.ts';
import { serve } from '../../support/listen.ts';
import { openTestStore } from '../../support/stores.ts';
import { openSamlSettings, SAML, type SamlSettings } from './support/samlSettings.ts';

describe('admin/saml: setup', () => {
  let settings: SamlSettings;

  beforeEach(async () => {
    settings = await openSamlSettings();
  });

  it('sets single sign-on up in the order of the article', async () => {
    const { client, deps, domain, providers, url } = settings;
    expect((await client.get(SAML)).text)
      .to.contain('Setup Domain')
      .and.contain('Not set up yet');
    const details = await client.get(domain);
    for (const path of ['metadata', 'acs', 'slo']) expect(details.text).to.contain(`${url}/saml/${path}"`);
    const saved = await client.post(domain);
    expect([saved.status, saved.location]).to.deep.equal([303, `${SAML}#${domain.split('/').at(-1)}`]);
    expect((await client.follow(saved)).text).to.contain('is set up. Next: Identity Providers.');
    const preview = await client.post(providers, { way: 'url', url: await serve(fixture('okta')) });
    const imported = await client.post(preview.location ?? '');
    expect((await client.follow(imported)).text).to.contain('was imported. Next: Edit it.');
    const [provider] = await listProviders(deps.store.db);
    const edited = await client.post(`${providers}/${provider?.id}`, { ...form, name: 'Okta', showButton: 'on' });
    expect(edited.location).to.equal(providers);
    expect((await client.follow(edited)).text).to.contain('Okta was saved: name, button on the Log-In screen.');
    const made = await client.post(`${domain}/default-provider`, { provider: provider?.id ?? '' });
    expect((await client.follow(made)).text).to.contain('Default Provider</span>');
    const switched = await client.post(`${domain}/auto-login`, { autoLogin: 'on', confirmed: 'on' });
    expect((await client.follow(switched)).text)
      .to.contain('Auto Login is on for')
      .and.contain('No logins with <bdi>Okta</bdi> at this domain yet.');
    const visit = await openClient(settings).get('/login');
    expect(visit.location).to.equal(`/saml/login/${provider?.id}?return=%2F&auto=1`);
  });

  it('is for Power Users only', async () => {
    await addPerson(settings.deps, { userName: 'anna.berg' });
    const anna = await logInLocally(settings, 'anna.berg');
    for (const path of [SAML, settings.domain, settings.providers]) {
      expect((await anna.get(path)).status, path).to.equal(403);
      expect((await openClient(settings).get(path)).location, path).to.contain('/login?return=');
    }
  });

  it('responds with 404 to unknown domains, providers and previews', async () => {
    const { client, providers } = settings;
    for (const path of ['', '/removal', '/certificate', '/identity-providers'])
      expect((await client.get(`${SAML}/domains/nothing${path}`)).status, path).to.equal(404);
    for (const path of ['nothing', 'nothing/removal', 'imports/nothing'])
      expect((await client.get(`${providers}/${path}`)).status, path).to.equal(404);
  });

  it('does not query the database with invalid identifiers', async () => {
    const { client, providers } = await openSamlSettings({ store: await openTestStore('postgres') }); // it accepts no null characters
    for (const path of [
      `${SAML}/domains/%00`,
      `${providers}/%00`,
      `${providers}/%00/removal`,
      `${providers}/imports/%00`,
    ])
      expect((await client.get(path)).status, path).to.equal(404);
  });
});

/** The Edit screen after an import. */
const form = {
  name: 'Okta',
  buttonOrder: '1',
  match: 'userNameOrEmail',
  matchAttribute: '',
  emailDomains: '',
  idpInitiated: 'on',
  singleLogout: 'on',
  refresh: 'review',
  nameIdPolicy: '',
  authnContexts: '',
  signRequests: 'on',
  requestBinding: 'redirect',
  clockSkewSeconds: '60',
};
