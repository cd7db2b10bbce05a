import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { notify } from '../../src/notifications/notify.ts';
import { insertSource } from '../../src/store/profileSources.ts';
import { startMailServer } from '../notifications/support/mailServer.ts';
import { accessibilityFaults } from '../support/accessibility.ts';
import { addPerson, startAnteroom, testPassword } from '../support/anteroom.ts';
import { openPage } from '../support/pages.ts';
import { aSource } from '../support/rows.ts';

describe('notifications, in a browser', function () {
  this.timeout(60_000);

  it('are set up from the Control Panel, tested, repaired by what the mail server says, and arrive', async () => {
    const anteroom = await startAnteroom();
    const { deps, url } = anteroom;
    await addPerson(deps, { userName: 'maya.koch', userType: 'Power User' });
    await insertSource(deps.store.db, aSource({ name: 'JumpCloud' }));
    const server = await startMailServer({ hideSTARTTLS: true, disabledCommands: ['STARTTLS', 'AUTH'] });
    const page = await logIn(url);
    await page.goto(`${url}/settings`);
    await page.getByRole('link', { name: 'Set up notifications' }).click();
    await page.getByLabel('Send notifications by e-mail').check();
    await page.getByLabel('Recipients').fill('it@acme.com\nnot an address');
    await page.getByLabel('Sender').fill('intranet@acme.com');
    await page.getByLabel('Server', { exact: true }).fill('localhost');
    await page.getByLabel('Port').fill(String(server.port));
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('is not an e-mail address').waitFor();
    expect(await page.getByLabel('Server', { exact: true }).inputValue()).to.equal('localhost');
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    await page.getByLabel('Recipients').fill('it@acme.com');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Send a test mail' }).click();
    await page.getByText('The test mail was not sent. localhost does not offer STARTTLS').waitFor();
    await page.getByLabel('Encryption').selectOption('none');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Send a test mail' }).click();
    await page.getByText('The test mail was sent.').waitFor();
    await notify(deps);
    await page.reload();
    await page.locator('#log').getByText('Anteroom: JumpCloud has no token').waitFor();
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    const link = /http\S+\/settings\/profile-sources\S+/.exec(server.mails[1]?.raw.replaceAll('=\r\n', '') ?? '')?.[0];
    await page.goto(link ?? '');
    expect(await page.locator('h1').textContent()).to.contain('JumpCloud');
  });

  async function logIn(url: string): Promise<Page> {
    const page = await openPage();
    await page.goto(`${url}/local-login`);
    await page.getByLabel('User name').fill('maya.koch');
    await page.getByLabel('Password', { exact: true }).fill(testPassword);
    await page.getByRole('button', { name: 'Log in', exact: true }).click();
    await page.waitForURL(`${url}/`);
    return page;
  }
});
