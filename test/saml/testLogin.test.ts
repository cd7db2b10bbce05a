import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { addPerson, testPassword } from '../support/anteroom.ts';
import { openBrowser } from '../support/chromium.ts';
import { logInLocally } from '../support/client.ts';
import { type Connected, connect } from '../support/connect.ts';

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
