import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { setAutoLogin } from '../../src/federation/domains.ts';
import { accessibilityFaults } from '../support/accessibility.ts';
import { addPerson } from '../support/anteroom.ts';
import { type Connected, connect } from '../support/connect.ts';
import { openPage } from '../support/pages.ts';

for (const requestBinding of ['redirect', 'post'] as const)
  describe(`single logout in a browser, by ${requestBinding}`, function () {
    this.timeout(120_000);
    let connected: Connected;

    before(async () => {
      connected = await connect({ singleLogout: true, settings: { requestBinding } });
      connected.deps.clock.at = Date.now(); // the browser's own clock ends cookies
      connected.cloud.clock.now = connected.deps.clock.at;
      await addPerson(connected.deps, { userName: 'anna.berg', email: 'anna.berg@acme.example' });
      await setAutoLogin(connected.deps, connected.domain.id, true);
    });

    it('starts here, ends the session at the provider too, and says so without logging in again', async () => {
      const page = await openPage();
      await logIn(page);
      await page.goto(connected.url);
      await page.getByRole('button', { name: 'Log out' }).click();
      await page.getByText('You are logged out of the intranet and of Cloud Directory.').waitFor();
      expect(page.url()).to.match(/\/logged-out\?request=_[0-9a-f]{40}$/);
      expect(await accessibilityFaults(page)).to.deep.equal([]);
      await page.getByRole('link', { name: 'Log in again' }).click();
      await page.locator('input[name="password"]').waitFor(); // at the provider
    });

    it('starts at the provider, and ends the sessions here in every browser', async () => {
      const page = await openPage();
      await logIn(page);
      await page.goto(`${connected.cloud.url}/console`);
      await page.getByRole('button', { name: 'Log out' }).click();
      await page.getByText('Intranet: logged out').waitFor();
      expect(page.url().startsWith(connected.cloud.url)).to.equal(true);
      await page.goto(connected.url);
      await page.locator('input[name="password"]').waitFor();
    });

    async function logIn(page: Page): Promise<void> {
      await page.goto(connected.url);
      await page.locator('input[name="login"]').fill('anna.berg');
      await page.locator('input[name="password"]').fill('cloud-demo');
      await page.locator('input[name="password"]').press('Enter');
      await page.waitForURL(`${connected.url}/`);
    }
  });
