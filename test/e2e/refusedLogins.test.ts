import { expect } from 'chai';
import type { BrowserContext, Page } from 'playwright-core';
import { setAutoLogin } from '../../src/federation/domains.ts';
import { initialSettings, saveIntranetSettings } from '../../src/people/intranetSettings.ts';
import { findUserByUserName } from '../../src/store/users.ts';
import { answerInBrowser, newestAttempt, startSigning } from '../saml/support/signingProvider.ts';
import { addPerson, testPassword } from '../support/anteroom.ts';
import { openBrowser } from '../support/chromium.ts';
import { connect, openTile } from '../support/connect.ts';

const anna = { userName: 'anna.berg', email: 'anna.berg@acme.example', givenName: 'Anna', familyName: 'Berg' };
const ben = { userName: 'ben.okafor', email: 'ben.okafor@acme.example', givenName: 'Ben', familyName: 'Okafor' };
const maya = { userName: 'maya.koch', givenName: 'Maya', userType: 'Power User' };

describe('a login in a browser that is not completed', function () {
  this.timeout(60_000);
  let context: BrowserContext;
  let page: Page;

  beforeEach(async () => {
    context = await (await openBrowser()).newContext();
    page = await context.newPage();
  });

  it('from a tile of another person is none until the person agrees', async () => {
    const connected = await connect();
    await addPerson(connected.deps, anna);
    await addPerson(connected.deps, ben);
    await logInWithPassword(connected.url, 'anna.berg', '/people');
    connected.deps.clock.advance(1); // so that the attempt is the newest
    const tile = await openTile(connected, 'ben.okafor');
    const fields = tile.forms.find((form) => form.fields.SAMLResponse)?.fields ?? {};
    await page.goto('about:blank');
    await postForm(page, `${connected.url}/saml/acs`, fields);
    await page.getByRole('heading', { name: 'Continue as Ben Okafor?' }).waitFor();
    await page.getByRole('link', { name: 'Stay logged in as' }).click();
    await page.getByRole('heading', { name: 'Welcome, Anna' }).waitFor();
    expect(await newestAttempt(connected)).to.include({ flow: 'idp', outcome: 'asked' });
    expect((await findUserByUserName(connected.deps.store.db, 'ben.okafor'))?.lastLoginAt).to.equal(null);
  });

  it('of a person who is not in the directory offers another account and a contact, and leads on with it', async () => {
    const connected = await connect();
    connected.deps.clock.at = Date.now(); // the browser's own clock ends cookies
    connected.cloud.clock.now = connected.deps.clock.at;
    await addPerson(connected.deps, anna);
    await setAutoLogin(connected.deps, connected.domain.id, true);
    await saveIntranetSettings(connected.deps, { ...initialSettings, helpAddress: 'help@acme.example' });
    await page.goto(`${connected.url}/people?q=ali`);
    await logInAtProvider('ben.okafor');
    await page.getByRole('heading', { name: 'You are not in the People Directory yet' }).waitFor();
    expect(await page.getByRole('link', { name: 'help@acme.example' }).count()).to.equal(1);
    expect(await page.getByRole('link', { name: 'Try again' }).count()).to.equal(0);
    connected.deps.clock.advance(1_000);
    connected.cloud.clock.now = connected.deps.clock.at;
    await page.getByRole('link', { name: 'Use another account' }).click();
    await logInAtProvider('anna.berg');
    await page.waitForURL(`${connected.url}/people?q=ali`);
  });

  it('because a Test login gets no InResponseTo shows that check, and is no login', async () => {
    const signing = await startSigning();
    await addPerson(signing.deps, maya);
    await addPerson(signing.deps, { userName: 'ada', email: 'ada@acme.com' });
    const screen = `/settings/security/saml/domains/${signing.domain.id}/identity-providers/${signing.provider.id}`;
    await logInWithPassword(signing.url, 'maya.koch', screen);
    const unnamed = (xml: string) => xml.replaceAll(/ ?InResponseTo="[^"]*"/g, '');
    await answerInBrowser(signing, context, {
      parts: ({ responseAttributes, subject }) => ({
        responseAttributes: unnamed(responseAttributes),
        subject: unnamed(subject),
      }),
    });
    const opened = page.waitForEvent('popup');
    await page.getByRole('button', { name: 'Test login' }).click();
    const tab = await opened;
    await tab.waitForURL('**/settings/security/activity/*');
    expect(await tab.locator('h1').textContent()).to.contain('Refused: the response belonged to a different');
    expect(await tab.locator('main').textContent()).to.contain('InResponseTo');
    expect(await newestAttempt(signing)).to.include({ flow: 'test', reason: 'in_response_to_mismatch' });
    expect((await findUserByUserName(signing.deps.store.db, 'ada'))?.lastLoginAt).to.equal(null);
  });

  async function logInWithPassword(url: string, userName: string, path: string): Promise<void> {
    await page.goto(`${url}/local-login?return=${encodeURIComponent(path)}`);
    await page.locator('#userName').fill(userName);
    await page.locator('#password').fill(testPassword);
    await page.locator('#password').press('Enter');
    await page.waitForURL(`${url}${path}`);
  }

  async function logInAtProvider(userName: string): Promise<void> {
    await page.locator('input[name="login"]').fill(userName);
    await page.locator('input[name="password"]').fill('cloud-demo');
    await page.locator('input[name="password"]').press('Enter');
  }
});

/** Posts a form from a page of another site. */
async function postForm(page: Page, action: string, fields: Record<string, string>): Promise<void> {
  const inputs = Object.entries(fields).map(([name, value]) => `<input name="${name}" value="${value}">`);
  await page.setContent(`<form method="post" action="${action}">${inputs.join('')}</form>`);
  await page.evaluate(() => document.forms[0]?.submit());
}
