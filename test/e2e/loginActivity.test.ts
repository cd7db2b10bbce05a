import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { insertLoginActivity } from '../../src/store/loginActivity.ts';
import { newestAttempt, respond, type Signing, startSigning } from '../saml/support/signingProvider.ts';
import { accessibilityFaults } from '../support/accessibility.ts';
import { addPerson } from '../support/anteroom.ts';
import { enterLogin, openPage } from '../support/pages.ts';
import { anActivity } from '../support/rows.ts';
import { shoot } from './screenshots.ts';

const OTHER = 'https://old.acme.example/saml/metadata';

describe('Login activity in a browser', function () {
  this.timeout(60_000);
  let signing: Signing;
  let reference: string;

  beforeEach(async () => {
    signing = await startSigning();
    await addPerson(signing.deps, { userName: 'maya.koch', givenName: 'Maya', userType: 'Power User' });
    await addPerson(signing.deps, { userName: 'ada', email: 'ada@acme.com', givenName: 'Ada', familyName: 'Byron' });
    await fillTwoWeeks(signing);
    await respond(signing);
    await respond(signing, {
      parts: ({ conditions }) => ({ conditions: conditions.replace(/(<saml:Audience>)[^<]*/, `$1${OTHER}`) }),
    });
    reference = String((await newestAttempt(signing)).reference);
  });

  for (const javaScriptEnabled of [true, false])
    it(`leads from a reference to the place in the response and back, ${javaScriptEnabled ? 'with' : 'without'} scripts`, async () => {
      const page = await openPage({ javaScriptEnabled, reducedMotion: 'reduce' });
      await open(page);
      await page.getByLabel('Search').fill(reference);
      await page.getByRole('button', { name: 'Search' }).click();
      await page.locator('table.card-table tbody a').first().click();
      await page.getByRole('heading', { name: 'Refused: the response was issued for a different' }).waitFor();
      await page.getByRole('link', { name: 'AudienceRestriction/Audience' }).click();
      const place = page.locator('mark.xml-refused', { has: page.locator(':target') });
      expect(await place.textContent()).to.contain(OTHER);
      expect(await place.evaluate((mark) => getComputedStyle(mark).outlineStyle)).to.equal('solid');
      expect(await place.evaluate((mark) => mark.getBoundingClientRect().top < innerHeight)).to.equal(true);
      if (javaScriptEnabled) await shoot(page, 'login-messages');
      await place.getByRole('link', { name: 'Audience' }).click();
      expect(await page.locator('#check-17:target').textContent()).to.contain('audience_mismatch');
      if (javaScriptEnabled) expect(await accessibilityFaults(page)).to.deep.equal([]);
    });

  it('is filtered, counted and exported, also on a phone', async () => {
    for (const width of [1280, 320]) {
      const page = await openPage({ viewport: { width, height: 900 } });
      await open(page);
      expect(await page.getByLabel('IP address or network').isVisible()).to.equal(false);
      if (width > 320) await shoot(page, 'login-charts');
      await page.getByText('Filters').click();
      await page.getByLabel('Person').fill('ada@acme.com');
      await page.getByLabel('IP address or network').fill('127.0.0.0/8, ::1');
      await page.getByRole('button', { name: 'Search' }).click();
      await page.waitForURL('**person=ada%40acme.com**');
      expect(await page.locator('table.card-table tbody tr').count()).to.equal(1);
      expect(await page.locator('table.card-table tbody').textContent()).to.contain('Ada Byron');
      const download = page.waitForEvent('download');
      await page.getByRole('link', { name: 'CSV' }).click();
      const lines = readFileSync(await (await download).path(), 'utf8')
        .trimEnd()
        .split('\n');
      expect([lines.length, lines[1]?.includes('"ada@acme.com","ada"')]).to.deep.equal([2, true]);
      expect(await accessibilityFaults(page)).to.deep.equal([]);
      await page.getByLabel('IP address or network').fill('10.0.0.0/99');
      await page.getByRole('button', { name: 'Search' }).click();
      await page.getByText('Enter addresses or networks').waitFor();
      expect(await page.getByLabel('IP address or network').inputValue()).to.equal('10.0.0.0/99');
      await page.getByRole('link', { name: 'Clear' }).first().click();
      await page.getByRole('link', { name: 'The response was issued for a different service provider' }).click();
      await page.waitForURL('**reason=audience_mismatch**');
      expect(await page.locator('table.card-table tbody tr').count()).to.equal(1);
    }
  });

  async function open(page: Page): Promise<void> {
    await page.goto(`${signing.url}/local-login?return=/settings/security/activity`);
    await enterLogin(page, 'maya.koch');
    await page.getByRole('heading', { name: 'Login activity' }).waitFor();
  }
});

/** Adds logins of two weeks, mostly on working days, and some refusals. */
async function fillTwoWeeks({ deps, domain, provider }: Signing): Promise<void> {
  await deps.store.db.transaction().execute(async (trx) => {
    for (let hour = 1; hour < 14 * 24; hour += 1) {
      const at = deps.now() - hour * 3_600_000;
      const isLocal = hour % 7 === 0;
      const [reason, isRefused] = [hour % 3 ? 'person_unknown' : 'conditions_expired', hour % 11 === 0];
      const here = { at, domainId: domain.id, network: '10.0.0.1', asserted: `person.${hour}` };
      const by = isLocal ? { flow: 'local' } : { providerId: provider.id };
      const end = isRefused ? { reason } : { outcome: 'logged_in', reason: null };
      if (new Date(at).getUTCDay() % 6 !== 0 || hour % 5 === 0)
        await insertLoginActivity(trx, anActivity({ ...here, ...by, ...end }));
    }
  });
}
