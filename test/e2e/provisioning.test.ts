import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { findUserByUserName } from '../../src/store/users.ts';
import { addPerson } from '../support/anteroom.ts';
import { type Connected, connect } from '../support/connect.ts';
import { enterLogin, openPage } from '../support/pages.ts';

/** The article's second half: identity management, in a browser. */
describe('provisioning as the article describes it', () => {
  let connected: Connected;
  let admin: Page; // of the provider
  let powerUser: Page;
  let employee: Page;

  before(async function () {
    this.timeout(60_000);
    connected = await connect();
    await addPerson(connected.deps, {
      userName: 'sam.reed',
      givenName: 'Sam',
      familyName: 'Reed',
      userType: 'Power User',
    });
    const options = { viewport: { width: 1280, height: 900 } };
    [admin, powerUser, employee] = [await openPage(options), await openPage(options), await openPage(options)];
    await powerUser.goto(`${connected.url}/local-login`);
    await enterLogin(powerUser, 'sam.reed');
    await admin.goto(`${connected.cloud.url}/admin/login`);
    await admin.getByLabel('E-mail').fill('admin@cloud.example');
    await admin.getByLabel('Password').fill('cloud-admin');
    await admin.getByRole('button', { name: 'Log in', exact: true }).click();
  });

  let token = '';
  let baseUrl = '';

  it('creates a source: Manage Profile Sources, SCIM, a name, Generate Key', async () => {
    await powerUser.getByRole('link', { name: 'Application Settings' }).first().click();
    await powerUser.getByRole('link', { name: /Manage Profile Sources/ }).click();
    await powerUser.getByRole('link', { name: /SCIM/ }).first().click();
    baseUrl = await powerUser.getByRole('textbox', { name: 'SCIM base URL' }).inputValue();
    await powerUser.getByLabel('Name').fill('JumpCloud');
    expect(await powerUser.getByLabel('Active').isChecked()).to.equal(true);
    await powerUser.getByLabel('Log Request Body in SCIM Service').check();
    await powerUser.getByRole('button', { name: 'Generate Key' }).click();
    token = await powerUser.getByRole('textbox', { name: 'Authentication Token' }).inputValue();
    expect(token).to.match(/^[\w-]{43}$/);
    await powerUser.reload();
    expect(await powerUser.content()).not.to.contain(token);
  });

  it('activates the integration, which provisions the people and groups of the application', async () => {
    await admin.goto(`${connected.cloud.url}/admin/applications/${connected.applicationId}/identity-management`);
    await admin.getByRole('button', { name: 'Configure' }).click();
    await admin.getByLabel(/Enable management of User Groups/).check();
    await admin.getByLabel('Base URL').fill(baseUrl);
    await admin.getByLabel('Token Key').fill(token);
    await admin.getByRole('button', { name: 'Activate' }).click();
    await admin.getByText('successfully verified').waitFor();
    const dora = await findUserByUserName(connected.deps.store.db, 'dora.novak');
    expect(dora).to.deep.include({ active: true, givenName: 'Dora', familyName: 'Novák' });
    await powerUser.goto(`${connected.url}/settings/groups`);
    await powerUser.getByRole('link', { name: 'Employees' }).waitFor();
  });

  it('logs in a provisioned person without further setup', async () => {
    await employee.goto(`${connected.url}/profile`);
    await employee.getByRole('link', { name: 'Log in with Cloud Directory' }).click();
    await enterLogin(employee, 'dora.novak', 'cloud-demo');
    await employee.waitForURL(`${connected.url}/profile`);
    await employee.getByText('dora.novak').first().waitFor();
  });

  it('logs out a person as soon as the provider suspends them', async () => {
    expect(employee.url()).to.equal(`${connected.url}/profile`);
    await admin.goto(`${connected.cloud.url}/admin/users`);
    await admin.getByRole('link', { name: /Dora/ }).click();
    await admin.getByRole('button', { name: /Suspend/ }).click();
    await admin
      .getByText(/suspended/i)
      .first()
      .waitFor();
    await employee.goto(`${connected.url}/profile`);
    expect(employee.url()).to.contain('/login?return=%2Fprofile');
  });

  it('logs the same actions on both sides', async () => {
    await powerUser.goto(`${connected.url}/settings/profile-sources/log`);
    await powerUser.locator('td', { hasText: 'user_deprovision' }).first().waitFor();
    await powerUser.locator('td', { hasText: 'group_create_provision' }).first().waitFor();
    await admin.goto(`${connected.cloud.url}/admin/insights`);
    await admin.locator('td', { hasText: 'user_deprovision' }).first().waitFor();
  });
});
