import { X509Certificate } from 'node:crypto';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { findRollover } from '../../src/federation/keyRollover.ts';
import { accessibilityFaults } from '../support/accessibility.ts';
import { addPerson } from '../support/anteroom.ts';
import { type Connected, connect } from '../support/connect.ts';
import { enterLogin, openPage } from '../support/pages.ts';

/** A Power User replaces the key of a domain, while an employee logs in after each step. */
describe('replacing the key of a domain', () => {
  let connected: Connected;
  let admin: Page;

  before(async function () {
    this.timeout(60_000);
    connected = await connect({ sso: { wantSignedRequests: 'on' } });
    await addPerson(connected.deps, { userName: 'sam.reed', userType: 'Power User' });
    await addPerson(connected.deps, { userName: 'anna.berg', email: 'anna.berg@acme.example' });
    admin = await openPage();
    await admin.goto(`${connected.url}/local-login`);
    await enterLogin(admin, 'sam.reed');
  });

  it('creates the next key, from the domain’s screen', async function () {
    this.timeout(60_000);
    await learn();
    connected.deps.clock.advance(60_000);
    await admin.goto(`${connected.url}/settings/security/saml`);
    await admin.getByRole('link', { name: 'Edit domain' }).click();
    await admin.getByRole('link', { name: 'Replace the key' }).click();
    await admin.getByRole('button', { name: 'Create the next key' }).click();
    await admin.getByText('0 of 1 provider has it.').waitFor();
    await admin.getByText('Not known to have it').waitFor();
    expect(await accessibilityFaults(admin)).to.deep.equal([]);
    await logIn();
  });

  it('counts down as the provider fetches the metadata', async () => {
    await learn();
    await admin.reload();
    await admin.getByText('1 of 1 provider has it.').waitFor();
    await admin.getByText('Up to date', { exact: true }).waitFor();
    await logIn();
  });

  it('switches, back and forth, after it said who is affected', async () => {
    await admin.getByRole('link', { name: 'Switch to the next key' }).click();
    await admin.getByText('No login is affected.').waitFor();
    await admin.getByRole('button', { name: 'Switch to the next key' }).click();
    await logIn();
    await admin.getByRole('button', { name: 'Switch back' }).click();
    await admin.getByText('The old key signs again.').waitFor();
    await logIn();
    await admin.getByRole('link', { name: 'Switch to the next key' }).click();
    await admin.getByRole('button', { name: 'Switch to the next key' }).click();
    await admin.getByText('The next key signs now.').waitFor();
  });

  it('retires the old key', async () => {
    await admin.getByRole('link', { name: 'Retire the old key' }).click();
    await admin.getByText('This cannot be undone.').waitFor();
    await admin.getByRole('button', { name: 'Retire the key' }).click();
    await admin.getByText('The key was deleted.').waitFor();
    expect((await findRollover(connected.deps, connected.domain.id))?.step).to.equal('none');
    await logIn();
  });

  /** The provider fetches our metadata, and verifies login requests with the certificates in it. */
  async function learn(): Promise<void> {
    const { cloud, url, provider, deps } = connected;
    const xml = await (await fetch(`${url}/saml/metadata/${provider.id}`)).text();
    const [, ...signing] = xml.split('use="signing"').map((part) => /X509Certificate>([^<]*)/.exec(part)?.[1] ?? '');
    const pem = signing.map((base64) => new X509Certificate(Buffer.from(base64, 'base64')).toString());
    Object.assign(cloud.state.applications[0]?.sso ?? {}, { spCertificate: pem.join('\n') });
    await deps.background.finished();
  }

  async function logIn(): Promise<void> {
    const { url, provider } = connected;
    const page = await openPage();
    await page.goto(`${url}/saml/login/${provider.id}?return=/profile`);
    await enterLogin(page, 'anna.berg', 'cloud-demo');
    await page.waitForURL(`${url}/profile`);
    await page.close();
  }
});
