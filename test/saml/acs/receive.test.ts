import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { expect } from 'chai';
import { setAutoLogin } from '../../../src/federation/domains.ts';
import { removeProvider, setProviderEnabled } from '../../../src/federation/providers.ts';
import { setActive } from '../../../src/people/users.ts';
import { listLoginActivity } from '../../../src/store/loginSearch.ts';
import { findUserByUserName } from '../../../src/store/users.ts';
import { addPerson } from '../../support/anteroom.ts';
import {
  type Connected,
  connect,
  deliver,
  goThroughProvider,
  importProvider,
  openTile,
  visitor,
} from '../../support/connect.ts';
import { withStores } from '../../support/stores.ts';

const anna = { userName: 'anna.berg', email: 'anna.berg@acme.example', givenName: 'Anna', familyName: 'Berg' };
const ben = { userName: 'ben.okafor', email: 'ben.okafor@acme.example', givenName: 'Ben', familyName: 'Okafor' };

describe('a login through a provider', () => {
  withStores((open) => {
    it('leads to the provider and back, and returns to the page that was requested', async () => {
      const connected = await connect({ store: await open() });
      await addPerson(connected.deps, anna);
      const browser = visitor(connected);
      const login = await browser.get('/people?x=1');
      expect(login.text).to.contain('Log in with Cloud Directory').and.contain('/people?x=1');
      const page = await goThroughProvider(
        browser,
        `/saml/login/${connected.provider.id}?return=/profile%3Fx%3D1`,
        'anna.berg',
      );
      const landed = await deliver(browser, page);
      expect(landed.url).to.equal(`${connected.url}/profile?x=1`);
      expect(landed.text).to.contain('anna.berg@acme.example').and.contain('Cloud Directory');
      expect(await lastReason(connected)).to.deep.include({ outcome: 'logged_in', flow: 'sp', reason: null });
    });

    it('leads from the provider’s tile to the path in the RelayState', async () => {
      const connected = await connect({ store: await open() });
      await addPerson(connected.deps, anna);
      const browser = visitor(connected);
      const landed = await deliver(browser, await openTile(connected, 'anna.berg'), { RelayState: '/profile' });
      expect(landed.url).to.equal(`${connected.url}/profile`);
      expect(await lastReason(connected)).to.deep.include({ outcome: 'logged_in', flow: 'idp' });
    });

    it('loses its session when the person is deactivated', async () => {
      const connected = await connect({ store: await open() });
      const person = await addPerson(connected.deps, anna);
      const browser = visitor(connected);
      await deliver(browser, await openTile(connected, 'anna.berg'));
      expect((await browser.get('/profile')).text).to.contain('anna.berg');
      await setActive(connected.deps, person.id, false);
      expect((await browser.get('/profile')).url).to.contain('/login?return=%2Fprofile');
    });

    it('uses an assertion once', async () => {
      const connected = await connect({ store: await open() });
      await addPerson(connected.deps, anna);
      const browser = visitor(connected);
      const page = await openTile(connected, 'anna.berg');
      await deliver(browser, page);
      connected.deps.clock.advance(1);
      const again = await deliver(visitor(connected), page);
      expect(again.status).to.equal(403);
      expect(await lastReason(connected)).to.deep.include({ outcome: 'refused', reason: 'assertion_replayed' });
    });
  });

  it('uses an assertion once, also if the provider was removed and imported again', async () => {
    const connected = await connect();
    await addPerson(connected.deps, anna);
    const page = await openTile(connected, 'anna.berg');
    await deliver(visitor(connected), page);
    connected.deps.clock.advance(1);
    await removeProvider(connected.deps, connected.provider.id);
    await importProvider(connected, connected.provider.metadataUrl ?? '');
    expect((await deliver(visitor(connected), page)).status).to.equal(403);
    expect(await lastReason(connected)).to.deep.include({ reason: 'assertion_replayed' });
  });

  it('accepts a response only from the browser that made the login request', async () => {
    const connected = await connect();
    await addPerson(connected.deps, anna);
    const page = await goThroughProvider(visitor(connected), `/saml/login/${connected.provider.id}`, 'anna.berg');
    const other = visitor(connected);
    const atProvider = await deliver(other, page);
    expect(atProvider.url).to.contain(connected.cloud.url);
    expect((await other.get('/profile')).url).to.contain('/login');
    expect(await lastReason(connected)).to.deep.include({ outcome: 'started_again', reason: 'request_other_browser' });
  });

  it('works in two tabs of a browser at the same time', async () => {
    const connected = await connect();
    await addPerson(connected.deps, anna);
    const browser = visitor(connected);
    const first = await goThroughProvider(browser, `/saml/login/${connected.provider.id}?return=/profile`, 'anna.berg');
    const second = await goThroughProvider(browser, `/saml/login/${connected.provider.id}`, 'anna.berg');
    expect((await deliver(browser, second)).url).to.equal(`${connected.url}/`);
    expect((await deliver(browser, first)).url).to.equal(`${connected.url}/profile`);
  });

  it('expires after ten minutes', async () => {
    const connected = await connect();
    await addPerson(connected.deps, anna);
    const browser = visitor(connected);
    const path = `/saml/login/${connected.provider.id}`;
    const waiting = await browser.get(path);
    connected.deps.clock.advance(9.5 * 60_000);
    connected.cloud.clock.now = connected.deps.clock.at;
    const page = await browser.submit(waiting, '/console/login', { login: 'anna.berg', password: 'cloud-demo' });
    connected.deps.clock.advance(0.5 * 60_000);
    await deliver(browser, page);
    expect(await lastReason(connected)).to.deep.include({ outcome: 'started_again', reason: 'request_unknown' });
  });

  it('works with the POST binding', async () => {
    const connected = await connect({ settings: { requestBinding: 'post' } });
    await addPerson(connected.deps, anna);
    const browser = visitor(connected);
    const page = await browser.get(`/saml/login/${connected.provider.id}?return=/profile`);
    expect(page.headers.get('content-security-policy')).to.contain(`form-action ${connected.cloud.url} https:;`);
    const form = page.forms.find((one) => one.fields.SAMLRequest);
    const login = await browser.postFromElsewhere(form?.action ?? '', form?.fields ?? {});
    const returned = await browser.submit(login, '/console/login', { login: 'anna.berg', password: 'cloud-demo' });
    expect((await deliver(browser, returned)).url).to.equal(`${connected.url}/profile`);
  });

  for (const [title, person, reason, text] of [
    ['is unknown', undefined, 'person_unknown', 'does not know you'],
    [
      'is a Non Intranet User',
      { ...anna, userType: 'Non Intranet User' },
      'person_not_intranet_user',
      'without access',
    ],
  ] as const)
    it(`tells the person that the provider logged them in, if the person ${title}`, async () => {
      const connected = await connect();
      if (person) await addPerson(connected.deps, person);
      const refused = await deliver(visitor(connected), await openTile(connected, 'anna.berg'));
      expect(refused.status).to.equal(403);
      expect(refused.text).to.contain('Cloud Directory logged you in').and.contain(text);
      const activity = await lastReason(connected);
      expect(activity).to.deep.include({ reason });
      expect(refused.text).to.contain(activity?.reference);
    });

  it('is refused for a deactivated person', async () => {
    const connected = await connect();
    const person = await addPerson(connected.deps, anna);
    await setActive(connected.deps, person.id, false);
    expect((await deliver(visitor(connected), await openTile(connected, 'anna.berg'))).status).to.equal(403);
    expect(await lastReason(connected)).to.deep.include({ reason: 'person_deactivated', userId: person.id });
  });

  it('is refused if the provider refuses it', async () => {
    const connected = await connect();
    await addPerson(connected.deps, { userName: 'eli.haddad', email: 'eli.haddad@acme.example' });
    const browser = visitor(connected);
    const page = await goThroughProvider(browser, `/saml/login/${connected.provider.id}`, 'eli.haddad');
    const refused = await deliver(browser, page);
    expect(refused.text).to.contain('Cloud Directory did not log you in');
    expect(await lastReason(connected)).to.deep.include({ reason: 'provider_status' });
  });

  it('is refused from the tile if IdP-initiated logins are disabled', async () => {
    const connected = await connect({ settings: { idpInitiated: false } });
    await addPerson(connected.deps, anna);
    expect((await deliver(visitor(connected), await openTile(connected, 'anna.berg'))).text).to.contain(
      'Start at the intranet',
    );
    expect(await lastReason(connected)).to.deep.include({ reason: 'idp_initiated_forbidden' });
  });

  it('is refused for people outside the e-mail domains of the provider', async () => {
    const connected = await connect({ settings: { emailDomains: ['other.example'] } });
    await addPerson(connected.deps, anna);
    await deliver(visitor(connected), await openTile(connected, 'anna.berg'));
    expect(await lastReason(connected)).to.deep.include({ reason: 'email_domain_forbidden' });
  });

  it('is refused if the provider is disabled', async () => {
    const connected = await connect();
    await addPerson(connected.deps, anna);
    const page = await openTile(connected, 'anna.berg');
    await setProviderEnabled(connected.deps, connected.provider.id, false);
    await deliver(visitor(connected), page);
    expect(await lastReason(connected)).to.deep.include({ reason: 'provider_disabled' });
  });

  it('asks before a login from the tile replaces another person', async () => {
    const connected = await connect();
    await addPerson(connected.deps, anna);
    await addPerson(connected.deps, ben);
    const browser = visitor(connected);
    await deliver(browser, await openTile(connected, 'anna.berg'));
    connected.deps.clock.advance(1_000);
    const question = await deliver(browser, await openTile(connected, 'ben.okafor'), { RelayState: '/profile' });
    expect(question.url).to.equal(`${connected.url}/saml/switch`);
    expect(question.text).to.contain('Continue as <bdi>Ben Okafor</bdi>?');
    expect((await browser.get('/profile')).text).to.contain('anna.berg@acme.example');
    const lastLogin = async () => (await findUserByUserName(connected.deps.store.db, 'ben.okafor'))?.lastLoginAt;
    expect(await lastReason(connected), 'no login yet').to.deep.include({ outcome: 'asked', reason: null });
    expect(await lastLogin()).to.equal(null);
    const switched = await browser.submit(question, '/saml/switch');
    expect(switched.url).to.equal(`${connected.url}/profile`);
    expect(switched.text).to.contain('ben.okafor@acme.example');
    expect(await lastReason(connected)).to.deep.include({ outcome: 'logged_in' });
    expect(await lastLogin()).to.equal(connected.deps.now());
    // The same person again, and a login from the intranet, need no confirmation.
    connected.deps.clock.advance(1_000);
    await deliver(browser, await openTile(connected, 'ben.okafor'));
    expect(await lastReason(connected)).to.deep.include({ outcome: 'logged_in', flow: 'idp' });
    connected.deps.clock.advance(1_000);
    const back = await goThroughProvider(browser, `/saml/login/${connected.provider.id}`, 'anna.berg');
    await deliver(browser, back);
    expect(await lastReason(connected)).to.deep.include({ outcome: 'logged_in', flow: 'sp' });
  });

  it('is recorded once if it is refused again and again, and each time shows the reference of this row', async () => {
    const connected = await connect();
    const post = () => visitor(connected).post('/saml/acs', { SAMLResponse: 'no response' });
    const shown = [await post(), await post(), await post()].map(
      ({ text }) => /[0-9A-Z]{4}-[0-9A-Z]{4}/.exec(text)?.[0],
    );
    const { rows } = await listLoginActivity(connected.deps.store.db, {}, { limit: 9 });
    expect(rows).to.have.lengthOf(1);
    expect(rows[0]).to.include({ times: 3, reason: 'base64_invalid' });
    expect(shown).to.deep.equal(Array(3).fill(rows[0]?.reference));
  });

  it('is checked at the time when the form has arrived, not when the request started', async () => {
    const connected = await connect();
    await addPerson(connected.deps, anna);
    const page = await openTile(connected, 'anna.berg');
    const body = `${new URLSearchParams(page.forms.find((form) => form.fields.SAMLResponse)?.fields ?? {})}`;
    const form = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': body.length };
    const headers = { ...form, expect: '100-continue' };
    const sent = request(`${connected.url}/saml/acs`, { method: 'POST', headers });
    sent.flushHeaders();
    await once(sent, 'continue');
    connected.deps.clock.advance(3_600_000);
    sent.end(body);
    const [received] = (await once(sent, 'response')) as [IncomingMessage];
    received.resume();
    expect((await lastReason(connected))?.reason).to.equal('confirmation_expired');
  });

  it('starts a session with a new ID each time, and ends the one before', async () => {
    const connected = await connect();
    await addPerson(connected.deps, anna);
    const browser = visitor(connected);
    await deliver(browser, await openTile(connected, 'anna.berg'));
    const before = await connected.deps.store.db.selectFrom('sessions').select('id').execute();
    await deliver(browser, await openTile(connected, 'anna.berg'));
    const after = await connected.deps.store.db.selectFrom('sessions').select('id').execute();
    expect(after).to.have.length(1);
    expect(after).not.to.deep.equal(before);
  });
});

describe('Auto Login', () => {
  it('leads to the Default Provider, and back to the page', async () => {
    const connected = await connect();
    await addPerson(connected.deps, anna);
    await setAutoLogin(connected.deps, connected.domain.id, true);
    const browser = visitor(connected);
    const landed = await deliver(browser, await goThroughProvider(browser, '/profile?x=1', 'anna.berg'));
    expect(landed.url).to.equal(`${connected.url}/profile?x=1`);
  });

  it('stops at a page without a redirect after a refusal and after a logout', async () => {
    const connected = await connect();
    await setAutoLogin(connected.deps, connected.domain.id, true);
    const browser = visitor(connected);
    const refused = await deliver(browser, await goThroughProvider(browser, '/profile', 'anna.berg'));
    expect(refused.url).to.equal(`${connected.url}/saml/acs`);
    expect(refused.text).not.to.contain('http-equiv').and.not.to.contain('<script>');
    await addPerson(connected.deps, anna);
    const home = await deliver(browser, await goThroughProvider(browser, '/', 'anna.berg'));
    const out = await browser.submit(home, '/logout');
    expect(out.url).to.contain('/logged-out');
    expect(out.text).to.contain('you may still be logged in');
  });

  it('never redirects from /local-login, and returns 401 to a program', async () => {
    const connected = await connect();
    await setAutoLogin(connected.deps, connected.domain.id, true);
    const local = await visitor(connected).get('/local-login');
    expect(local.url).to.equal(`${connected.url}/local-login`);
    expect(local.text).to.contain('name="password"');
    const program = await fetch(`${connected.url}/profile`, {
      headers: { accept: 'application/json' },
      redirect: 'manual',
    });
    expect(program.status).to.equal(401);
  });
});

async function lastReason({ deps }: Connected) {
  const { rows } = await listLoginActivity(deps.store.db, {}, { limit: 1 });
  return rows[0];
}
