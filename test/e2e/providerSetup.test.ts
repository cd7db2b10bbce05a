import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { listProviders } from '../../src/store/identityProviders.ts';
import { addIntranet } from '../demo/support/portal.ts';
import { accessibilityFaults } from '../support/accessibility.ts';
import { addPerson } from '../support/anteroom.ts';
import { openBrowser } from '../support/chromium.ts';
import { type Connected, connect } from '../support/connect.ts';
import { enterLogin } from '../support/pages.ts';
import { shoot } from './screenshots.ts';

/** What a Power User and the administrator of the provider do together, in browsers of their own. */
describe('setup of a provider by another person', () => {
  let connected: Connected;
  let browser: Browser;
  let powerUser: Page;
  let visitor: Page;
  let metadataUrl: string;
  let link: string;

  before(async function () {
    this.timeout(60_000);
    connected = await connect();
    const { deps, url, cloud } = connected;
    await addPerson(deps, { userName: 'maya.koch', givenName: 'Maya', familyName: 'Koch', userType: 'Power User' });
    // Another application of the same provider, as the administrator has just created it.
    const sso = { idpEntityId: 'contoso', spEntityId: `${url}/saml/metadata`, acsUrl: `${url}/saml/acs` };
    metadataUrl = `${cloud.url}/saml2/${await addIntranet(cloud, { sso })}/metadata`;
    browser = await openBrowser();
    powerUser = await openPage({ permissions: ['clipboard-read', 'clipboard-write'] });
    visitor = await openPage();
    await powerUser.goto(`${url}/local-login`);
    await enterLogin(powerUser, 'maya.koch');
    await powerUser.waitForURL(`${url}/`);
  });

  async function openPage(options: { permissions?: string[]; javaScriptEnabled?: boolean } = {}): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
    return context.newPage();
  }

  async function expectAccessible(page: Page): Promise<void> {
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 1280, height: 900 });
  }

  it('shows the fields of the provider with its drawing, and copies a value', async () => {
    await powerUser.goto(`${connected.url}/settings/security/saml/domains/${connected.domain.id}`);
    await powerUser.getByRole('link', { name: 'Okta' }).click();
    await powerUser.getByRole('button', { name: 'Copy Single sign-on URL' }).click();
    expect(await powerUser.evaluate(() => navigator.clipboard.readText())).to.equal(`${connected.url}/saml/acs`);
    const drawing = powerUser.getByRole('img', {
      name: /^Drawing of the form “SAML Settings: General” of Okta: 1 Single/,
    });
    expect(await drawing.evaluate((image: HTMLImageElement) => image.complete && image.naturalWidth)).to.equal(460);
    await shoot(powerUser, 'guide');
    await powerUser.getByRole('link', { name: 'audience_mismatch' }).click();
    await powerUser.waitForURL(/q=audience_mismatch/);
  });

  it('creates a link, which is shown once', async () => {
    await powerUser.goto(`${connected.url}/settings/security/saml/domains/${connected.domain.id}`);
    await powerUser.getByRole('link', { name: 'Send them a provider setup link' }).click();
    await powerUser.getByLabel('For').fill('Kim at Contoso IT');
    await powerUser.getByRole('button', { name: 'Create link' }).click();
    link = await powerUser.getByLabel('Provider setup link').inputValue();
    await powerUser.reload();
    expect(await powerUser.getByLabel('Provider setup link').count()).to.equal(0);
    await powerUser.getByText('Not opened yet').waitFor();
  });

  it('leads the visitor through the values', async function () {
    this.timeout(60_000);
    await visitor.goto(link);
    expect(visitor.url(), 'without the token').to.equal(`${connected.url}/provider-setup`);
    await expectAccessible(visitor);
    await visitor.getByRole('button', { name: 'Start' }).click();
    await visitor.getByRole('button', { name: 'JumpCloud' }).click();
    expect(await visitor.getByLabel('SP Entity ID', { exact: true }).inputValue()).to.equal(
      `${connected.url}/saml/metadata`,
    );
    await expectAccessible(visitor);
    await visitor.getByRole('link', { name: 'Next: metadata' }).click();
  });

  it('reads the metadata and tests a login at another site', async function () {
    this.timeout(60_000);
    await visitor.getByLabel('Metadata URL').fill(metadataUrl);
    await visitor.getByRole('button', { name: 'Read the metadata' }).click();
    await visitor.getByRole('heading', { name: 'What was read' }).waitFor();
    await expectAccessible(visitor);
    await visitor.getByRole('link', { name: 'Next: test login' }).click();
    await visitor.getByRole('button', { name: 'Test login' }).click();
    await visitor.locator('#login').fill('anna.berg');
    await visitor.locator('#password').fill('cloud-demo');
    await visitor.getByRole('button', { name: 'Log in', exact: true }).click();
    await visitor.getByText('The response is valid.').waitFor();
    await expectAccessible(visitor);
    await visitor.getByRole('link', { name: 'Next: send' }).click();
  });

  it('sends it, and reads why it was declined', async function () {
    this.timeout(60_000);
    await visitor.getByLabel('Message').fill('Everyone of Contoso may use it.');
    await expectAccessible(visitor);
    await visitor.getByRole('button', { name: 'Send' }).click();
    await visitor.getByRole('heading', { name: 'Sent' }).waitFor();
    await powerUser.goto(`${connected.url}/settings`);
    await powerUser.getByRole('link', { name: /Kim at Contoso IT has set up a provider/ }).click();
    await powerUser.getByText('Everyone of Contoso may use it.').waitFor();
    await shoot(powerUser, 'provider-setup');
    await expectAccessible(powerUser);
    await powerUser.getByLabel('Reason').fill('Please name the application Intranet.');
    await powerUser.getByRole('button', { name: 'Decline' }).click();
    await visitor.reload();
    await visitor.getByText('Please name the application Intranet.').waitFor();
    await expectAccessible(visitor);
  });

  it('is sent again and approved, and stays disabled until it is enabled', async function () {
    this.timeout(60_000);
    await visitor.getByRole('link', { name: 'Provide the metadata again' }).click();
    await visitor.getByRole('link', { name: 'Next: test login' }).click();
    await visitor.getByRole('link', { name: 'Next: send' }).click();
    await visitor.getByRole('button', { name: 'Send' }).click();
    await powerUser.reload();
    await powerUser.getByLabel('Name').fill('Contoso');
    await powerUser.getByRole('button', { name: 'Approve and import' }).click();
    await powerUser.getByRole('heading', { name: 'Contoso' }).waitFor();
    const found = (await listProviders(connected.deps.store.db)).find(({ name }) => name === 'Contoso');
    expect(found).to.include({ enabled: false, metadataUrl });
    await visitor.reload();
    await visitor.getByRole('heading', { name: 'Approved' }).waitFor();
  });

  it('is of no use in another browser, also without scripts', async function () {
    this.timeout(60_000);
    const stranger = await openPage({ javaScriptEnabled: false });
    await stranger.goto(link);
    await stranger.getByLabel('Link').fill(link);
    await stranger.getByRole('button', { name: 'Start' }).click();
    await stranger.getByRole('heading', { name: 'This link is in use in another browser' }).waitFor();
    expect(await stranger.locator('body').textContent()).not.to.match(/Kim|Maya|Cloud Directory/);
    await stranger.goto(visitor.url());
    await stranger.getByRole('heading', { name: 'This link is in use in another browser' }).waitFor();
  });
});
