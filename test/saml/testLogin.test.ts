import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { findUserByUserName } from '../../src/store/users.ts';
import { addPerson, testPassword } from '../support/anteroom.ts';
import { openBrowser } from '../support/chromium.ts';
import { logInLocally } from '../support/client.ts';
import { type Connected, connect, visitor } from '../support/connect.ts';
import type { MessageParts } from './support/message.ts';
import { answer, type Fault, newestAttempt, startSigning } from './support/signingProvider.ts';

const maya = { userName: 'maya.koch', givenName: 'Maya', userType: 'Power User' };
const anna = { userName: 'anna.berg', email: 'anna.berg@acme.example', givenName: 'Anna' };

describe('the Test login', () => {
  for (const requestBinding of ['redirect', 'post'] as const)
    it(`leads to another site and back in a browser, by ${requestBinding}, and starts no session`, async () => {
      const connected = await connect({ settings: { requestBinding } });
      await addPerson(connected.deps, maya);
      await addPerson(connected.deps, anna);
      const page = await openEditScreen(connected);
      await page.getByRole('button', { name: 'Test login' }).click();
      await page.locator('#login').fill('anna.berg');
      await page.locator('#password').fill('cloud-demo');
      await page.getByRole('button', { name: 'Log in' }).click();
      await page.waitForURL('**/settings/security/activity/*');
      expect(await page.locator('h1').textContent()).to.equal('Test login succeeded');
      expect(await page.locator('body').textContent())
        .to.contain('Maya')
        .and.contain('anna.berg@acme.example');
    });

  it('shows a Power User why a login was refused', async () => {
    const connected = await connect();
    await addPerson(connected.deps, maya);
    const page = await openEditScreen(connected);
    await page.getByRole('button', { name: 'Test login' }).click();
    await page.locator('#login').fill('anna.berg');
    await page.locator('#password').fill('cloud-demo');
    await page.getByRole('button', { name: 'Log in' }).click();
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
    expect((await client.post(path)).text).to.contain('http-equiv="refresh"');
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

/** Logs the Power User in, in Chromium, and opens the provider's Edit screen. */
async function openEditScreen({ url, domain, provider }: Connected): Promise<Page> {
  const page = await (await openBrowser()).newPage();
  await page.goto(
    `${url}/local-login?return=/settings/security/saml/domains/${domain.id}/identity-providers/${provider.id}`,
  );
  await page.locator('#userName').fill('maya.koch');
  await page.locator('#password').fill(testPassword);
  await page.locator('form[action="/local-login"] button').click();
  await page.waitForURL('**/identity-providers/*');
  return page;
}
