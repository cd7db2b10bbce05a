import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { setAutoLogin } from '../../src/federation/domains.ts';
import { flushTraffic } from '../../src/federation/traffic.ts';
import { saveSso } from '../demo/support/portal.ts';
import { accessibilityFaults } from '../support/accessibility.ts';
import { addPerson, testPassword } from '../support/anteroom.ts';
import { type Connected, connect } from '../support/connect.ts';
import { openPage } from '../support/pages.ts';

const anna = { userName: 'anna.berg', email: 'anna.berg@acme.example' };

describe('what never came back, in a browser', function () {
  this.timeout(60_000);
  let connected: Connected;

  beforeEach(async () => {
    connected = await connect();
    connected.deps.clock.at = Date.now(); // the browser's own clock ends cookies
    connected.cloud.clock.now = connected.deps.clock.at;
    await addPerson(connected.deps, { userName: 'maya.koch', userType: 'Power User' });
    await addPerson(connected.deps, anna);
  });

  it('is named with its fix while people end at the error page of the provider, and is over with the first login', async () => {
    const { deps, domain, provider, url, cloud, applicationId } = connected;
    await setAutoLogin(deps, domain.id, true);
    await saveSso(cloud.admin, applicationId, { spEntityId: 'urn:another', acsUrl: `${url}/saml/acs` });
    for (let person = 0; person < 5; person += 1) {
      const page = await openAsNobody();
      expect(page.url(), 'the error page of the provider').to.contain(cloud.url);
      await page.context().close();
    }
    await passTime(20);
    const page = await logInAsPowerUser();
    await page.goto(`${url}/settings`);
    await page.getByRole('link', { name: /^5 logins were sent to Cloud Directory/ }).click();
    await page.waitForURL(`**/identity-providers/${provider.id}`);
    expect(await page.getByLabel('ACS URL', { exact: true }).inputValue()).to.equal(`${url}/saml/acs`);
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    await page.getByRole('button', { name: 'Pause Auto Login' }).click();
    await page.getByText('No login comes back').waitFor();
    const visitor = await openAsNobody();
    await visitor.getByRole('link', { name: 'Log in with Cloud Directory' }).waitFor();
    await saveSso(cloud.admin, applicationId, { spEntityId: `${url}/saml/metadata`, acsUrl: `${url}/saml/acs` });
    await visitor.getByRole('link', { name: 'Log in with Cloud Directory' }).click();
    await visitor.locator('input[name="login"]').fill('anna.berg');
    await visitor.locator('input[name="password"]').fill('cloud-demo');
    await visitor.locator('input[name="password"]').press('Enter');
    await visitor.waitForURL(`${url}/`);
    await passTime(20);
    await page.goto(`${url}/settings/security/saml`);
    await page.getByText('Login works').waitFor();
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    await page.getByRole('button', { name: 'Resume Auto Login' }).first().click();
    await page.getByText('is on for').waitFor();
    expect(await page.getByLabel('Enable Auto Login').isChecked()).to.equal(true);
  });

  async function openAsNobody(): Promise<Page> {
    const page = await openPage();
    await page.goto(`${connected.url}/`);
    return page;
  }

  async function logInAsPowerUser(): Promise<Page> {
    const page = await openPage();
    await page.goto(`${connected.url}/local-login`);
    await page.getByLabel('User name').fill('maya.koch');
    await page.getByLabel('Password', { exact: true }).fill(testPassword);
    await page.getByRole('button', { name: 'Log in', exact: true }).click();
    await page.waitForURL(`${connected.url}/`);
    return page;
  }

  async function passTime(minutes: number): Promise<void> {
    connected.deps.clock.advance(minutes * 60_000);
    connected.cloud.clock.now = connected.deps.clock.at;
    await flushTraffic(connected.deps);
  }
});
