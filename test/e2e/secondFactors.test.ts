import { expect } from 'chai';
import { generate } from 'otplib';
import type { CDPSession, Page } from 'playwright-core';
import { initialSettings, saveIntranetSettings } from '../../src/people/intranetSettings.ts';
import { accessibilityFaults } from '../support/accessibility.ts';
import { type Anteroom, addPerson, startAnteroom, testPassword } from '../support/anteroom.ts';
import { openPage } from '../support/pages.ts';

const STEP_MS = 30_000;

describe('second factors', function () {
  this.timeout(120_000);
  let anteroom: Anteroom;
  let page: Page;
  let secret: string;
  let codes: string[];

  before(async () => {
    anteroom = await startAnteroom();
    anteroom.deps.clock.at = Date.now(); // the browser's own clock ends cookies
    await addPerson(anteroom.deps, { userName: 'maya.koch', userType: 'Power User' });
    page = await openPage();
  });

  it('an authenticator app is set up, and recovery codes are shown once', async () => {
    await logIn();
    await page.goto(`${anteroom.url}/profile`);
    await page.getByRole('link', { name: 'Security' }).click();
    await page.getByRole('link', { name: 'Set up an app' }).click();
    await checkAccessibility(page);
    secret = (await page.getByLabel('Key, if you cannot scan it').inputValue()).replaceAll(' ', '');
    expect(await page.locator('.qr-code').evaluate((image: HTMLImageElement) => image.naturalWidth)).to.be.greaterThan(
      100,
    );
    await page.getByLabel('2. Enter the code').fill('000000');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('This code is wrong.').waitFor();
    await page.getByLabel('2. Enter the code').fill(await code());
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('They are shown only now.').waitFor();
    await checkAccessibility(page);
    codes = await page.locator('#codes li').allTextContents();
    expect(codes).to.have.length(10);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download' }).click(),
    ]);
    expect(download.suggestedFilename()).to.match(/^recovery-codes-.*\.txt$/);
    await page.getByRole('link', { name: 'I have kept them' }).click();
    await page.getByText('10 codes are left.').waitFor();
  });

  it('a code, or a recovery code, is asked for after the password', async () => {
    await logOut();
    await enterPassword();
    await page.getByRole('heading', { name: 'Second step' }).waitFor();
    await checkAccessibility(page);
    await page.goto(`${anteroom.url}/profile`);
    expect(new URL(page.url()).pathname, 'no session yet').to.equal('/login');
    await page.goto(`${anteroom.url}/local-login/second-step`);
    await page.getByLabel('Code', { exact: true }).fill('000000');
    await page.getByRole('button', { name: 'Log in', exact: true }).click();
    await page.getByText('4 attempts are left.').waitFor();
    anteroom.deps.clock.advance(STEP_MS);
    await page.getByLabel('Code', { exact: true }).fill(await code());
    await page.getByRole('button', { name: 'Log in', exact: true }).click();
    await page.waitForURL(`${anteroom.url}/`);

    await logOut();
    await enterPassword();
    await page.getByText('Use a recovery code').click();
    await page.getByLabel('Recovery code').fill(codes[0]?.toLowerCase() ?? '');
    await page.getByRole('button', { name: 'Log in with a recovery code' }).click();
    await page.waitForURL(`${anteroom.url}/`);
    await page.goto(`${anteroom.url}/profile/security`);
    await page.getByText('9 codes are left.').waitFor();
    await checkAccessibility(page);
  });

  it('a passkey is added, works after the password, alone, and as a confirmation', async () => {
    await addAuthenticator(page);
    await page.getByLabel('Name').fill('Laptop');
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    await page.getByText('The passkey “Laptop” was added.').waitFor();
    await page.getByRole('link', { name: 'Rename Laptop' }).click();
    await checkAccessibility(page);
    await page.getByLabel('Name').fill('Work laptop');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The passkey is named “Work laptop” now.').waitFor();
    await logOut();
    await enterPassword();
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.waitForURL(`${anteroom.url}/`);

    await logOut();
    await page.goto(`${anteroom.url}/local-login?return=%2Fpeople`);
    await page.getByRole('button', { name: 'Log in with a passkey' }).click();
    await page.waitForURL(`${anteroom.url}/people`);
    await page.goto(`${anteroom.url}/profile`);
    expect(await page.locator('.card', { hasText: 'Your login' }).first().textContent()).to.match(/Method\s*Passkey/);

    anteroom.deps.clock.advance(11 * 60_000);
    await page.goto(`${anteroom.url}/profile/security`);
    await page.getByRole('link', { name: 'Remove Work laptop' }).click();
    await page.getByRole('heading', { name: 'Confirm that it is you' }).waitFor();
    await checkAccessibility(page);
    await page.getByRole('button', { name: 'Confirm with a passkey' }).click();
    await page.getByRole('heading', { name: 'Remove passkey?' }).waitFor();
    await page.getByRole('button', { name: 'Remove' }).click();
    await page.getByText('The second factor was removed.').waitFor();
    expect(await page.getByText('Work laptop').count()).to.equal(0);
  });

  it('a Power User without one is led to set one up, if the settings require it', async () => {
    const { deps, url } = anteroom;
    await saveIntranetSettings(deps, { ...initialSettings, name: 'Acme', secondFactor: 'required' });
    await addPerson(deps, { userName: 'ben.tal', userType: 'Power User' });
    const ben = await openPage();
    await addAuthenticator(ben);
    await enterPassword(ben, 'ben.tal', '/people');
    await ben.getByRole('heading', { name: 'Set up a second factor' }).waitFor();
    await checkAccessibility(ben);
    await ben.goto(`${url}/settings`);
    expect(new URL(ben.url()).pathname).to.equal('/profile/security');
    await ben.getByRole('button', { name: 'Add a passkey' }).click();
    await ben.getByText('They are shown only now.').waitFor();
    await ben.getByRole('link', { name: 'I have kept them' }).click();
    await ben.getByRole('heading', { name: 'Control Panel' }).waitFor();
  });

  async function checkAccessibility(at: Page): Promise<void> {
    expect(await accessibilityFaults(at)).to.deep.equal([]);
    await at.setViewportSize({ width: 1280, height: 900 });
  }

  async function code(): Promise<string> {
    return generate({ secret, epoch: Math.floor(anteroom.deps.clock.at / 1_000) });
  }

  async function addAuthenticator(at: Page): Promise<CDPSession> {
    const session = await at.context().newCDPSession(at);
    await session.send('WebAuthn.enable');
    const kind = { protocol: 'ctap2', transport: 'internal', hasResidentKey: true, hasUserVerification: true } as const;
    const options = { ...kind, isUserVerified: true, automaticPresenceSimulation: true };
    await session.send('WebAuthn.addVirtualAuthenticator', { options });
    return session;
  }

  async function enterPassword(at = page, userName = 'maya.koch', returnTo = '/'): Promise<void> {
    await at.goto(`${anteroom.url}/local-login?return=${encodeURIComponent(returnTo)}`);
    await at.getByLabel('User name').fill(userName);
    await at.getByLabel('Password').fill(testPassword);
    await at.getByLabel('Password').press('Enter');
  }

  async function logIn(): Promise<void> {
    await enterPassword();
    await page.waitForURL(`${anteroom.url}/`);
  }

  async function logOut(): Promise<void> {
    await page.goto(`${anteroom.url}/`);
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByText('You are logged out').first().waitFor();
  }
});
