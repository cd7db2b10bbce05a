import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { addPerson, testPassword } from '../support/anteroom.ts';
import { type Connected, connect } from '../support/connect.ts';
import { openPage } from '../support/pages.ts';

describe('sessions', function () {
  this.timeout(120_000);
  let connected: Connected;

  before(async () => {
    connected = await connect();
    connected.deps.clock.at = Date.now(); // the browser's own clock ends cookies
    connected.cloud.clock.now = connected.deps.clock.at;
    await addPerson(connected.deps, { userName: 'maya.koch', userType: 'Power User' });
    await addPerson(connected.deps, { userName: 'anna.berg', email: 'anna.berg@acme.example' });
  });

  it('end everywhere: by their person, and by a Power User', async () => {
    const [laptop, phone, maya] = [await openPage(), await openPage(), await openPage()];
    for (const page of [laptop, phone]) await logInAtProvider(page);
    await laptop.goto(`${connected.url}/profile`);
    const devices = laptop.locator('.card', { hasText: 'Where you are logged in' });
    expect(await devices.getByText('Chrome on').count()).to.equal(2);
    await devices.getByRole('button', { name: 'Log out everywhere else' }).click();
    await laptop.getByText('You are logged out there.').waitFor();
    expect(await isLoggedIn(phone)).to.equal(false);
    expect(await isLoggedIn(laptop)).to.equal(true);

    await maya.goto(`${connected.url}/local-login`);
    await maya.getByLabel('User name').fill('maya.koch');
    await maya.getByLabel('Password').fill(testPassword);
    await maya.getByLabel('Password').press('Enter');
    await maya.waitForURL(`${connected.url}/`);
    await maya.goto(`${connected.url}/settings/security/sessions`);
    await maya.getByLabel('Logged in with').selectOption('Cloud Directory');
    await maya.getByRole('button', { name: 'Search' }).click();
    await maya.getByRole('button', { name: /^End the session of/ }).click();
    await maya.getByText('1 session was ended.').waitFor();
    expect(await isLoggedIn(laptop)).to.equal(false);
    expect(await isLoggedIn(maya)).to.equal(true);
  });

  async function logInAtProvider(page: Page): Promise<void> {
    await page.goto(`${connected.url}/login`);
    await page.getByRole('link', { name: 'Log in with Cloud Directory' }).click();
    await page.locator('input[name="login"]').fill('anna.berg');
    await page.locator('input[name="password"]').fill('cloud-demo');
    await page.locator('input[name="password"]').press('Enter');
    await page.waitForURL(`${connected.url}/`);
  }

  async function isLoggedIn(page: Page): Promise<boolean> {
    await page.goto(`${connected.url}/profile`);
    return new URL(page.url()).pathname === '/profile';
  }
});
