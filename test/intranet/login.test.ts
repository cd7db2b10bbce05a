import { expect } from 'chai';
import { setAutoLogin, setDefaultProvider, setUpDomain } from '../../src/federation/domains.ts';
import { setProviderEnabled } from '../../src/federation/providers.ts';
import { initialSettings, saveIntranetSettings } from '../../src/people/intranetSettings.ts';
import { insertDomain, listDomains } from '../../src/store/domains.ts';
import { insertProvider, writeProviderSettings } from '../../src/store/identityProviders.ts';
import { listLoginActivity } from '../../src/store/loginSearch.ts';
import { writeProviderDomains } from '../../src/store/providerDomains.ts';
import { addPerson, startAnteroom, testPassword } from '../support/anteroom.ts';
import { openAtHost, sendRaw } from '../support/hostClient.ts';
import { aDomain, aProvider } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';

const right = { userName: 'maya.koch', password: testPassword };
const FORM = 'application/x-www-form-urlencoded';

describe('login and logout', () => {
  async function start(options: Parameters<typeof startAnteroom>[0] = {}) {
    const anteroom = await startAnteroom(options);
    await addPerson(anteroom.deps, { email: 'maya@acme.example' });
    const browser = openAtHost(anteroom, new URL(anteroom.url).host);
    return { ...anteroom, browser };
  }

  withStores((open) => {
    it('accept any text as name, password, path and provider', async () => {
      const { browser, deps, ...anteroom } = await start({ store: await open() });
      for (const userName of [
        '',
        '\u0001\u007f',
        "' or 1=1 --",
        '%',
        '\u202emaya',
        '🔑'.repeat(200),
        'a'.repeat(20_000),
      ]) {
        const answer = await browser.post('/local-login', { userName, password: userName, return: userName });
        expect(answer.status, userName.slice(0, 20)).to.be.oneOf([422, 429]);
      }
      for (const path of [
        '/logged-out?provider=%00',
        '/logged-out?provider=a&provider=b',
        '/saml/login/%00',
        '/setup/%00',
      ])
        expect((await sendRaw({ url: anteroom.url }, path)).status, path).to.be.oneOf([200, 404]);
      expect(deps.logged.filter(({ level }) => level >= 50)).to.deep.equal([]);
    });
  });

  it('lead to the requested page, but never to another origin', async () => {
    const { browser, url } = await start();
    for (const [wanted, landed] of [
      ['/people?x=1', '/people?x=1'],
      [`${url}/profile`, '/profile'],
      ['//evil.example', '/'],
      ['/\\evil.example', '/'],
      ['https://evil.example/', '/'],
    ] as const) {
      const page = await browser.send(`/local-login?return=${encodeURIComponent(wanted)}`);
      expect(page.text).to.contain(`name="return" value="${landed.replace('&', '&amp;')}"`);
      const answer = await browser.post('/local-login', { ...right, return: wanted });
      expect([answer.status, answer.headers.location], wanted).to.deep.equal([303, landed]);
      expect((await browser.send(`/login?return=${encodeURIComponent(wanted)}`)).headers.location).to.equal(landed);
    }
  });

  it('do not redirect in a loop', async () => {
    const { browser } = await start();
    await browser.post('/local-login', { ...right, return: '/login?return=%2Flogin' });
    expect((await browser.send('/login?return=%2Flogin')).headers.location).to.equal('/login');
    expect((await browser.send('/login')).headers.location).to.equal('/');
    expect((await browser.send('/')).status).to.equal(200);
    expect((await browser.send('/logout')).status).to.equal(200);
  });

  it('end the session for good, and only by a form', async () => {
    const { browser, deps, url } = await start();
    await browser.post('/local-login', right);
    const cookie = browser.cookie();
    expect((await browser.send('/logout')).text).to.contain('Log out?');
    expect((await browser.send('/profile')).status).to.equal(200);
    const out = await browser.post('/logout', {});
    expect([out.status, out.headers.location]).to.deep.equal([303, '/logged-out']);
    const stolen = await sendRaw({ url }, '/profile', { headers: { host: new URL(url).host, cookie } });
    expect([stolen.status, stolen.headers.location]).to.deep.equal([303, '/login?return=%2Fprofile']);
    expect(await deps.store.db.selectFrom('sessions').select('id').execute()).to.deep.equal([]);
    expect((await browser.send('/logout')).headers.location).to.equal('/logged-out');
  });

  it('create a new session ID, whatever ID the browser sends', async () => {
    const { browser, url } = await start();
    await browser.post('/local-login', right);
    const first = /anteroom=([^;]+)/.exec(browser.cookie())?.[1];
    await browser.post('/local-login', right);
    const second = /anteroom=([^;]+)/.exec(browser.cookie())?.[1];
    expect(first).not.to.equal(second);
    const planted = openAtHost({ url }, new URL(url).host);
    planted.keep({ status: 200, headers: {}, text: '', cookies: ['anteroom=s%3Aplanted.x; Path=/'] });
    await planted.post('/local-login', right);
    expect(planted.cookie()).not.to.contain('planted');
  });

  it('point out the fields after a wrong password', async () => {
    const { browser } = await start();
    const { text } = await browser.post('/local-login', { ...right, password: 'wrong' });
    expect(text)
      .to.match(/<title>Not logged in/)
      .and.match(/role="alert" id="login-error">Wrong user name or password/);
    for (const id of ['userName', 'password'])
      expect(text).to.match(new RegExp(`<input id="${id}"[^>]* aria-invalid="true" aria-describedby="login-error"`));
    expect((await browser.send('/login')).text).not.to.contain('aria-invalid');
  });

  it('count no attempt and record nothing if a field is empty', async () => {
    const { browser, deps } = await start();
    const incomplete: Record<string, string>[] = [{}, { userName: 'anna.berg' }, { password: 'x' }];
    for (const entered of incomplete)
      for (let n = 0; n < 5; n += 1) {
        const page = await browser.post('/local-login', entered);
        expect(page.status).to.equal(422);
        expect(page.text)
          .to.contain('Enter your user name and your password.')
          .and.match(/id="password"[^>]* aria-invalid="true"/);
      }
    expect((await listLoginActivity(deps.store.db, {}, { limit: 1 })).rows).to.deep.equal([]);
  });

  it('record every attempt, but no password', async () => {
    const { browser, deps } = await start();
    await browser.post('/local-login', { ...right, password: 'my secret guess' });
    await browser.post('/local-login', right);
    const { rows } = await listLoginActivity(deps.store.db, {}, { limit: 5 });
    const facts = rows.map(({ flow, outcome, reason, asserted }) => ({ flow, outcome, reason, asserted }));
    expect(facts).to.have.deep.members([
      { flow: 'local', outcome: 'logged_in', reason: null, asserted: 'maya.koch' },
      { flow: 'local', outcome: 'refused', reason: 'password_wrong', asserted: 'maya.koch' },
    ]);
    expect(JSON.stringify([rows, deps.logged]))
      .not.to.contain('my secret guess')
      .and.not.to.contain(testPassword);
  });

  it('with a password are refused from networks that are not allowed', async () => {
    const { browser, deps } = await start({ env: { TRUST_PROXY: 'loopback' } });
    const settings = { ...initialSettings, name: 'Acme' };
    await saveIntranetSettings(deps, { ...settings, localLoginNetworks: ['10.0.0.0/8', '127.0.0.0/8', '::1'] });
    expect((await browser.send('/local-login')).status).to.equal(200);
    const outside = { headers: { 'x-forwarded-for': '203.0.113.7' } };
    expect((await browser.send('/local-login', outside)).status).to.equal(403);
    expect((await browser.send('/login', outside)).text).not.to.contain('name="password"');
    const body = `${new URLSearchParams(right)}`;
    const headers = { 'content-type': FORM, 'sec-fetch-site': 'same-origin', ...outside.headers };
    expect((await browser.send('/local-login', { method: 'POST', headers, body })).status).to.equal(403);
  });

  it('trust X-Forwarded-For only from a trusted proxy', async () => {
    const { browser, deps } = await start();
    const settings = { ...initialSettings, name: 'Acme' };
    await saveIntranetSettings(deps, { ...settings, localLoginNetworks: ['10.0.0.0/8'] });
    const forged = { headers: { 'x-forwarded-for': '10.0.0.1', 'x-real-ip': '10.0.0.1', forwarded: 'for=10.0.0.1' } };
    expect((await browser.send('/local-login', forged)).status).to.equal(403);
  });

  it('use Auto Login while the Default Provider is enabled', async () => {
    const { browser, deps } = await start();
    const [domain] = await listDomains(deps.store.db);
    const provider = aProvider();
    await insertProvider(deps.store.db, provider, '<xml/>');
    await writeProviderDomains(deps.store.db, provider, [domain?.id ?? '']);
    await setDefaultProvider(deps, domain?.id ?? '', provider.id);
    await setUpDomain(deps, domain?.id ?? '');
    await setAutoLogin(deps, domain?.id ?? '', true);
    expect((await browser.send('/login?return=/people')).headers.location).to.equal(
      `/saml/login/${provider.id}?return=%2Fpeople&auto=1`,
    );
    await setProviderEnabled(deps, provider.id, false);
    expect((await browser.send('/login?return=/people')).status).to.equal(200);
    expect((await browser.send(`/saml/login/${provider.id}`)).status).to.equal(404);
  });

  it('offer a provider only at its domains', async () => {
    const { deps, url, ...anteroom } = await start();
    const { db } = deps.store;
    const [home] = await listDomains(db);
    const [other, provider] = [
      aDomain({ url: 'https://other.acme.com' }),
      aProvider({ name: 'Okta', showButton: true }),
    ];
    await insertDomain(db, other);
    await insertProvider(db, provider, '<xml/>');
    await writeProviderDomains(db, provider, [other.id]);
    const unsigned = { ...provider, settings: { ...provider.settings, signRequests: false } };
    await writeProviderSettings(db, unsigned);
    await setUpDomain(deps, home?.id ?? '');
    expect((await anteroom.browser.send('/saml/metadata')).text).to.contain('AuthnRequestsSigned="true"');
    const [login, logout] = [`/saml/login/${provider.id}`, `/logged-out?provider=${provider.id}`];
    expect((await anteroom.browser.send('/login')).text).not.to.contain('Okta');
    expect((await anteroom.browser.send(login)).status).to.equal(404);
    expect((await anteroom.browser.send(logout)).text).not.to.contain('Okta');
    await writeProviderDomains(db, provider, [home?.id ?? '']);
    expect((await anteroom.browser.send('/login')).text)
      .to.contain('Okta')
      .and.contain(`href="${login}"`);
    const failed = (userName: string) =>
      anteroom.browser.post('/local-login', { userName, password: 'wrong', return: '/people' });
    expect((await failed('ada@acme.com')).text).to.contain(`${login}?login_hint=ada%40acme.com&amp;return=%2Fpeople"`);
    expect((await failed('ada')).text).to.contain(`${login}?return=%2Fpeople"`);
    expect((await anteroom.browser.send('/saml/metadata')).text).to.contain('AuthnRequestsSigned="false"');
    expect((await anteroom.browser.send(logout)).text).to.contain('Okta');
    const there = openAtHost({ url }, 'other.acme.com');
    expect((await there.send('/login')).text).not.to.contain('Okta');
    expect((await there.send(login)).status).to.equal(404);
  });

  it('return 401 to programs and redirect browsers at every page that needs a login', async () => {
    const { url } = await start();
    const { host } = new URL(url);
    for (const path of ['/', '/profile', '/people', '/settings']) {
      for (const asks of ['application/json', 'text/json, application/problem+json'])
        expect((await sendRaw({ url }, path, { headers: { host, accept: asks } })).status, path).to.equal(401);
      const script = { host, accept: '*/*', 'x-requested-with': 'XMLHttpRequest' };
      expect((await sendRaw({ url }, path, { headers: script })).status, path).to.equal(401);
      expect((await sendRaw({ url }, path, { headers: { host, accept: '*/*' } })).status, path).to.equal(303);
    }
  });
});
