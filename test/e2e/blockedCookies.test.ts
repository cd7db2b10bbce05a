import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { setAutoLogin } from '../../src/federation/domains.ts';
import { listLoginActivity } from '../../src/store/loginSearch.ts';
import { findUserByUserName } from '../../src/store/users.ts';
import { addPerson, testPassword } from '../support/anteroom.ts';
import { openWithoutCookies } from '../support/chromium.ts';
import { type Connected, connect, openTile } from '../support/connect.ts';

const anna = { userName: 'anna.berg', email: 'anna.berg@acme.example', givenName: 'Anna', familyName: 'Berg' };

describe('a browser that blocks the cookies of the intranet', function () {
  this.timeout(60_000);
  let connected: Connected;
  let page: Page;

  beforeEach(async () => {
    connected = await connect();
    await addPerson(connected.deps, anna);
    page = await (await openWithoutCookies(connected.cloud.url)).newPage();
  });

  for (const isOn of [true, false])
    it(`ends on one page after a login from the intranet, with Auto Login ${isOn ? 'on' : 'off'}`, async () => {
      await setAutoLogin(connected.deps, connected.domain.id, isOn);
      await page.goto(`${connected.url}/people?q=ali`);
      if (!isOn) await page.getByRole('link', { name: 'Log in with Cloud Directory' }).click();
      await page.locator('input[name="login"]').fill('anna.berg');
      await page.locator('input[name="password"]').fill('cloud-demo');
      await page.locator('input[name="password"]').press('Enter');
      await expectThePage();
      const tryAgain = await page.getByRole('link', { name: 'Try again' }).getAttribute('href');
      expect(tryAgain).to.contain('return=%2Fpeople%3Fq%3Dali').and.not.contain('again=');
    });

  for (const isOn of [true, false])
    it(`ends on the same page after a login from the tile, with Auto Login ${isOn ? 'on' : 'off'}`, async () => {
      await setAutoLogin(connected.deps, connected.domain.id, isOn);
      const tile = await openTile(connected, 'anna.berg');
      const fields = Object.entries(tile.forms.find((form) => form.fields.SAMLResponse)?.fields ?? {});
      const inputs = fields.map(([name, value]) => `<input name="${name}" value="${value}">`).join('');
      await page.setContent(`<form method="post" action="${connected.url}/saml/acs">${inputs}</form>`);
      await page.evaluate(() => document.forms[0]?.submit());
      await expectThePage();
    });

  it('ends on the same page after a login with a password', async () => {
    await page.goto(`${connected.url}/local-login`);
    await page.locator('#userName').fill('anna.berg');
    await page.locator('#password').fill(testPassword);
    await page.locator('#password').press('Enter');
    await expectThePage();
  });

  async function expectThePage(): Promise<void> {
    await page.getByRole('heading', { name: 'Your browser blocks cookies' }).waitFor();
    const { db } = connected.deps.store;
    const { rows } = await listLoginActivity(db, {}, { limit: 9 });
    expect(rows.map(({ outcome }) => outcome)).not.to.include('logged_in');
    expect((await findUserByUserName(db, 'anna.berg'))?.lastLoginAt).to.equal(null);
    expect(await db.selectFrom('sessions').select('id').execute()).to.deep.equal([]);
  }
});
