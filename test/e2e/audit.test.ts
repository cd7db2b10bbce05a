import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { actAs } from '../../src/audit/actor.ts';
import { recordChange } from '../../src/audit/record.ts';
import { sealEntries } from '../../src/audit/seal.ts';
import { accessibilityFaults } from '../support/accessibility.ts';
import { type Anteroom, addPerson, startAnteroom } from '../support/anteroom.ts';
import { enterLogin, openPage } from '../support/pages.ts';
import { shoot } from './screenshots.ts';

describe('the audit log in a browser', function () {
  this.timeout(60_000);
  let anteroom: Anteroom;

  beforeEach(async () => {
    anteroom = await startAnteroom();
    const { deps } = anteroom;
    await addPerson(deps, { userName: 'maya.koch', givenName: 'Maya', familyName: 'Koch', userType: 'Power User' });
    await addPerson(deps, { userName: 'anna.berg', givenName: 'Anna', familyName: 'Berg', title: 'Engineer' });
    const root = { kind: 'commandLine', id: null, name: 'root', address: null } as const;
    const settings = { kind: 'settings', id: 'intranet', name: 'General' } as const;
    const greeting = { name: 'greeting', before: 'Hello', after: '<b>Welcome</b> مرحبا \u202egnp' };
    await actAs(deps, root, () => recordChange(deps.store.db, deps, 'settings.updated', settings, [greeting]));
    await sealEntries(deps);
  });

  it('leads from a person to their history, an entry, the search, a file and the verification', async () => {
    const page = await openPage({ viewport: { width: 1280, height: 900 } });
    await open(page, '/settings/security/audit');
    await shoot(page, 'audit-log');
    await page.goto(`${anteroom.url}/settings/people?q=anna`);
    await page.getByRole('link', { name: 'Anna Berg' }).first().click();
    await page.getByLabel('Job title').fill('Head of Engineering');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Saved: Job title.').waitFor();
    await page.getByRole('link', { name: 'History', exact: true }).click();
    const newest = page.locator('table.card-table tbody tr').first();
    expect(await newest.textContent())
      .to.contain('maya.koch')
      .and.contain('Engineer → Head of Engineering');
    expect(await accessibilityFaults(page)).to.deep.equal([]); // which leaves the page as narrow as a phone
    await newest.getByRole('link').first().click();
    await page.getByText('Not yet sealed').waitFor();
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    await page.getByRole('link', { name: 'Previous change' }).click();
    await page.getByRole('heading', { name: 'Person added: anna.berg' }).waitFor();

    await page.getByRole('link', { name: 'Audit log' }).click();
    await page.getByLabel('Search', { exact: true }).fill('welcome');
    await page.getByText('Filters').click();
    await page.getByLabel('Changed by').selectOption('Command line');
    await page.getByLabel('Action').selectOption('Settings: all');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.waitForURL('**by=commandLine**');
    expect(await newest.textContent())
      .to.contain('Hello → <b>Welcome</b>')
      .and.contain('⟨U+202E⟩');
    expect(await page.locator('table.card-table tbody tr').count()).to.equal(1);
    const download = page.waitForEvent('download');
    await page.getByRole('link', { name: 'CSV' }).click();
    expect(readFileSync(await (await download).path(), 'utf8')).to.contain('"Greeting: Hello → <b>Welcome</b>');

    await page.goto(`${anteroom.url}/settings/security/audit`);
    await page.getByRole('link', { name: 'Integrity and retention' }).click();
    await page.getByRole('button', { name: 'Verify now' }).click();
    await page.getByText('Intact', { exact: true }).waitFor();
    expect(await accessibilityFaults(page)).to.deep.equal([]);
  });

  async function open(page: Page, path: string): Promise<void> {
    await page.goto(`${anteroom.url}/local-login?return=${encodeURIComponent(path)}`);
    await enterLogin(page, 'maya.koch');
    await page.waitForURL(`**${path}`);
  }
});
