import { AxeBuilder } from '@axe-core/playwright';
import { expect } from 'chai';
import type { BrowserContextOptions, Page } from 'playwright-core';
import { previewMetadata } from '../../src/federation/importMetadata.ts';
import { createJob } from '../../src/jobs/jobs.ts';
import { startJob } from '../../src/jobs/worker.ts';
import { addGroup, addPeopleToGroup } from '../../src/people/groups.ts';
import { readImport } from '../../src/people/importPeople.ts';
import { addSource } from '../../src/sources/profileSources.ts';
import { listLoginActivity } from '../../src/store/loginActivity.ts';
import { addPerson, testPassword } from '../support/anteroom.ts';
import { openBrowser } from '../support/chromium.ts';
import { type Connected, connect, deliver, goThroughProvider, visitor } from '../support/connect.ts';

const looks: Record<string, BrowserContextOptions> = {
  'on a desktop': { viewport: { width: 1280, height: 900 }, colorScheme: 'light' },
  'on a narrow telephone in the dark': { viewport: { width: 320, height: 640 }, colorScheme: 'dark' },
};

const longName = 'Wolfeschlegelsteinhausenbergerdorff';

describe('every screen', () => {
  let connected: Connected;
  let paths: string[];

  before(async function () {
    this.timeout(60_000);
    connected = await connect();
    paths = await fill(connected);
  });

  for (const [look, options] of Object.entries(looks))
    it(`can be read and used by everybody ${look}`, async function () {
      this.timeout(300_000);
      const browser = await openBrowser();
      const page = await (await browser.newContext(options)).newPage();
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (message.type() === 'error' && !message.text().includes('status of 4'))
          complaints.push(`${page.url()}: ${message.text()}`);
      });
      for (const path of ['/login', '/local-login', '/logged-out', '/nothing-here'])
        complaints.push(...(await faultsOf(page, connected.url + path)));
      await page.goto(`${connected.url}/local-login`);
      await page.getByLabel('User name or e-mail').fill('maya.koch');
      await page.getByLabel('Password').fill('wrong');
      await page.getByRole('button', { name: 'Log in' }).click();
      complaints.push(...(await faultsOf(page)));
      await page.getByLabel('Password').fill(testPassword);
      await page.getByRole('button', { name: 'Log in' }).click();
      for (const path of paths) complaints.push(...(await faultsOf(page, connected.url + path)));
      expect(complaints).to.deep.equal([]);
    });
});

/** Gives each screen something to show, long names among it, and lists their addresses. */
async function fill(connected: Connected): Promise<string[]> {
  const { deps, domain, provider, cloud, applicationId } = connected;
  const maya = await addPerson(deps, {
    userName: 'maya.koch',
    email: 'maya.koch@acme.example',
    givenName: 'Maya',
    familyName: 'Koch',
    userType: 'Power User',
  });
  const long = await addPerson(deps, {
    userName: `${longName}.${longName}`,
    email: `${longName}@${longName}.example`,
    givenName: longName,
    familyName: longName,
  });
  const browser = visitor(connected);
  await deliver(browser, await goThroughProvider(browser, `/saml/login/${provider.id}`, 'anna.berg'));
  const { rows } = await listLoginActivity(deps.store.db, {}, { limit: 1, offset: 0 });
  const preview = await previewMetadata(deps, { url: `${cloud.url}/saml2/${applicationId}/metadata` });
  const group = await addGroup(deps, `Friends of ${longName}`);
  const source = await addSource(deps, { name: 'JumpCloud' });
  if (!preview.ok || !group.ok || !source.ok) throw new Error('the screens could not be filled');
  await addPeopleToGroup(deps, group.value.id, [maya.id, long.id]);
  const lines = `userName,title,userType\n${longName}.two,${longName},\nmaya.koch,Boss,\n,x,\n`;
  const read = await readImport(Buffer.from(lines));
  if (!read.ok) throw new Error('the file is not read');
  const plan = await startJob(deps, (await createJob(deps, read.value, 'Maya Koch')).id);
  const waiting = await createJob(deps, { kind: 'deactivate', input: {}, items: [long.id] }, longName + longName);
  const refused = await startJob(
    deps,
    (await createJob(deps, { kind: 'deactivate', input: {}, items: [maya.id] }, 'Maya')).id,
  );
  const saml = '/settings/security/saml';
  const providers = `${saml}/domains/${domain.id}/identity-providers`;
  const sourcePath = `/settings/profile-sources/scim/${source.value.source.id}`;
  return [
    '/',
    '/profile',
    '/people',
    '/people?q=nobody-at-all',
    `/people/${long.id}`,
    '/logout',
    '/settings',
    '/settings/general',
    saml,
    `${saml}/domains/new`,
    `${saml}/domains/${domain.id}`,
    `${saml}/domains/${domain.id}/removal`,
    providers,
    `${providers}/imports/${preview.value.id}`,
    `${providers}/${provider.id}`,
    `${providers}/${provider.id}/removal`,
    '/settings/security/activity',
    '/settings/security/activity?search=nothing',
    `/settings/security/activity/${rows[0]?.id}`,
    '/settings/people',
    '/settings/people?q=nobody-at-all',
    '/settings/people/new',
    '/settings/people/import',
    '/settings/jobs',
    ...[plan, waiting, refused].map(({ id }) => `/settings/jobs/${id}`),
    `/settings/jobs/${plan.id}?show=create`,
    ...['', '/password', '/deactivation', '/removal'].map((rest) => `/settings/people/${long.id}${rest}`),
    '/settings/groups',
    '/settings/groups/new',
    ...['', '/members/new', '/removal'].map((rest) => `/settings/groups/${group.value.id}${rest}`),
    '/settings/profile-sources',
    '/settings/profile-sources/scim',
    ...['', '/removal'].map((rest) => sourcePath + rest),
    '/settings/profile-sources/log',
  ];
}

/** What axe finds on a page (WCAG 2.2 A and AA), and whether it has to be scrolled sideways. */
async function faultsOf(page: Page, address?: string): Promise<string[]> {
  const answer = address === undefined ? null : await page.goto(address);
  const faults: string[] = [];
  if (answer && answer.status() >= 400 && !address?.endsWith('/nothing-here'))
    faults.push(`${address}: ${answer.status()}`);
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'])
    .analyze();
  for (const { id, nodes } of violations) faults.push(`${page.url()}: ${id} at ${nodes[0]?.target.join(' ')}`);
  const overflow = await page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
  if (overflow > 0) faults.push(`${page.url()}: ${overflow} px too wide`);
  return faults;
}
