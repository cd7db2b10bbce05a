import { expect } from 'chai';
import type { BrowserContext, Page } from 'playwright-core';
import { accessibilityFaults } from '../support/accessibility.ts';
import { openBrowser } from '../support/chromium.ts';
import { addIntranet, sp, startTestProvider, type TestProvider } from './support/portal.ts';
import { type ScimServer, startScimServer } from './support/scimServer.ts';

describe('Cloud Directory in a browser', () => {
  let provider: TestProvider;
  let scim: ScimServer;
  let id: string;
  let context: BrowserContext;
  let page: Page;
  let errors: string[];

  before(async () => {
    provider = await startTestProvider();
    scim = await startScimServer();
    id = await addIntranet(provider);
    const browser = await openBrowser();
    context = await browser.newContext({ permissions: ['clipboard-read', 'clipboard-write'] });
    page = await context.newPage();
    errors = [];
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    await page.goto(`${provider.url}/admin`);
    await page.getByLabel('Password').fill('cloud-admin');
    await page.getByRole('button', { name: 'Log in', exact: true }).click();
    await page.goto(`${provider.url}/admin/applications/${id}/identity-management`);
    await page.getByRole('button', { name: 'Configure' }).click();
    await page.getByLabel('Base URL').fill(scim.baseUrl);
    await page.getByLabel('Token Key').fill(scim.token);
    await page.getByRole('button', { name: 'Activate' }).click();
    await page.getByText('successfully verified').waitFor();
  });

  it('copies the metadata URL', async () => {
    await page.goto(`${provider.url}/admin/applications/${id}/sso`);
    const button = page.getByRole('button', { name: 'Copy Metadata URL' });
    await button.click();
    await page.getByText('Copied').waitFor();
    const copied = await page.evaluate<string>('navigator.clipboard.readText()');
    expect(copied).to.equal(`${provider.url}/saml2/${id}/metadata`);
  });

  it('takes a person from the tile to the application without another click', async () => {
    let posted = '';
    await page.route(sp.acsUrl, (route) => {
      posted = route.request().postData() ?? '';
      return route.fulfill({ body: 'Logged in.' });
    });
    await page.goto(`${provider.url}/console`);
    await page.getByLabel('User name').fill('anna.berg');
    await page.getByLabel('Password').fill('cloud-demo');
    await page.getByRole('button', { name: 'Log in', exact: true }).click();
    await page.getByRole('link', { name: 'Intranet' }).click();
    await page.waitForURL(sp.acsUrl);
    expect(new URLSearchParams(posted).get('SAMLResponse')).to.match(/^[\w+/]+=*$/);
  });

  it('passes axe, fits 320 pixels and respects its content policy, in light and dark mode', async () => {
    const application = `/admin/applications/${id}`;
    const paths = [
      ...['/', '/nothing', '/console', '/saml2/nothing', '/admin/applications', '/admin/insights'],
      ...['/admin/applications/new', '/admin/applications/new/anteroom', `/admin/applications/deletion?id=${id}`],
      ...[
        'saved',
        'general',
        'sso',
        'identity-management',
        'identity-management/deactivation',
        'identity-management/preview',
        'import',
        'user-groups',
      ].map((tab) => `${application}/${tab}`),
      ...['/admin/users', '/admin/users/new', `/admin/users/${provider.state.people[0]?.id}`],
      ...['/admin/groups', '/admin/groups/new', `/admin/groups/${provider.state.groups[0]?.id}`],
    ];
    const faults: string[] = [];
    for (const path of paths) {
      await page.goto(`${provider.url}${path}`);
      faults.push(...(await accessibilityFaults(page)));
    }
    expect(faults).to.deep.equal([]);
    expect(errors.filter((text) => !text.includes('status of 40'))).to.deep.equal([]);
  }).timeout(600_000);
});
