import { expect } from 'chai';
import type { Page as BrowserPage } from 'playwright-core';
import { conflictOf } from '../../src/errors.ts';
import { describePublicKey } from '../../src/federation/certificate.ts';
import { addDomain } from '../../src/federation/domains.ts';
import { startTest, testedOf, testPath, testRequestPath } from '../../src/federation/loginTests.ts';
import { setProviderDomains } from '../../src/federation/providerDomains.ts';
import { setProviderEnabled } from '../../src/federation/providers.ts';
import { findProvider, type IdentityProvider } from '../../src/store/identityProviders.ts';
import { listLoginActivity } from '../../src/store/loginSearch.ts';
import { findLoginTest, type LoginTest, type Starter } from '../../src/store/loginTests.ts';
import { isAssertionUsed } from '../../src/store/usedAssertions.ts';
import { findUserByUserName } from '../../src/store/users.ts';
import type { Browser, Page } from '../demo/support/browser.ts';
import { addPerson, testPassword } from '../support/anteroom.ts';
import { openBrowser } from '../support/chromium.ts';
import { logInLocally } from '../support/client.ts';
import { type Connected, connect, visitor } from '../support/connect.ts';
import { openAtHost } from '../support/hostClient.ts';
import { attacker } from './support/keys.ts';
import type { MessageParts } from './support/message.ts';
import {
  answer,
  type Fault,
  newestAttempt,
  responseTo,
  type Signing,
  startSigning,
} from './support/signingProvider.ts';

const maya = { userName: 'maya.koch', givenName: 'Maya', userType: 'Power User' };
const anna = { userName: 'anna.berg', email: 'anna.berg@acme.example', givenName: 'Anna' };

describe('the Test login', () => {
  for (const requestBinding of ['redirect', 'post'] as const)
    it(`leads to another site and back in a browser, by ${requestBinding}, and starts no session`, async () => {
      const connected = await connect({ settings: { requestBinding } });
      await addPerson(connected.deps, maya);
      await addPerson(connected.deps, anna);
      const page = await openTest(connected);
      await page.locator('#login').fill('anna.berg');
      await page.locator('#password').fill('cloud-demo');
      await page.getByRole('button', { name: 'Log in', exact: true }).click();
      await page.waitForURL('**/settings/security/activity/*');
      expect(await page.locator('h1').textContent()).to.equal('Test login succeeded');
      expect(await page.locator('body').textContent())
        .to.contain('Maya')
        .and.contain('anna.berg@acme.example');
    });

  it('shows a Power User why a login was refused', async () => {
    const connected = await connect();
    await addPerson(connected.deps, maya);
    const page = await openTest(connected);
    await page.locator('#login').fill('anna.berg');
    await page.locator('#password').fill('cloud-demo');
    await page.getByRole('button', { name: 'Log in', exact: true }).click();
    await page.waitForURL('**/settings/security/activity/*');
    expect(await page.locator('h1').textContent()).to.equal('Refused: the person is not in the People Directory');
  });

  for (const [what, fault, reason] of [
    ['no InResponseTo', { xml: unnamed, place: 'none' }, 'signature_missing'],
    ['no InResponseTo, and a valid signature', { parts: withoutRequest }, 'in_response_to_mismatch'],
    ['no InResponseTo and no RelayState', { parts: withoutRequest, relayState: '' }, 'in_response_to_mismatch'],
    ['an unknown InResponseTo', { parts: withUnknownRequest }, 'request_unknown'],
    [
      'an unknown Issuer',
      { xml: (xml: string) => xml.replaceAll('https://idp.example.com', 'urn:x') },
      'provider_unknown',
    ],
    ['no XML', { xml: () => '<' }, 'xml_malformed'],
  ] as [string, Fault, string][])
    it(`ends on its page, without a session or a login, if the response has ${what}`, async () => {
      const signing = await startSigning();
      await addPerson(signing.deps, maya);
      await addPerson(signing.deps, { userName: 'ada', email: 'ada@acme.com' });
      const browser = visitor(signing);
      await browser.post('/local-login', { userName: 'maya.koch', password: testPassword, return: '/' });
      const started = await browser.post(`/saml/test/${signing.provider.id}`, {});
      const page = await answer(signing, browser, started, fault);
      expect(page.url).to.contain('/settings/security/activity/');
      expect(await newestAttempt(signing)).to.include({ flow: 'test', outcome: 'refused', reason });
      expect((await findUserByUserName(signing.deps.store.db, 'ada'))?.lastLoginAt).to.equal(null);
      expect((await browser.get('/profile')).text).to.contain('maya.koch');
      // The Test login is over: a login from the tile is a login again.
      await answer(signing, browser, started, { parts: withoutRequest, relayState: '/' });
      expect(await newestAttempt(signing)).to.include({ flow: 'idp' });
    });

  it('is not taken for a login from the tile in another tab', async () => {
    const signing = await startSigning();
    await addPerson(signing.deps, maya);
    await addPerson(signing.deps, { userName: 'ada', email: 'ada@acme.com' });
    const browser = visitor(signing);
    await browser.post('/local-login', { userName: 'maya.koch', password: testPassword, return: '/' });
    const started = await browser.post(`/saml/test/${signing.provider.id}`, {});
    const page = await answer(signing, browser, started, { parts: withoutRequest, relayState: '/people' });
    expect(page.url).to.contain('/saml/switch');
    expect(await newestAttempt(signing)).to.include({ flow: 'idp', outcome: 'asked' });
  });

  it('is for Power Users', async () => {
    const connected = await connect();
    await addPerson(connected.deps, maya);
    await addPerson(connected.deps, anna);
    const path = `/saml/test/${connected.provider.id}`;
    expect((await (await logInLocally(connected, 'anna.berg')).post(path)).status).to.equal(403);
    const client = await logInLocally(connected);
    expect((await client.follow(await client.post(path))).text).to.contain('http-equiv="refresh"');
  });

  describe('of a form that is not saved', () => {
    let signing: Signing;
    let starter: Starter;
    let browser: Browser;

    beforeEach(async () => {
      signing = await startSigning();
      starter = `person:${(await addPerson(signing.deps, maya)).id}`;
      await addPerson(signing.deps, { userName: 'ada', email: 'ada@acme.com' });
      browser = visitor(signing);
      await browser.post('/local-login', { userName: 'maya.koch', password: testPassword, return: '/' });
    });

    it('uses what is on the form, and changes neither the provider nor the person', async () => {
      const { deps, domain, provider } = signing;
      const { settings } = provider;
      const test = await open({ ...provider, settings: { ...settings, matchAttribute: 'staffId' } });
      const page = await answer(signing, browser, await browser.get(testRequestPath(test.id)));
      expect(page.text).to.contain('one value of staffId');
      expect(await newestAttempt(signing)).to.include({ flow: 'test', reason: 'subject_missing' });
      expect(await findProvider(deps.store.db, provider.id)).to.deep.include({ settings });
      expect(await testedOf(deps.store.db, domain, provider)).to.include({ state: 'never', worked: false });
      const passing = await pass(await open(provider));
      expect(await testedOf(deps.store.db, domain, provider)).to.include({ state: 'current', worked: false });
      expect((await findLoginTest(deps.store.db, passing.id))?.matched).to.have.lengthOf(1);
      expect((await findUserByUserName(deps.store.db, 'ada'))?.lastLoginAt).to.equal(null);
      expect((await browser.get('/profile')).text).to.contain('maya.koch');
    });

    it('of a disabled provider, or one that this domain does not use, works before anyone depends on it', async () => {
      const { deps, domain, provider } = signing;
      await setProviderEnabled(deps, provider.id, false);
      await setProviderDomains(deps, provider.id, []);
      await pass(await open(provider));
      expect(await testedOf(deps.store.db, domain, provider)).to.include({ state: 'current' });
    });

    it('counts until something changes that matters', async () => {
      const { deps, domain, provider } = signing;
      const { db } = deps.store;
      await pass(await open(provider));
      const state = async (changed: Partial<IdentityProvider>) =>
        (await testedOf(db, domain, { ...provider, ...changed })).state;
      const { settings, facts } = provider;
      const [certificate] = facts.certificates;
      if (!certificate) throw new Error('There is no certificate.');
      const other = { ...certificate, sha256: 'AA:BB' };
      expect(await state({ name: 'Other', showButton: true })).to.equal('current');
      expect(await state({ settings: { ...settings, refresh: 'off' } })).to.equal('current');
      expect(await state({ facts: { ...facts, certificates: [certificate, other] } })).to.equal('current');
      expect(await state({ facts: { ...facts, certificates: [other] } })).to.equal('changed');
      expect(await state({ settings: { ...settings, match: 'userName' } })).to.equal('changed');
      expect(await state({ entityId: 'urn:other' })).to.equal('never');
      const moved = { ...domain, acsPath: '/sso/acs' };
      expect((await testedOf(db, moved, provider)).state).to.equal('changed');
    });

    it('shows a stranger nothing of the result, and its starter that it ended in another browser', async () => {
      const test = await open(signing.provider);
      const started = await browser.get(testRequestPath(test.id));
      for (const stranger of [visitor(signing), await powerUser('otto')]) {
        const page = await answer(signing, stranger, started);
        expect([page.status, page.url]).to.deep.equal([403, `${signing.url}${testPath(test.id)}`]);
        expect(page.text).to.contain('This was a Test login').and.not.contain('ada');
        expect((await stranger.get('/profile')).text).not.to.contain('ada@acme.com');
      }
      const result = await browser.get(testPath(test.id));
      expect(result.text).to.contain('request_other_browser').and.contain('ada@acme.com');
      expect(await newestAttempt(signing)).to.include({ flow: 'test' });
    });

    it('shows its starter in another tab what it waits for', async () => {
      const test = await open(signing.provider);
      expect((await browser.get(testPath(test.id))).text).to.contain('Start the test');
      await browser.get(testRequestPath(test.id));
      expect((await browser.get(testPath(test.id))).text)
        .to.contain('data-refresh')
        .and.contain('Waiting for');
      expect((await browser.get(testRequestPath(test.id))).url).to.contain(testPath(test.id));
      expect((await (await powerUser('otto')).get(testRequestPath(test.id))).status).to.equal(403);
    });

    it('is over after one response: another one changes nothing and is recorded as refused', async () => {
      const test = await open(signing.provider);
      const started = await browser.get(testRequestPath(test.id));
      await answer(signing, browser, started);
      const first = await findLoginTest(signing.deps.store.db, test.id);
      const page = await answer(signing, browser, started, { xml: () => '<' });
      expect(page.url).not.to.contain(String(first?.activityId));
      await answer(signing, browser, started);
      expect(await newestAttempt(signing)).to.include({ flow: 'test', outcome: 'refused', reason: 'request_unknown' });
      expect(await findLoginTest(signing.deps.store.db, test.id)).to.deep.equal(first);
    });

    it('ends on its page if the response comes too late', async () => {
      const test = await open(signing.provider);
      const started = await browser.get(testRequestPath(test.id));
      signing.deps.clock.advance(15 * 60_000);
      expect((await browser.get(testPath(test.id))).text).to.contain('No response came in 15 minutes');
      const page = await answer(signing, browser, started);
      expect(page.url).to.contain('/settings/security/activity/');
      expect(await newestAttempt(signing)).to.include({ flow: 'test', outcome: 'refused' });
    });

    it('logs nobody in with keys that only the form has', async () => {
      const { deps, provider } = signing;
      const pem = attacker.publicKey.export({ type: 'spki', format: 'pem' }).toString();
      const certificates = [{ pem, subject: '', ...describePublicKey(attacker.publicKey) }];
      const test = await open({ ...provider, facts: { ...provider.facts, certificates } });
      const started = await browser.get(testRequestPath(test.id));
      const forged = { sign: { key: attacker.privateKey } };
      const stolen = await startedLogin(browser);
      await answer(signing, browser, stolen, forged);
      expect(await newestAttempt(signing)).to.include({ flow: 'sp', reason: 'signature_invalid' });
      await answer(signing, browser, started, forged);
      expect(await newestAttempt(signing)).to.include({ flow: 'test', outcome: 'tested' });
      await answer(signing, browser, started, { ...forged, parts: withoutRequest, relayState: '/' });
      const { requestId } = (await findLoginTest(deps.store.db, test.id)) ?? {};
      const assertion = { entityId: provider.entityId, assertionId: `_assertion${requestId}` };
      expect(await isAssertionUsed(deps.store.db, assertion), 'it takes nothing away from a login').to.equal(false);
      const { rows } = await listLoginActivity(deps.store.db, { reason: 'signature_invalid' }, { limit: 9 });
      expect(rows.map(({ flow, times }) => [flow, times])).to.deep.equal([['sp', 2]]);
      expect((await findUserByUserName(deps.store.db, 'ada'))?.lastLoginAt).to.equal(null);
      expect(await testedOf(deps.store.db, signing.domain, provider)).to.include({ state: 'changed' });
    });

    it('never becomes a login, not even if the test was deleted', async () => {
      const { deps, provider } = signing;
      const started = await browser.get(testRequestPath((await open(provider)).id));
      for (let index = 0; index < 10; index += 1) await open(provider); // the eleventh replaces the first
      await answer(signing, browser, started);
      expect(await newestAttempt(signing)).to.include({ outcome: 'refused', reason: 'request_unknown' });
      expect((await findUserByUserName(deps.store.db, 'ada'))?.lastLoginAt).to.equal(null);
    });

    it('leaves a login of the same browser alone', async () => {
      const other = visitor(signing);
      const login = await startedLogin(other);
      const started = await browser.get(testRequestPath((await open(signing.provider)).id));
      await answer(signing, browser, started);
      await answer(signing, other, login);
      expect(await newestAttempt(signing)).to.include({ flow: 'sp', outcome: 'logged_in' });
      expect((await other.get('/profile')).text).to.contain('ada');
    });

    it('is no login at another domain either, and leads back to its own', async () => {
      const { deps, url } = signing;
      await addDomain(deps, 'http://other.acme.com');
      const test = await open(signing.provider);
      const started = await browser.get(testRequestPath(test.id));
      const sent = started.forms.find(({ fields }) => fields.SAMLRequest)?.fields ?? {};
      const elsewhere = openAtHost(signing, 'other.acme.com');
      const posted = await elsewhere.post('/saml/acs', responseTo(signing, sent, {}));
      expect([posted.status, posted.headers.location]).to.deep.equal([303, `${url}${testPath(test.id)}`]);
      expect(posted.cookies).to.deep.equal([]);
      expect(await newestAttempt(signing)).to.include({ flow: 'test', reason: 'destination_mismatch' });
      expect((await browser.get(testPath(test.id))).text).to.contain('destination_mismatch');
    });

    it('shows that the provider refused the login', async () => {
      const test = await open(signing.provider);
      const refused = (xml: string) => xml.replace('status:Success', 'status:Responder');
      const fault = { parts: ({ status }: MessageParts) => ({ status: refused(status) }) };
      const page = await answer(signing, browser, await browser.get(testRequestPath(test.id)), fault);
      expect(page.text).to.contain('provider_status').and.contain('Test again');
    });

    it('refuses too many and too large tests', async () => {
      const { deps, domain, provider } = signing;
      for (let index = 0; index < 20; index += 1)
        for (let own = 0; own < 10; own += 1)
          await startTest(deps, domain, `link:${index}`, { draft: provider, providerId: provider.id });
      expect((await conflictOf(open(provider)))?.['']).to.contain('Too many tests');
      const large = { ...provider, name: 'x'.repeat(600_000) };
      expect((await conflictOf(open(large)))?.['']).to.contain('too large');
    });

    async function open(draft: IdentityProvider) {
      signing.deps.clock.advance(1); // the order of tests is that of their times
      return startTest(signing.deps, signing.domain, starter, { draft, providerId: draft.id });
    }

    async function pass(test: LoginTest): Promise<LoginTest> {
      await answer(signing, browser, await browser.get(testRequestPath(test.id)));
      expect(await newestAttempt(signing)).to.include({ flow: 'test', outcome: 'tested' });
      return test;
    }

    async function startedLogin(from: Browser): Promise<Page> {
      return from.get(`/saml/login/${signing.provider.id}`);
    }

    async function powerUser(userName: string): Promise<Browser> {
      await addPerson(signing.deps, { userName, userType: 'Power User' });
      const other = visitor(signing);
      await other.post('/local-login', { userName, password: testPassword, return: '/' });
      return other;
    }
  });
});

function unnamed(xml: string): string {
  return xml.replaceAll(/ ?InResponseTo="[^"]*"/g, '');
}

function withoutRequest({ responseAttributes, subject }: MessageParts): Partial<MessageParts> {
  return { responseAttributes: unnamed(responseAttributes), subject: unnamed(subject) };
}

function withUnknownRequest({ responseAttributes, subject }: MessageParts): Partial<MessageParts> {
  const renamed = (xml: string) => xml.replace(/InResponseTo="[^"]*"/, 'InResponseTo="_unknown"');
  return { responseAttributes: renamed(responseAttributes), subject: renamed(subject) };
}

/** Logs the Power User in, in Chromium, and starts the test on the provider's Edit screen. Returns its tab. */
async function openTest({ url, domain, provider }: Connected): Promise<BrowserPage> {
  const page = await (await openBrowser()).newPage();
  await page.goto(
    `${url}/local-login?return=/settings/security/saml/domains/${domain.id}/identity-providers/${provider.id}`,
  );
  await page.locator('#userName').fill('maya.koch');
  await page.locator('#password').fill(testPassword);
  await page.locator('form[action="/local-login"] button').click();
  await page.waitForURL('**/identity-providers/*');
  const tab = page.waitForEvent('popup');
  await page.getByRole('button', { name: 'Test login' }).click();
  return tab;
}
