import { expect } from 'chai';
import { addDomain, saveOwnDetails, setAutoLogin } from '../../src/federation/domains.ts';
import { setActive } from '../../src/people/users.ts';
import { listLoginActivity } from '../../src/store/loginSearch.ts';
import { findUser } from '../../src/store/users.ts';
import { saveSso } from '../demo/support/portal.ts';
import { type Anteroom, addPerson, startAnteroom } from '../support/anteroom.ts';
import { connect, deliver, goThroughProvider, openTile, visitor } from '../support/connect.ts';
import { openAtHost, sendRaw } from '../support/hostClient.ts';
import { withStores } from '../support/stores.ts';

const FORM = 'application/x-www-form-urlencoded';
const anna = { userName: 'anna.berg', email: 'anna.berg@acme.example' };

describe('the ACS', () => {
  it('receives responses at the own path of a domain too, with the cookies of the login', async () => {
    const { connected, browser } = await withAnna();
    const { deps, domain, provider, url, cloud, applicationId } = connected;
    await saveOwnDetails(deps, domain.id, { entityId: 'urn:old:product', acsPath: '/sso/acs' });
    const sso = { spEntityId: 'urn:old:product', acsUrl: `${url}/sso/acs` };
    await saveSso(cloud.admin, applicationId, sso);
    const page = await goThroughProvider(browser, `/saml/login/${provider.id}?return=/people`, 'anna.berg');
    expect(page.forms.map(({ action }) => action)).to.include(sso.acsUrl);
    expect((await deliver(browser, page)).url).to.equal(`${url}/people`);
    const tile = await openTile(connected, 'anna.berg');
    expect((await deliver(visitor(connected), tile)).url).to.equal(`${url}/`);
    const opened = await sendRaw(connected, '/sso/acs', { headers: { host: new URL(url).host } });
    expect([opened.status, opened.headers.location]).to.deep.equal([307, '/saml/acs']);
    await saveOwnDetails(deps, domain.id, { entityId: 'urn:old:product', acsPath: '' });
    expect((await sendRaw(connected, '/sso/acs', { headers: { host: new URL(url).host } })).status).to.equal(404);
  });

  it('records nothing when someone opens the address', async () => {
    const anteroom = await startAnteroom();
    const page = await sendRaw(anteroom, '/saml/acs', { headers: { host: new URL(anteroom.url).host } });
    expect(page.status).to.equal(405);
    expect(await reasonsIn(anteroom)).to.deep.equal([]);
  });

  for (const [relayState, landed] of [
    ['/profile?x=1', '/profile?x=1'],
    ['', '/'],
    ...['https://evil.example/', '//evil.example', '///evil.example', '/\\evil.example', '\\\\evil.example'].map(
      (r) => [r, '/'],
    ),
    ...['/\t/evil.example', 'javascript:alert(1)', 'https://user@evil.example', `/${'a'.repeat(102_400)}`].map((r) => [
      r,
      '/',
    ]),
  ] as [string, string][])
    it(`takes an IdP-initiated login with the RelayState ${JSON.stringify(relayState.slice(0, 40))} to ${landed}`, async () => {
      const { connected, browser } = await withAnna();
      const page = await deliver(browser, await openTile(connected, 'anna.berg'), { RelayState: relayState });
      expect(page.url).to.equal(`${connected.url}${landed}`);
      expect(page.text).to.contain('anna.berg');
    });

  withStores((open) => {
    it('accepts only one of several responses with the same assertion at the same time', async () => {
      const { connected } = await withAnna({ store: await open() });
      const page = await openTile(connected, 'anna.berg');
      const pages = await Promise.all([1, 2, 3].map(() => deliver(visitor(connected), page)));
      expect(pages.map(({ status }) => status).sort()).to.deep.equal([200, 403, 403]);
    });

    it('accepts only one response to a login request, also from two tabs at the same time', async () => {
      const { connected, browser } = await withAnna({ store: await open() });
      const page = await goThroughProvider(browser, `/saml/login/${connected.provider.id}`, 'anna.berg');
      await Promise.all([1, 2].map(() => deliver(browser, page)));
      const { rows } = await listLoginActivity(connected.deps.store.db, {}, { limit: 9 });
      expect(rows.map(({ outcome }) => outcome)).to.have.members(['logged_in', 'started_again']);
    });

    it('leaves no session if the person is deactivated during the login', async () => {
      const { connected, browser, person } = await withAnna({ store: await open() });
      const page = await openTile(connected, 'anna.berg');
      await Promise.all([deliver(browser, page), setActive(connected.deps, person.id, false)]);
      expect((await browser.get('/profile')).url).to.contain('/login');
    });
  });

  withStores((open) => {
    for (const keepsCookies of [true, false])
      it(`records a login from the tile ${keepsCookies ? 'once' : 'only if'} the browser has returned a cookie`, async () => {
        const { connected, person } = await withAnna({ store: await open() });
        const { deps, url } = connected;
        const browser = openAtHost({ url }, new URL(url).host);
        const navigation = { 'sec-fetch-mode': 'navigate' };
        const fields = (await openTile(connected, 'anna.berg')).forms.find((form) => form.fields.SAMLResponse)?.fields;
        const body = `${new URLSearchParams({ ...fields, RelayState: '/profile' })}`;
        const headers = { 'content-type': FORM, ...navigation };
        const held = await browser.send('/saml/acs', { method: 'POST', headers, body });
        const outcome = async () => (await listLoginActivity(deps.store.db, {}, { limit: 1 })).rows[0]?.outcome;
        expect(await outcome()).to.equal('no_cookies');
        const next = await browser.send(held.headers.location ?? '', {
          headers: keepsCookies ? navigation : { ...navigation, cookie: '' },
        });
        expect(next.status).to.equal(keepsCookies ? 303 : 403);
        expect(next.text).to.contain(keepsCookies ? '' : 'Your browser blocks cookies');
        expect(await outcome()).to.equal(keepsCookies ? 'logged_in' : 'no_cookies');
        expect((await findUser(deps.store.db, person.id))?.lastLoginAt).to.equal(keepsCookies ? deps.now() : null);
        if (!keepsCookies) return;
        expect((await browser.send(next.headers.location ?? '', { headers: navigation })).text).to.contain('anna.berg');
        // A browser that had a cookie before is not asked again.
        deps.clock.advance(1_000);
        const [who] = next.cookies.filter((cookie) => cookie.startsWith('anteroom-who='));
        expect(who).to.match(/; Expires=.*SameSite=None/);
        const form = (await openTile(connected, 'anna.berg')).forms.find((one) => one.fields.SAMLResponse)?.fields;
        const again = await browser.send('/saml/acs', {
          method: 'POST',
          headers,
          body: `${new URLSearchParams(form)}`,
        });
        expect(again.headers.location).to.equal('/');
      });
  });

  it('refuses a response that was requested by, or issued for, another domain', async () => {
    const { connected, browser } = await withAnna();
    await addDomain(connected.deps, 'http://other.example');
    const other = openAtHost(connected, 'other.example');
    for (const page of [
      await openTile(connected, 'anna.berg'),
      await goThroughProvider(browser, `/saml/login/${connected.provider.id}`, 'anna.berg'),
    ]) {
      const fields = page.forms.find((form) => form.fields.SAMLResponse)?.fields ?? {};
      const body = `${new URLSearchParams(fields)}`;
      const refused = await other.send('/saml/acs', { method: 'POST', headers: { 'content-type': FORM }, body });
      expect(refused.status).to.equal(403);
      expect(other.cookie()).not.to.contain('anteroom=');
    }
  });

  it('ends Auto Login on a page if the browser keeps no cookies', async () => {
    const { connected } = await withAnna();
    await setAutoLogin(connected.deps, connected.domain.id, true);
    const first = await goThroughProvider(visitor(connected), '/profile', 'anna.berg');
    const again = await deliver(visitor(connected), first); // started again, once
    const page = await goThroughProvider(visitor(connected), again.url, 'anna.berg');
    const forgetful = await deliver(visitor(connected), page);
    expect([forgetful.status, forgetful.url]).to.deep.equal([403, `${connected.url}/saml/acs`]);
    expect(forgetful.text).to.contain('allow cookies');
  });

  it('does not return to the Log-In screen after the login', async () => {
    const { connected, browser } = await withAnna();
    await setAutoLogin(connected.deps, connected.domain.id, true);
    const start = `/login?return=${encodeURIComponent('/login?return=%2Flogin')}`;
    const page = await deliver(browser, await goThroughProvider(browser, start, 'anna.berg'));
    expect([page.status, page.url]).to.deep.equal([200, `${connected.url}/`]);
  });
});

async function reasonsIn({ deps }: Anteroom): Promise<(string | null)[]> {
  return (await listLoginActivity(deps.store.db, {}, { limit: 9 })).rows.map(({ reason }) => reason);
}

async function withAnna(options: Parameters<typeof connect>[0] = {}) {
  const connected = await connect(options);
  const person = await addPerson(connected.deps, anna);
  return { connected, person, browser: visitor(connected) };
}
