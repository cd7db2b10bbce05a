import { expect } from 'chai';
import type { BrowserContext, Page } from 'playwright-core';
import { type Provider, startProvider } from '../../demo/provider.ts';
import { type Anteroom, addPerson, startAnteroom } from '../support/anteroom.ts';
import { openBrowser } from '../support/chromium.ts';
import { whenDone } from '../support/cleanup.ts';
import { enterLogin } from '../support/pages.ts';
import { shoot } from './screenshots.ts';

const maya = {
  userName: 'maya.koch',
  email: 'maya.koch@acme.example',
  givenName: 'Maya',
  familyName: 'Koch',
  userType: 'Power User',
};
const anna = { userName: 'anna.berg', email: 'anna.berg@acme.example', givenName: 'Anna', familyName: 'Berg' };

/** The steps of the provider's article with its own labels, in a browser, with the two applications on different sites. */
describe('setup as the article describes it', () => {
  let anteroom: Anteroom;
  let cloud: Provider;
  let admin: Page; // of the provider
  let powerUser: Page;
  let newVisitor: () => Promise<Page>;

  before(async function () {
    this.timeout(60_000);
    anteroom = await startAnteroom({ at: Date.now() });
    await addPerson(anteroom.deps, maya);
    await addPerson(anteroom.deps, anna);
    cloud = await startProvider({ now: () => anteroom.deps.clock.at });
    whenDone(() => cloud.close());
    const browser = await openBrowser();
    const contexts: BrowserContext[] = [];
    newVisitor = async () => {
      const context = await browser.newContext({
        viewport: { width: 1280, height: 900 },
        permissions: ['clipboard-read', 'clipboard-write'],
      });
      contexts.push(context);
      return context.newPage();
    };
    admin = await newVisitor();
    powerUser = await newVisitor();
  });

  let metadataUrl = '';
  let entityId = '';
  let acsUrl = '';

  it('adds the application at the provider', async () => {
    await admin.goto(`${cloud.url}/admin/login`);
    await admin.getByLabel('E-mail').fill('admin@cloud.example');
    await admin.getByLabel('Password').fill('cloud-admin');
    await admin.getByRole('button', { name: 'Log in', exact: true }).click();
    await admin.getByRole('link', { name: 'Add New Application' }).first().click();
    await admin.getByLabel('Search').fill('Anteroom');
    await admin.getByRole('button', { name: 'Search' }).click();
    await admin.getByRole('button', { name: 'Next' }).click();
    await admin.getByLabel('Display Label').fill('Acme Intranet');
    await admin.getByRole('button', { name: 'Save Application' }).click();
    await admin.getByRole('link', { name: 'Configure Application' }).click();
    metadataUrl = await admin.getByLabel('Metadata URL', { exact: true }).inputValue();
    expect(metadataUrl).to.contain('/metadata');
  });

  it('sets up the domain: Control Panel, Manage SAML Authentication, Setup Domain, copy the EntityID, Save', async () => {
    await powerUser.goto(`${anteroom.url}/`);
    await enterLogin(powerUser, 'maya.koch');
    await powerUser.getByRole('link', { name: 'Application Settings' }).first().click();
    await powerUser.getByRole('link', { name: 'Manage SAML Authentication' }).first().click();
    await powerUser.getByRole('link', { name: 'Setup Domain', exact: true }).click();
    entityId = await powerUser.getByLabel('EntityID').first().inputValue();
    acsUrl = await powerUser.getByLabel('ACS URL').first().inputValue();
    expect(entityId).to.equal(`${anteroom.url}/saml/metadata`);
    await powerUser.getByRole('button', { name: 'Copy EntityID' }).click();
    expect(await powerUser.evaluate(() => navigator.clipboard.readText())).to.equal(entityId);
    await powerUser.getByRole('button', { name: 'Save', exact: true }).click();
    await powerUser.getByRole('heading', { name: 'Manage SAML Authentication' }).waitFor();
  });

  it('ensures that the EntityID matches the SP Entity ID at the provider, and binds the people', async () => {
    await admin.getByLabel('SP Entity ID').fill(entityId);
    await admin.getByLabel('ACS URL').fill(acsUrl);
    await admin.locator('button.btn-primary', { hasText: 'Save' }).click();
    await admin.getByRole('link', { name: 'User Groups' }).last().click();
    await admin.getByLabel('Employees').check();
    await admin.getByRole('button', { name: 'Save', exact: true }).click();
  });

  it('imports the metadata URL, edits the new provider, and makes it the default', async () => {
    await powerUser.getByRole('link', { name: 'Identity Providers' }).first().click();
    await powerUser.getByLabel('Metadata URL').fill(metadataUrl);
    await powerUser.getByRole('button', { name: 'Import', exact: true }).click();
    await powerUser.getByText(metadataUrl.replace('/metadata', ''), { exact: true }).first().waitFor();
    await powerUser.getByRole('button', { name: 'Import this provider' }).click();
    await powerUser.getByRole('link', { name: /^Edit/ }).click();
    await powerUser.getByLabel('Name', { exact: true }).fill('Cloud Directory');
    await powerUser.getByLabel('Show as a button on the Log-In screen').check();
    await powerUser.getByRole('button', { name: 'Save', exact: true }).click();
    await powerUser.getByRole('button', { name: 'Make Default Provider' }).click();
    await shoot(powerUser, 'identity-providers');
    await powerUser.getByRole('link', { name: 'Back' }).first().click();
  });

  it('logs an employee in with the button and returns to the requested page', async () => {
    const employee = await newVisitor();
    await employee.goto(`${anteroom.url}/people?search=anna`);
    await shoot(employee, 'login');
    await employee.getByRole('link', { name: 'Log in with Cloud Directory' }).click();
    await logInAtProvider(employee, 'anna.berg');
    await employee.waitForURL(`${anteroom.url}/people?search=anna`);
    await employee.goto(`${anteroom.url}/profile`);
    await employee.getByText('anna.berg@acme.example').first().waitFor();
    await employee.getByRole('button', { name: 'Log out' }).click();
    await employee.getByText('Cloud Directory: you may still be logged in').waitFor();
  });

  it('enables Auto Login, which redirects a visitor to the provider', async () => {
    await powerUser.reload();
    await powerUser.getByLabel('Enable Auto Login').check();
    await powerUser.getByText(/^Auto Login is on for .*\.$/).waitFor();
    await powerUser.reload();
    await powerUser.getByText('Visitors who are not logged in go straight to Cloud Directory').waitFor();
    await shoot(powerUser, 'manage-saml');
    const employee = await newVisitor();
    await employee.goto(`${anteroom.url}/profile`);
    await logInAtProvider(employee, 'anna.berg');
    await employee.waitForURL(`${anteroom.url}/profile`);
  });

  it('logs in an employee who opens the tile', async () => {
    const employee = await newVisitor();
    await employee.goto(`${cloud.url}/console/login`);
    await logInAtProvider(employee, 'anna.berg');
    await employee.getByRole('link', { name: /Acme Intranet/ }).click();
    await employee.waitForURL(`${anteroom.url}/`);
    await employee.getByRole('heading', { name: 'Welcome, Anna' }).waitFor();
  });

  it('refuses a person who is not in the People Directory, and shows a Power User why', async () => {
    const stranger = await newVisitor();
    await stranger.goto(`${anteroom.url}/`);
    await logInAtProvider(stranger, 'ben.okafor');
    await stranger.getByRole('heading', { name: 'You are not in the People Directory yet' }).waitFor();
    const reference = (await stranger.locator('strong.mono').textContent()) ?? '';
    await powerUser.goto(`${anteroom.url}/settings/security/activity/${reference}`);
    await powerUser.getByText('person_unknown').first().waitFor();
    await shoot(powerUser, 'login-activity');
  });

  it('asks before a tile logs in a different person', async () => {
    const page = await newVisitor();
    await page.goto(`${anteroom.url}/local-login`);
    await enterLogin(page, 'maya.koch');
    await page.goto(`${cloud.url}/console/login`);
    await logInAtProvider(page, 'anna.berg');
    await page.getByRole('link', { name: /Acme Intranet/ }).click();
    await page.getByRole('button', { name: 'Continue as Anna Berg' }).click();
    await page.getByRole('heading', { name: 'Welcome, Anna' }).waitFor();
  });

  it('runs a Test login without changing the Power User’s session', async () => {
    await powerUser.goto(`${anteroom.url}/settings/security/saml`);
    await powerUser.getByRole('link', { name: 'Identity Providers' }).first().click();
    await powerUser.getByRole('link', { name: /^Edit/ }).click();
    const opened = powerUser.waitForEvent('popup');
    await powerUser.getByRole('button', { name: 'Test login' }).click();
    const tab = await opened;
    await logInAtProvider(tab, 'anna.berg');
    await tab.waitForURL(/\/settings\/security\/activity\//);
    await tab.getByText('anna.berg@acme.example').first().waitFor();
    await tab.getByText('Maya Koch').first().waitFor();
  });
});

async function logInAtProvider(page: Page, userName: string): Promise<void> {
  await enterLogin(page, userName, 'cloud-demo');
}
