import { expect } from 'chai';
import type { BrowserContext, Page } from 'playwright-core';
import { removeProvider } from '../../src/federation/providers.ts';
import { findDomain } from '../../src/store/domains.ts';
import { listProviders } from '../../src/store/identityProviders.ts';
import { accessibilityFaults } from '../support/accessibility.ts';
import { addPerson } from '../support/anteroom.ts';
import { openBrowser } from '../support/chromium.ts';
import { type Connected, connect } from '../support/connect.ts';
import { enterLogin } from '../support/pages.ts';
import { shoot } from './screenshots.ts';

/** A Power User tests a provider before and after its import, repairs what fails, and turns Auto Login on. */
describe('testing before switching over', function () {
  this.timeout(60_000);
  let connected: Connected;
  let context: BrowserContext;
  let admin: Page;

  before(async () => {
    // The NameID is a user name that the intranet does not know.
    connected = await connect({ sso: { nameId: 'username' } });
    const { deps, provider } = connected;
    await removeProvider(deps, provider.id);
    await addPerson(deps, { userName: 'sam.reed', userType: 'Power User', email: 'sam.reed@acme.example' });
    const anna = { userName: 'aberg', email: 'anna.berg@acme.example', givenName: 'Anna', familyName: 'Berg' };
    await addPerson(deps, anna);
    await addPerson(deps, { userName: 'luis', email: 'luis@acme.example', loginType: 'Local Login' });
    context = await (await openBrowser()).newContext();
    admin = await context.newPage();
    await admin.goto(`${connected.url}/local-login?return=/settings/security/saml`);
    await enterLogin(admin, 'sam.reed');
    await admin.getByRole('link', { name: 'Identity Providers' }).first().click();
  });

  it('tests metadata that is not imported yet, and proposes what helps', async () => {
    await admin.getByLabel('Metadata URL').fill(`${connected.cloud.url}/saml2/${connected.applicationId}/metadata`);
    await admin.getByRole('button', { name: 'Import', exact: true }).click();
    await admin.getByRole('heading', { name: 'Import this provider?' }).waitFor();
    await look(admin);
    const tab = await startTest();
    await logInAtProvider(tab);
    await tab.getByRole('heading', { name: 'Refused: the person is not in the People Directory' }).waitFor();
    expect(await listProviders(connected.deps.store.db)).to.deep.equal([]);
    await look(tab);
    await shoot(tab, 'test-login');
    await tab.getByRole('button', { name: 'Match people by email' }).click();
    await tab.getByText('It is imported with the settings of the test: attribute.').waitFor();
    await tab.close();
  });

  it('tests what is typed on the form without saving it, and fills a proposal in', async () => {
    await admin.getByRole('button', { name: 'Import this provider' }).click();
    await admin.getByText('Not tested').waitFor();
    await look(admin);
    await admin.getByRole('link', { name: /^Edit/ }).click();
    await admin.getByLabel('Name', { exact: true }).fill('Cloud Directory');
    await admin.getByLabel('Clock skew in seconds').fill('90');
    const failed = await startTest();
    await failed.getByRole('heading', { name: 'Refused: the person is not in the People Directory' }).waitFor();
    expect(await admin.getByLabel('Clock skew in seconds').inputValue(), 'the form stays').to.equal('90');
    await failed.getByRole('button', { name: 'Match people by email' }).click();
    await failed.getByText('Filled in from the test, and not saved yet: name, attribute, clock skew.').waitFor();
    expect(await failed.getByLabel('Attribute', { exact: true }).inputValue()).to.equal('email');
    await look(failed);
    const opened = failed.waitForEvent('popup');
    await failed.getByRole('button', { name: 'Test login' }).click();
    const passed = await opened;
    await passed.getByRole('heading', { name: 'Test login succeeded' }).waitFor();
    await passed.getByText('may log in: active, Intranet User').waitFor();
    await passed.getByText('Sam').first().waitFor();
    await look(passed);
    const [saved] = await listProviders(connected.deps.store.db);
    expect(saved?.settings).to.include({ matchAttribute: '', clockSkewSeconds: 60 });
    for (const tab of [failed, passed]) await tab.close();
  });

  it('asks before Auto Login is turned on untested, and says who would be locked out', async () => {
    await admin.goto(admin.url());
    await admin.getByRole('button', { name: 'Make Default Provider' }).click();
    await admin.getByRole('link', { name: 'Back' }).first().click();
    await admin.getByLabel('Enable Auto Login').click();
    await admin.getByRole('heading', { name: 'Enable Auto Login without a test?' }).waitFor();
    await look(admin);
    await admin.getByRole('link', { name: 'See who would be locked out' }).click();
    await admin.getByText('1 person', { exact: true }).waitFor();
    await admin.getByRole('link', { name: 'luis', exact: true }).waitFor();
    await look(admin);
    const download = admin.waitForEvent('download');
    await admin.getByRole('link', { name: 'Export as CSV' }).click();
    expect((await download).suggestedFilename()).to.match(/^locked-out-.*\.csv$/);
    await admin.goBack();
  });

  it('turns it on at once after the test that it offers has passed', async () => {
    await addPerson(connected.deps, { userName: 'anna.berg', givenName: 'Anna' }); // now the NameID names someone
    const tab = await startTest();
    await tab.getByRole('heading', { name: 'Test login succeeded' }).waitFor();
    await tab.close();
    await admin.getByRole('link', { name: 'Cancel' }).click();
    await admin.getByLabel('Enable Auto Login').check();
    await admin.getByText(/^Auto Login is on for/).waitFor();
    await look(admin);
    expect((await findDomain(connected.deps.store.db, connected.domain.id))?.autoLogin).to.equal(true);
  });

  async function startTest(): Promise<Page> {
    connected.deps.clock.advance(1_000);
    connected.cloud.clock.now = connected.deps.clock.at;
    const opened = admin.waitForEvent('popup');
    await admin.getByRole('button', { name: 'Test login' }).click();
    return opened;
  }

  async function logInAtProvider(tab: Page): Promise<void> {
    await enterLogin(tab, 'anna.berg', 'cloud-demo');
  }

  async function look(page: Page): Promise<void> {
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.emulateMedia({ colorScheme: 'light' });
  }
});
