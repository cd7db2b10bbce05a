import { expect } from 'chai';
import { pauseAutoLogin, setAutoLogin, setEmailFirst } from '../../src/federation/domains.ts';
import { changeProvider, providerInputOf } from '../../src/federation/providers.ts';
import { flushTraffic, SLOT_MS } from '../../src/federation/traffic.ts';
import { initialSettings, saveIntranetSettings } from '../../src/people/intranetSettings.ts';
import { insertProvider } from '../../src/store/identityProviders.ts';
import { addTraffic } from '../../src/store/loginTraffic.ts';
import { writeProviderDomains } from '../../src/store/providerDomains.ts';
import { addPerson } from '../support/anteroom.ts';
import { type Client, openClient } from '../support/client.ts';
import { type Connected, connect, deliver, goThroughProvider, visitor } from '../support/connect.ts';
import { type HostReply, sendRaw } from '../support/hostClient.ts';
import { aProvider } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const BACK = 'You are not logged in yet.';
const SILENT = '<bdi>Cloud Directory</bdi> may not be working.';

describe('intranet/offers', () => {
  let connected: Connected;
  let client: Client;
  let button: string;

  async function start(store?: Connected['deps']['store']): Promise<void> {
    connected = await connect(store ? { store } : {});
    client = openClient(connected);
    button = `/saml/login/${connected.provider.id}`;
    await setAutoLogin(connected.deps, connected.domain.id, true);
  }

  describe('a browser that comes back from the provider', () => {
    beforeEach(() => start());

    it('is not sent there again by Auto Login, but reads where it was and what else there is', async () => {
      await followAutoLogin('/people');
      connected.deps.clock.advance(2 * MINUTE);
      const page = await client.get('/login?return=/people');
      expect(page.status).to.equal(200);
      expect(page.text)
        .to.contain(BACK)
        .and.contain('sent to <bdi>Cloud Directory</bdi> <time')
        .and.contain('2 minutes ago');
      expect(page.text).to.contain('log in another way').and.contain('name="password"');
      expect(page.text).to.contain(`href="${button}?return=%2Fpeople"`).and.not.contain('auto=1');
      expect((await client.get('/local-login')).text, 'also here').to.contain(BACK);
      connected.deps.clock.advance(8 * MINUTE);
      expect((await client.get('/login')).location, 'its login request has expired').to.contain(button);
    });

    it('is sent there if other tabs were a moment ago, and counts from the first of them', async () => {
      await followAutoLogin('/');
      connected.deps.clock.advance(9 * SECOND);
      await followAutoLogin('/people');
      expect((await client.get('/local-login')).text).not.to.contain(BACK);
      connected.deps.clock.advance(SECOND);
      expect((await client.get('/login')).text).to.contain(BACK);
    });

    it('is sent there again after any response, also one that was refused', async () => {
      const browser = visitor(connected);
      const page = await goThroughProvider(browser, button, 'dora.novak'); // who is not in the directory
      connected.deps.clock.advance(MINUTE);
      expect((await browser.get('/login')).text).to.contain(BACK);
      expect((await deliver(browser, page)).status).to.equal(403);
      expect((await browser.get('/local-login')).text).not.to.contain(BACK);
    });

    it('gets a button for the provider even if it has none, and is told to try later if there is no other way', async () => {
      const input = { ...providerInputOf(connected.provider), showButton: false };
      await changeProvider(connected.deps, connected.provider.id, input);
      await saveIntranetSettings(connected.deps, { ...initialSettings, localLoginNetworks: ['10.0.0.0/8'] });
      await followAutoLogin('/');
      connected.deps.clock.advance(MINUTE);
      const page = await client.get('/login');
      expect(page.text)
        .to.contain(`href="${button}"`)
        .and.contain('try again later')
        .and.not.contain('name="password"');
    });

    it('reads nothing about a cookie that no login request set', async () => {
      for (const value of ['x.0', `${connected.provider.id}.99999999999999`, `${connected.provider.id}.`, '%00', '.'])
        expect((await sendCookie(`anteroom-sent=${value}`)).headers.location, value).to.contain(button);
    });
  });

  withStores((open) => {
    it('warns everyone while no login comes back, and does not send them there', async () => {
      await start(await open());
      await sendWithoutResponse();
      const page = await client.get('/login?return=/people');
      expect(page.text).to.contain(SILENT).and.contain(`href="${button}?return=%2Fpeople"`).and.not.contain(BACK);
      expect((await client.get('/local-login')).text).to.contain(SILENT);
      await addPerson(connected.deps, { userName: 'anna.berg', email: 'anna.berg@acme.example' });
      connected.cloud.clock.now = connected.deps.clock.at;
      const browser = visitor(connected);
      await deliver(browser, await goThroughProvider(browser, button, 'anna.berg'));
      await flushTraffic(connected.deps);
      connected.deps.clock.advance(30 * SECOND);
      expect((await client.get('/login')).location, 'one came back').to.contain(button);
    });
  });

  it('shows a provider without a button while its Auto Login is paused, and the others first while it is silent', async () => {
    await start();
    const { deps, domain, provider } = connected;
    await changeProvider(deps, provider.id, { ...providerInputOf(provider), showButton: false });
    expect((await client.get('/local-login')).text).not.to.contain('Log in with Cloud Directory');
    await pauseAutoLogin(deps, domain.id);
    expect((await client.get('/login')).text)
      .to.contain('Log in with Cloud Directory')
      .and.not.contain(SILENT);
    const other = aProvider({ name: 'Okta', showButton: true, buttonOrder: 9 });
    await insertProvider(deps.store.db, other, '<xml/>');
    await writeProviderDomains(deps.store.db, other, [domain.id]);
    const buttons = async () => (await client.get('/login')).text.match(/Log in with (Okta|Cloud Directory)/g);
    expect(await buttons()).to.deep.equal(['Log in with Cloud Directory', 'Log in with Okta']);
    await sendWithoutResponse();
    expect((await client.get('/login')).text).to.contain(SILENT);
    expect(await buttons()).to.deep.equal(['Log in with Okta', 'Log in with Cloud Directory']);
  });

  it('names no provider that this browser has not used while an e-mail address is asked for first', async () => {
    await start();
    await setAutoLogin(connected.deps, connected.domain.id, false);
    await setEmailFirst(connected.deps, connected.domain.id, true);
    await sendWithoutResponse();
    expect((await client.get('/login')).text)
      .to.contain('name="email"')
      .and.not.contain('Cloud Directory');
    const asked = await client.post('/login', { email: 'anna@acme.example' });
    await client.get(String(asked.location));
    connected.deps.clock.advance(MINUTE);
    expect((await client.get('/login')).text)
      .to.contain(BACK)
      .and.contain('name="email"')
      .and.contain(button);
  });

  async function followAutoLogin(path: string): Promise<void> {
    const led = await client.get(`/login?return=${path}`);
    expect(led.location).to.contain(`${button}?`).and.contain('auto=1');
    expect((await client.get(String(led.location))).location).to.contain(connected.cloud.url);
  }

  function sendCookie(cookie: string): Promise<HostReply> {
    return sendRaw(connected, '/login', { headers: { host: new URL(connected.url).host, cookie } });
  }

  async function sendWithoutResponse(): Promise<void> {
    const { deps, provider, domain } = connected;
    deps.clock.advance(60 * MINUTE);
    const slot = Math.floor(deps.now() / SLOT_MS - 2) * SLOT_MS;
    const route = { providerId: provider.id, domainId: domain.id };
    await addTraffic(deps.store.db, [{ ...route, slot, sent: 5, received: 0, offsets: '', sentFrom: null }]);
  }
});
