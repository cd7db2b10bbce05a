import { expect } from 'chai';
import type { BrowserContext, Page } from 'playwright-core';
import { setAutoLogin, setEmailFirst } from '../../src/federation/domains.ts';
import { accessibilityFaults } from '../support/accessibility.ts';
import { addPerson } from '../support/anteroom.ts';
import { openBrowser } from '../support/chromium.ts';
import { type Connected, connect } from '../support/connect.ts';
import { enterLogin } from '../support/pages.ts';

const anna = { userName: 'anna.berg', email: 'anna.berg@acme.example', givenName: 'Anna', familyName: 'Berg' };

describe('logging in with a browser', function () {
  this.timeout(60_000);
  let connected: Connected;
  let context: BrowserContext;
  let page: Page;

  beforeEach(async () => {
    connected = await connect();
    connected.deps.clock.at = Date.now(); // the browser's own clock ends cookies
    connected.cloud.clock.now = connected.deps.clock.at;
    await addPerson(connected.deps, anna);
    context = await (await openBrowser()).newContext();
    page = await context.newPage();
  });

  async function logInAtProvider(at: Page): Promise<void> {
    await at.locator('input[name="login"]').fill('anna.berg');
    await at.locator('input[name="password"]').fill('cloud-demo');
    await at.locator('input[name="password"]').press('Enter');
  }

  it('leads every tab of a browser that starts with several to its own page', async () => {
    await setAutoLogin(connected.deps, connected.domain.id, true);
    await page.goto(`${connected.url}/profile`);
    await logInAtProvider(page);
    await page.waitForURL(`${connected.url}/profile`);
    const { cookies } = await context.storageState();
    await context.clearCookies();
    await context.addCookies(cookies.filter(({ name }) => !name.includes('anteroom'))); // the provider knows Anna
    const paths = ['/profile', '/people?q=ali', '/'];
    const tabs = await Promise.all(paths.map(() => context.newPage()));
    await Promise.all(tabs.map((tab, index) => tab.goto(connected.url + paths[index])));
    for (const [index, tab] of tabs.entries()) await tab.waitForURL(connected.url + paths[index]);
  });

  it('shows other ways to log in after Auto Login led to a dead provider', async () => {
    await addPerson(connected.deps, { userName: 'maya.koch', userType: 'Power User' });
    await setAutoLogin(connected.deps, connected.domain.id, true);
    await connected.cloud.close();
    const error = await page.goto(`${connected.url}/profile`).catch((reason: Error) => reason.message);
    expect(error).to.contain('ERR_CONNECTION_REFUSED');
    connected.deps.clock.advance(30_000);
    page = await context.newPage();
    await page.goto(`${connected.url}/profile`);
    await page.getByText('You are not logged in yet.').waitFor();
    await page.reload();
    await page.getByRole('link', { name: 'Log in with Cloud Directory' }).waitFor();
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    await logInLocally();
    await page.waitForURL(`${connected.url}/profile`);
  });

  it('goes on to the page that was wanted if the provider sends its response once more', async () => {
    await page.goto(`${connected.url}/people?q=ali`);
    await page.getByRole('link', { name: 'Log in with Cloud Directory' }).click();
    const posted = page.waitForRequest((request) => request.url() === `${connected.url}/saml/acs`);
    await logInAtProvider(page);
    const fields = Object.entries((await posted).postDataJSON() as Record<string, string>);
    await page.waitForURL(`${connected.url}/people?q=ali`);
    await page.goto('about:blank');
    const inputs = fields.map(([name, value]) => `<input name="${name}" value="${value}">`).join('');
    await page.setContent(`<form method="post" action="${connected.url}/saml/acs">${inputs}</form>`);
    await page.evaluate(() => document.forms[0]?.submit());
    await page.waitForURL(`${connected.url}/people?q=ali`);
    expect(await page.title()).to.contain('People');
  });

  it('leads from the e-mail address that was typed first to its provider, and to the page that was wanted', async () => {
    await setEmailFirst(connected.deps, connected.domain.id, true);
    await page.goto(`${connected.url}/people?q=ali`);
    await page.getByLabel('E-mail address').fill('anna.berg');
    await page.getByRole('button', { name: 'Continue' }).click();
    await page.getByText('Enter your e-mail address.').last().waitFor();
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    await page.getByLabel('E-mail address').fill('anna.berg@acme.example');
    await page.getByRole('button', { name: 'Continue' }).click();
    await logInAtProvider(page);
    await page.waitForURL(`${connected.url}/people?q=ali`);
  });

  it('keeps what was typed if the session ended before it was saved', async () => {
    await addPerson(connected.deps, { userName: 'maya.koch', givenName: 'Maya', userType: 'Power User' });
    await page.goto(`${connected.url}/local-login?return=%2Fsettings%2Fpeople%2Fnew`);
    await logInLocally();
    await page.locator('#givenName').fill('Grace');
    await page.locator('#userName').fill('grace.hopper');
    await context.clearCookies();
    await page.locator('#userName').press('Enter');
    await page.waitForURL(`${connected.url}/login?**`);
    await logInLocally();
    await page.waitForURL(`${connected.url}/settings/people/new`);
    expect(await page.locator('#givenName').inputValue()).to.equal('Grace');
    expect(await page.locator('#userName').inputValue()).to.equal('grace.hopper');
    expect(await page.getByRole('status').textContent()).to.contain('Your entries are here again');
    await page.goto(`${connected.url}/people`);
    expect(await page.evaluate(() => sessionStorage.length)).to.equal(0);
  });

  it('keeps what was typed from the next person at the same tab', async () => {
    for (const userName of ['maya.koch', 'noah.lind'])
      await addPerson(connected.deps, { userName, userType: 'Power User' });
    await page.goto(`${connected.url}/local-login?return=%2Fsettings%2Fpeople%2Fnew`);
    await logInLocally();
    await page.locator('#userName').fill('grace.hopper');
    await context.clearCookies();
    await page.locator('#userName').press('Enter');
    await page.waitForURL(`${connected.url}/login?**`);
    await logInLocally('noah.lind');
    await page.waitForURL(`${connected.url}/settings/people/new`);
    expect(await page.locator('#userName').inputValue()).to.equal('');
  });

  it('keeps the fragment of a link', async () => {
    await page.goto(`${connected.url}/profile#login`);
    expect(await page.locator('input[name="return"]').first().inputValue()).to.equal('/profile#login');
    await page.getByRole('link', { name: 'Log in with Cloud Directory' }).click();
    await logInAtProvider(page);
    await page.waitForURL(`${connected.url}/profile#login`);
  });

  async function logInLocally(userName = 'maya.koch'): Promise<void> {
    await enterLogin(page, userName);
  }
});
