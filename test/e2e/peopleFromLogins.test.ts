import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { providerPath } from '../../src/paths.ts';
import { findUsersByUserNameOrEmail } from '../../src/store/users.ts';
import { accessibilityFaults } from '../support/accessibility.ts';
import { addPerson } from '../support/anteroom.ts';
import { type Connected, connect } from '../support/connect.ts';
import { enterLogin, openPage } from '../support/pages.ts';

/** A Power User lets a provider create people, sees in a preview who that would be, and a new person logs in. */
describe('people from logins', function () {
  this.timeout(60_000);
  let connected: Connected;
  let admin: Page;

  before(async () => {
    connected = await connect();
    await addPerson(connected.deps, { userName: 'sam.reed', userType: 'Power User' });
    admin = await openPage();
    const path = providerPath(connected.domain.id, connected.provider.id);
    await admin.goto(`${connected.url}/local-login?return=${path}`);
    await enterLogin(admin, 'sam.reed');
    await admin.getByRole('link', { name: 'People that it creates and updates' }).click();
  });

  it('are created by rules, with errors beside the fields', async () => {
    await admin.getByLabel('Create people at their first login').check();
    await admin.getByLabel('Required attribute').fill('memberOf');
    await admin.getByLabel('Sent by the provider, line 1').fill('email');
    await admin.getByRole('button', { name: 'Save' }).click();
    await admin.getByText('Enter at least one value.').waitFor();
    await admin.getByText('Select where it goes.').waitFor();
    await look();
    await admin.getByLabel('Required values').fill('Engineers');
    await admin.getByLabel('Goes to, line 1').selectOption({ label: 'E-mail' });
    await admin.getByLabel('Sent by the provider, line 2').fill('firstname');
    await admin.getByLabel('Goes to, line 2').selectOption({ label: 'Given name' });
    await admin.getByRole('button', { name: 'Save' }).click();
    await admin.getByText('Saved.').waitFor();
    await look();
  });

  it('are previewed from the last Test login, with a warning if it would be refused', async () => {
    await admin.getByRole('link', { name: 'Back' }).click();
    const opened = admin.waitForEvent('popup');
    await admin.getByRole('button', { name: 'Test login' }).click();
    const tab = await opened;
    await logIn(tab);
    await tab.getByRole('heading', { name: 'Refused: the required value is missing' }).waitFor();
    await tab.close();
    await admin.getByRole('link', { name: 'People that it creates and updates' }).click();
    await admin.getByText(/^The last Test login had memberOf /).waitFor();
    await look();
    await admin.getByLabel('Required values').fill('Engineers\nEmployees');
    await admin.getByRole('button', { name: 'Save' }).click();
    await admin.getByText('anna.berg@acme.example').first().waitFor();
    expect(await admin.locator('.alert-warning').count()).to.equal(0);
    await look();
  });

  it('log in, and are shown with the provider that created them', async () => {
    connected.deps.clock.advance(1_000);
    connected.cloud.clock.now = connected.deps.clock.at;
    const page = await openPage();
    await page.goto(`${connected.url}/saml/login/${connected.provider.id}?return=/profile`);
    await logIn(page);
    await page.getByText('Anna').first().waitFor();
    const [anna] = await findUsersByUserNameOrEmail(connected.deps.store.db, 'anna.berg@acme.example');
    await admin.goto(`${connected.url}/settings/people/${anna?.id}`);
    await admin.getByText(`created by ${connected.provider.name}`).waitFor();
    await look();
  });

  async function logIn(page: Page): Promise<void> {
    await enterLogin(page, 'anna.berg', 'cloud-demo');
  }

  async function look(): Promise<void> {
    expect(await accessibilityFaults(admin)).to.deep.equal([]);
    await admin.setViewportSize({ width: 1280, height: 900 });
    await admin.emulateMedia({ colorScheme: 'light' });
  }
});
