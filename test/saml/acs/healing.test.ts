import { expect } from 'chai';
import { setAutoLogin } from '../../../src/federation/domains.ts';
import { listLoginActivity } from '../../../src/store/loginSearch.ts';
import type { Browser } from '../../demo/support/browser.ts';
import { addPerson } from '../../support/anteroom.ts';
import { type Connected, connect, deliver, goThroughProvider, openTile, visitor } from '../../support/connect.ts';

const anna = { userName: 'anna.berg', email: 'anna.berg@acme.example', givenName: 'Anna', familyName: 'Berg' };

describe('a login that heals itself', () => {
  let connected: Connected;
  let browser: Browser;
  const start = (path: string) => `/saml/login/${connected.provider.id}?return=${encodeURIComponent(path)}`;
  const isLoggedIn = async (one: Browser) => !(await one.get('/profile')).url.includes('/login');

  beforeEach(async () => {
    connected = await connect();
    await addPerson(connected.deps, anna);
    browser = visitor(connected);
  });

  it('is called what started it: Auto Login, the button, a tile or this', async () => {
    const flow = async () => (await listLoginActivity(connected.deps.store.db, {}, { limit: 1 })).rows[0]?.flow;
    await setAutoLogin(connected.deps, connected.domain.id, true);
    await deliver(browser, await goThroughProvider(browser, '/people', 'anna.berg'));
    expect(await flow()).to.equal('auto');
    connected.deps.clock.advance(1);
    const page = await browser.get(start('/people'));
    const other = visitor(connected);
    const again = await goThroughProvider(other, (await deliver(other, page)).url, 'anna.berg');
    expect(await flow()).to.equal('sp');
    connected.deps.clock.advance(1);
    await deliver(other, again);
    expect(await flow()).to.equal('again');
    connected.deps.clock.advance(1);
    await deliver(visitor(connected), await openTile(connected, 'anna.berg'));
    expect(await flow()).to.equal('idp');
  });

  async function last(): Promise<[string, string | null]> {
    const { rows } = await listLoginActivity(connected.deps.store.db, {}, { limit: 1 });
    return [rows[0]?.outcome ?? '', rows[0]?.reason ?? null];
  }

  it('logs in every tab that was opened at once, each at its own page', async () => {
    const pages = ['/profile', '/people?q=ali', '/'];
    await goThroughProvider(browser, start('/'), 'anna.berg'); // the provider knows Anna
    // All requests leave before the first cookie is back.
    const tabs = await Promise.all(pages.map((path) => browser.get(start(path))));
    for (const [index, tab] of tabs.entries())
      expect((await deliver(browser, tab)).url).to.equal(`${connected.url}${pages[index]}`);
  });

  it('goes on to its page after Back or a reload, if the browser is logged in', async () => {
    const page = await goThroughProvider(browser, start('/people?q=ali'), 'anna.berg');
    await deliver(browser, page);
    connected.deps.clock.advance(1);
    expect((await deliver(browser, page)).url).to.equal(`${connected.url}/people?q=ali`);
    expect(await last()).to.deep.equal(['continued', 'assertion_replayed']);
    connected.deps.clock.advance(30 * 60_000);
    expect((await deliver(browser, page)).url).to.equal(`${connected.url}/people?q=ali`);
    expect(await last()).to.deep.equal(['continued', 'confirmation_expired']);
  });

  it('starts once more in a browser that is not logged in, with the page that was wanted', async () => {
    const page = await goThroughProvider(browser, start('/people?q=ali'), 'anna.berg');
    await deliver(visitor(connected), page);
    expect(await last()).to.deep.equal(['started_again', 'request_other_browser']);
    const other = visitor(connected);
    const atProvider = await deliver(other, page);
    connected.deps.clock.advance(1);
    const again = await goThroughProvider(other, atProvider.url, 'anna.berg');
    expect((await deliver(other, again)).url).to.equal(`${connected.url}/people?q=ali`);
    expect(await last()).to.deep.equal(['logged_in', null]);
  });

  it('starts once more after a login page was left open', async () => {
    const waiting = await browser.get(start('/people?q=ali'));
    connected.deps.clock.advance(9.5 * 60_000);
    connected.cloud.clock.now = connected.deps.clock.at;
    const page = await browser.submit(waiting, '/console/login', { login: 'anna.berg', password: 'cloud-demo' });
    connected.deps.clock.advance(0.5 * 60_000);
    const again = await deliver(browser, page); // the provider knows Anna by now
    expect(await last()).to.deep.equal(['started_again', 'request_unknown']);
    expect((await deliver(browser, again)).url).to.equal(`${connected.url}/people?q=ali`);
  });

  it('never starts a session with the response itself', async () => {
    const page = await goThroughProvider(browser, start('/'), 'anna.berg');
    const other = visitor(connected);
    await deliver(other, page);
    expect(await isLoggedIn(other)).to.equal(false);
    const tile = await openTile(connected, 'anna.berg');
    await deliver(browser, tile);
    await deliver(other, tile);
    expect(await isLoggedIn(other)).to.equal(false);
  });

  it('stops after one attempt, and says what to do', async () => {
    const first = await goThroughProvider(browser, start('/people?q=ali'), 'anna.berg');
    const other = visitor(connected);
    const second = await goThroughProvider(other, (await deliver(other, first)).url, 'anna.berg');
    connected.deps.clock.advance(1);
    const stranger = visitor(connected); // as if it kept no cookies
    const page = await deliver(stranger, second);
    expect(page.status).to.equal(403);
    expect(page.text).to.contain('allow cookies').and.contain('return=%2Fpeople%3Fq%3Dali');
    expect(await last()).to.deep.equal(['refused', 'request_other_browser']);
  });

  it('stops also if the provider always answers the same request', async () => {
    const page = await goThroughProvider(browser, start('/people?q=ali'), 'anna.berg');
    const other = visitor(connected);
    await deliver(other, page);
    expect(await last()).to.deep.equal(['started_again', 'request_other_browser']);
    connected.deps.clock.advance(1);
    expect((await deliver(other, page)).status).to.equal(403);
    expect(await last()).to.deep.equal(['refused', 'request_other_browser']);
  });

  it('stops also if the provider answers no request and no cookie is kept', async () => {
    const tile = await openTile(connected, 'anna.berg');
    await deliver(browser, tile);
    connected.deps.clock.advance(1);
    const stranger = await deliver(visitor(connected), tile);
    expect(stranger.status).to.equal(403);
    const token = 'a'.repeat(43);
    expect((await deliver(visitor(connected), tile, { RelayState: token })).url).to.contain(connected.cloud.url);
    const marked = await deliver(visitor(connected), tile, { RelayState: `${token}.again` });
    expect(marked.status).to.equal(403);
  });

  it('keeps the page of a link that the provider cancelled, and offers another account to a stranger', async () => {
    const page = await goThroughProvider(browser, start('/people?q=ali'), 'ben.okafor');
    const refused = await deliver(browser, page);
    expect(refused.status).to.equal(403);
    expect(refused.text).to.contain('Use another account').and.not.contain('Try again');
    const other = /href="([^"]*other=1)"/.exec(refused.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    await browser.get(other);
    const [row] = await connected.deps.store.db
      .selectFrom('loginRequests')
      .selectAll()
      .where('usedAt', 'is', null)
      .execute();
    expect(row).to.deep.include({ forceAuthn: 1, returnPath: '/people?q=ali' });
  });
});
