import { expect } from 'chai';
import { setEmailFirst } from '../../src/federation/domains.ts';
import { changeProvider, providerInputOf } from '../../src/federation/providers.ts';
import type { IdentityProvider } from '../../src/store/identityProviders.ts';
import { addPerson } from '../support/anteroom.ts';
import { type Client, logInLocally, openClient } from '../support/client.ts';
import { type Connected, connect, deliver, goThroughProvider, importProvider, visitor } from '../support/connect.ts';

describe('intranet/emailFirst', () => {
  let connected: Connected;
  let client: Client;

  beforeEach(async () => {
    connected = await connect();
    await setEmailFirst(connected.deps, connected.domain.id, true);
    client = openClient(connected);
  });

  it('leads to the provider of the e-mail domain, with the address and the page that was wanted', async () => {
    await limitTo(connected.provider, 'acme.com');
    const page = (await client.get('/login?return=/people')).text;
    expect(page).to.contain('name="email"').and.contain('/local-login?return=%2Fpeople');
    expect(page).to.not.contain('Log in with Cloud Directory').and.not.contain('name="userName"');
    const led = await client.post('/login', { email: 'Anna@ACME.com', return: '/people' });
    expect(led.location).to.equal(`/saml/login/${connected.provider.id}?login_hint=Anna%40ACME.com&return=%2Fpeople`);
  });

  it('says that it knows no provider for an address, or that it is none, and keeps what was typed', async () => {
    await limitTo(connected.provider, 'acme.com');
    const unknown = await client.post('/login', { email: 'anna@other.example', return: '//evil.example' });
    expect([
      unknown.status,
      unknown.text.includes('People with an address of other.example do not log in here.'),
    ]).to.deep.equal([422, true]);
    expect(unknown.text).to.contain('value="anna@other.example"').and.contain('name="return" value="/"');
    for (const email of ['', 'anna', '@', 'a b@c', '"><script>@x'])
      expect((await client.post('/login', { email })).text).to.not.contain('"><script>');
  });

  it('offers a choice if several providers are for an address, and takes those without a limit for all others', async () => {
    const other = await importProvider(connected, await metadataOf(connected), { name: 'Other Directory' });
    await limitTo(connected.provider, 'acme.com');
    const first = await client.post('/login', { email: 'anna@elsewhere.example' });
    expect(first.location).to.contain(`/saml/login/${other.id}?`);
    await limitTo(other, 'acme.com');
    const both = (await client.post('/login', { email: 'anna@acme.com' })).text;
    for (const { id } of [other, connected.provider])
      expect(both).to.contain(`/saml/login/${id}?login_hint=anna%40acme.com`);
  });

  it('shows the provider that this browser used last, also beside the buttons', async () => {
    await addPerson(connected.deps, { userName: 'anna.berg', email: 'anna.berg@acme.example' });
    const browser = visitor(connected);
    const page = await goThroughProvider(browser, `/saml/login/${connected.provider.id}`, 'anna.berg');
    await deliver(browser, page);
    await browser.submit(await browser.get('/logout'), '/logout', {});
    expect((await browser.get('/login')).text)
      .to.contain('Log in with Cloud Directory')
      .and.contain('name="email"');
    await setEmailFirst(connected.deps, connected.domain.id, false);
    await importProvider(connected, await metadataOf(connected), { name: 'Other Directory', buttonOrder: -1 });
    const text = (await browser.get('/login')).text;
    expect(text.indexOf('Log in with Cloud Directory')).to.be.lessThan(text.indexOf('Log in with Other Directory'));
    expect(text).to.match(/Log in with Cloud Directory\s*<span[^>]*>Last used/);
  });

  it('is a setting of the domain', async () => {
    await setEmailFirst(connected.deps, connected.domain.id, false);
    await addPerson(connected.deps, { userName: 'maya.koch', userType: 'Power User' });
    const maya = await logInLocally(connected);
    const path = `/settings/security/saml/domains/${connected.domain.id}`;
    const saved = await maya.post(`${path}/log-in-screen`, { emailFirst: 'on' });
    expect((await maya.follow(saved)).text).to.contain('asks for the e-mail address first.');
    expect((await client.get('/login')).text).to.contain('name="email"');
    await maya.post(`${path}/log-in-screen`, { emailFirst: '' });
    expect((await client.get('/login')).text).to.not.contain('name="email"');
  });

  it('shows the logo of a provider on its button', async () => {
    await setEmailFirst(connected.deps, connected.domain.id, false);
    await addPerson(connected.deps, { userName: 'maya.koch', userType: 'Power User' });
    const maya = await logInLocally(connected);
    const { domain, provider } = connected;
    const path = `/settings/security/saml/domains/${domain.id}/identity-providers/${provider.id}`;
    const picture = Buffer.from('89504e470d0a1a0a0000000d', 'hex');
    const refused = await maya.upload(`${path}/logo`, { logo: new Blob(['<svg/>']) });
    expect([refused.status, refused.text.includes('Use a PNG, JPEG, GIF or WebP picture.')]).to.deep.equal([422, true]);
    expect((await maya.post(`${path}/logo`)).text).to.contain('Choose a picture.');
    await maya.upload(`${path}/logo`, { logo: new Blob([picture]) });
    const [address = ''] = /\/pictures\/\w{16}/.exec((await client.get('/login')).text) ?? [];
    const served = await fetch(connected.url + address);
    expect([served.headers.get('content-type'), served.status]).to.deep.equal(['image/png', 200]);
    await maya.post(`${path}/logo`, { remove: 'on' });
    expect((await client.get('/login')).text).to.not.contain('/pictures/');
    expect((await client.get(address)).status).to.equal(404);
  });

  async function limitTo(provider: IdentityProvider, emailDomain: string): Promise<void> {
    const changed = await changeProvider(connected.deps, provider.id, {
      ...providerInputOf(provider),
      emailDomains: [emailDomain],
    });
    expect(changed.ok).to.equal(true);
  }
});

/** Returns the URL of the metadata of another application at the same provider. */
async function metadataOf({ cloud, url }: Connected): Promise<string> {
  const { addIntranet } = await import('../demo/support/portal.ts');
  const id = await addIntranet(cloud, { sso: { spEntityId: `${url}/saml/metadata`, acsUrl: `${url}/saml/acs` } });
  return `${cloud.url}/saml2/${id}/metadata`;
}
