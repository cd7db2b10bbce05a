import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { createNextKey } from '../../src/federation/domainKeys.ts';
import { getDomain } from '../../src/federation/domains.ts';
import { previewMetadata } from '../../src/federation/importMetadata.ts';
import { keepCollection } from '../../src/federation/metadataCollections.ts';
import { createProviderSetup } from '../../src/federation/providerSetups/links.ts';
import { createJob } from '../../src/jobs/jobs.ts';
import { startJob } from '../../src/jobs/worker.ts';
import { createPasswordLink } from '../../src/login/passwordLinks.ts';
import { personAttributes } from '../../src/people/attributes.ts';
import { addGroup, addPeopleToGroup } from '../../src/people/groups.ts';
import { readImport } from '../../src/people/importPeople.ts';
import { addSource } from '../../src/sources/profileSources.ts';
import { insertAuditEntry } from '../../src/store/audit.ts';
import { listLoginActivity } from '../../src/store/loginSearch.ts';
import { insertScimLog } from '../../src/store/scimLog.ts';
import { insertMail, writeMailResult } from '../../src/store/sentMails.ts';
import { insertNotice, noticeKinds } from '../../src/store/sourceNotices.ts';
import { findUserByUserName } from '../../src/store/users.ts';
import { listDeliveries } from '../../src/store/webhookDeliveries.ts';
import { sendTestEvent } from '../../src/webhooks/deliveries.ts';
import { accessibilityFaults } from '../support/accessibility.ts';
import { addPerson, testPassword } from '../support/anteroom.ts';
import { type Connected, connect, deliver, goThroughProvider, visitor } from '../support/connect.ts';
import { addAttributes, everyType } from '../support/customAttributes.ts';
import { serve } from '../support/listen.ts';
import { enterLogin, openPage } from '../support/pages.ts';
import { aLogEntry, anAuditEntry, aUser, insertUser } from '../support/rows.ts';
import { aWebhook } from '../webhooks/support/receiver.ts';

const longName = 'Wolfeschlegelsteinhausenbergerdorff';

describe('every screen', () => {
  let connected: Connected;
  let paths: string[];

  before(async function () {
    this.timeout(60_000);
    connected = await connect();
    paths = await fill(connected);
  });

  it('is accessible, fits a narrow phone and breaks no content policy', async function () {
    this.timeout(600_000);
    const page = await openPage();
    const faults: string[] = [];
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.text().includes('status of 4'))
        faults.push(`${page.url()}: ${message.text()}`);
    });
    const check = async (path: string) => {
      const status = (await page.goto(connected.url + path))?.status() ?? 0;
      if (status >= 400 && path !== '/nothing-here') faults.push(`${path}: ${status}`);
      faults.push(...(await accessibilityFaults(page)));
    };
    const maya = await findUserByUserName(connected.deps.store.db, 'maya.koch');
    const link = maya && new URL(await createPasswordLink(connected.deps, maya, connected.url)).pathname;
    for (const path of ['/login', '/logged-out', '/nothing-here', '/local-login?new-password', link ?? ''])
      await check(path);
    await page.goto(`${connected.url}/local-login`);
    await logIn(page, 'wrong');
    await page.locator('#login-error').waitFor();
    faults.push(...(await accessibilityFaults(page)));
    await logIn(page, testPassword);
    await page.waitForURL(`${connected.url}/`);
    for (const path of paths) await check(path);
    expect(faults).to.deep.equal([]);
  });

  it('selects what a list shows, with the buttons in sight, and shows exact times and colors at once', async function () {
    this.timeout(60_000);
    for (let i = 0; i < 30; i += 1) await insertUser(connected.deps.store.db, aUser({ userName: `person.${i}` }), null);
    const page = await openPage();
    await page.goto(`${connected.url}/local-login`);
    await logIn(page, testPassword);
    await page.waitForURL(`${connected.url}/`);
    await page.goto(`${connected.url}/settings/people`);
    const boxes = page.locator('input[name="person"]');
    await page.getByLabel('Select all on this page').check();
    expect(await boxes.evaluateAll((all) => all.every((box) => (box as HTMLInputElement).checked))).to.equal(true);
    await boxes.first().uncheck();
    await page.getByText(`With ${(await boxes.count()) - 1} selected:`).waitFor();
    expect(await page.getByLabel('Select all on this page').isChecked()).to.equal(false);
    const bar = await page.locator('.bulk-bar').boundingBox();
    expect((bar?.y ?? 0) + (bar?.height ?? 0)).to.be.at.most(page.viewportSize()?.height ?? 0);
    const time = page.locator('time').first();
    const exact = await time.getAttribute('title');
    await page.getByRole('button', { name: 'Exact times' }).click();
    expect(await time.textContent()).to.equal(exact);
    await page.reload();
    expect(await time.textContent(), 'on the next page too').to.equal(exact);
    await page.goto(`${connected.url}/settings/general`);
    await page.getByLabel('Pick the accent color').fill('#7a1f5c');
    expect(await page.getByLabel('Accent color', { exact: true }).inputValue()).to.equal('#7a1f5c');
    expect(await page.evaluate(() => document.documentElement.style.getPropertyValue('--accent'))).to.equal('#7a1f5c');
  });

  it('says at once that metadata is being fetched, and fetches it once, also without scripts', async function () {
    this.timeout(60_000);
    const { url, domain, cloud, applicationId } = connected;
    const metadata = await (await fetch(`${cloud.url}/saml2/${applicationId}/metadata`)).text();
    const waiting: (() => void)[] = [];
    const slow = await serve((_request, response) => void waiting.push(() => response.end(metadata)));
    const providers = `${url}/settings/security/saml/domains/${domain.id}/identity-providers`;
    for (const javaScriptEnabled of [true, false]) {
      const page = await openPage({ javaScriptEnabled });
      await page.goto(`${url}/local-login`);
      await logIn(page, testPassword);
      await page.waitForURL(`${url}/`);
      await page.goto(providers);
      await page.getByLabel('Metadata URL').fill(slow);
      const posts: string[] = [];
      page.on('request', (sent) => void (sent.method() === 'POST' && posts.push(sent.url())));
      if (javaScriptEnabled) expect(await submitTwice(page)).to.contain('Fetching the metadata.');
      else await page.getByRole('button', { name: 'Import', exact: true }).click({ noWaitAfter: true });
      while (waiting.length === 0) await page.waitForTimeout(20);
      expect([waiting.length, posts]).to.deep.equal([1, [providers]]);
      waiting.pop()?.();
      await page.waitForURL(/\/imports\//);
      if (!javaScriptEnabled) continue;
      await page.goBack();
      expect(await page.getByText('Fetching the metadata.').count()).to.equal(0);
    }
  });
});

/** Submits the form for a metadata URL, reads what the page says at once, and submits it again. */
function submitTwice(page: Page): Promise<string | null | undefined> {
  return page.evaluate(() => {
    const form = document.querySelector<HTMLFormElement>('form[data-busy]');
    form?.requestSubmit();
    const note = form?.querySelector('[data-busy-note]')?.textContent;
    form?.requestSubmit();
    return note;
  });
}

async function logIn(page: Page, password: string): Promise<void> {
  await enterLogin(page, 'maya.koch', password);
}

/** Adds data for each screen, including long names, and returns the paths of the screens. */
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
  const { rows } = await listLoginActivity(deps.store.db, {}, { limit: 1 });
  const preview = await previewMetadata(deps, { url: `${cloud.url}/saml2/${applicationId}/metadata` });
  const label = longName.slice(0, 60);
  const [attribute] = await addAttributes(deps, { name: 'mentor', label, type: 'person' }, ...everyType);
  const group = await addGroup(deps, `Friends of ${longName}`);
  const source = await addSource(deps, { name: 'JumpCloud' });
  if (!preview.ok || !group.ok || !source.ok) throw new Error('the screens could not be filled');
  for (const kind of noticeKinds) await insertNotice(deps.store.db, source.value.source.id, kind, deps.now());
  await insertScimLog(deps.store.db, [aLogEntry({ detail: `The password was not stored: ${longName}` })]);
  await addPeopleToGroup(deps, group.value.id, [maya.id, long.id]);
  const lines = `userName,title,userType\n${longName}.two,${longName},\nmaya.koch,Boss,\n,x,\n`;
  const read = await readImport(Buffer.from(lines), personAttributes);
  if (!read.ok) throw new Error('the file is not read');
  const plan = await startJob(deps, (await createJob(deps, read.value, 'Maya Koch')).id);
  const waiting = await createJob(deps, { kind: 'deactivate', input: {}, items: [long.id] }, longName + longName);
  const refused = await startJob(
    deps,
    (await createJob(deps, { kind: 'deactivate', input: {}, items: [maya.id] }, 'Maya')).id,
  );
  await createNextKey(deps, domain);
  const saml = '/settings/security/saml';
  const setUp = await getDomain(deps.store.db, domain.id);
  const setup = await createProviderSetup(deps, setUp, { note: longName.repeat(5), days: 7, guide: '' }, longName);
  const providers = `${saml}/domains/${domain.id}/identity-providers`;
  const sourcePath = `/settings/profile-sources/scim/${source.value.source.id}`;
  const { webhook } = await aWebhook(deps, `http://127.0.0.1:9/${longName}`, ['person.created'], {
    description: longName,
  });
  await sendTestEvent(deps, webhook.id);
  const collection = await keepCollection(deps, { url: `https://${longName}.example` }, '', [
    { entityId: `https://${longName}.example/${longName}`, name: longName.repeat(3) },
  ]);
  const [delivery] = (await listDeliveries(deps.store.db, webhook.id, { limit: 1 })).rows;
  await insertMail(deps.store.db, {
    ...{ id: '1', at: deps.now(), kind: 'notification' },
    ...{ recipients: `${longName}@${longName}.example`, subject: `${longName}: ${longName} expires` },
  });
  await writeMailResult(deps.store.db, '1', { state: 'failed', error: `${longName} refused the mail.` });
  const entry = anAuditEntry({
    ...{ at: deps.now(), actorId: maya.id, targetId: long.id, who: { name: longName.repeat(3) } },
    what: {
      name: longName.repeat(3),
      changes: [
        { name: 'members', added: [long.id, maya.id], removed: [longName] },
        {
          name: longName,
          before: longName.repeat(9),
          after: { start: longName.repeat(30), length: 9_999, sha256: longName },
        },
        { name: 'token', secret: true },
      ],
    },
  });
  await insertAuditEntry(deps.store.db, entry);
  const webhooks = '/settings/webhooks';
  return [
    '/',
    '/profile',
    '/profile/edit',
    '/people',
    '/people?q=nobody-at-all',
    `/people/${long.id}`,
    '/logout',
    '/settings',
    '/settings/security/audit',
    '/settings/security/audit?q=nothing',
    '/settings/security/audit/integrity',
    `/settings/security/audit/${entry.id}`,
    '/settings/security/sessions',
    '/settings/security/sessions/end',
    `/settings/security/sessions/limits/${domain.id}`,
    '/settings/general',
    '/settings/notifications',
    saml,
    `${saml}/domains/new`,
    `${saml}/domains/${domain.id}`,
    `${saml}/domains/${domain.id}/keys`,
    `${saml}/domains/${domain.id}/keys/switch`,
    `${saml}/domains/${domain.id}/removal`,
    `${saml}/domains/${domain.id}/guide?provider=jumpcloud`,
    `${saml}/domains/${domain.id}/setup-links`,
    `${saml}/domains/${domain.id}/setup-links/${setup.ok ? setup.value.setup.id : ''}`,
    '/provider-setup',
    `${saml}/domains/${domain.id}/guide?provider=shibboleth`,
    providers,
    `${providers}/imports/${preview.value.id}`,
    `${providers}/collections/${collection}`,
    `${providers}/collections/${collection}?q=nothing`,
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
    '/settings/attributes',
    '/settings/attributes/new',
    `/settings/attributes/${attribute?.id}`,
    `/settings/attributes/${attribute?.id}/removal`,
    '/settings/groups',
    '/settings/groups/new',
    ...['', '/members/new', '/removal'].map((rest) => `/settings/groups/${group.value.id}${rest}`),
    '/settings/profile-sources',
    '/settings/profile-sources/scim',
    ...['', '/attributes', '/mapping', '/removal'].map((rest) => sourcePath + rest),
    '/settings/profile-sources/log',
    webhooks,
    `${webhooks}/new`,
    ...['', '/removal', '/deliveries', `/deliveries/${delivery?.id}`].map((rest) => `${webhooks}/${webhook.id}${rest}`),
  ];
}
