import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { createCertificate } from '../../demo/saml/keyPair.ts';
import { getProvider } from '../../src/federation/providers.ts';
import { listProviders } from '../../src/store/identityProviders.ts';
import { federationOf, memberId } from '../federation/metadata/federation.ts';
import { certificateOf, signMetadata } from '../saml/support/signedMetadata.ts';
import { accessibilityFaults } from '../support/accessibility.ts';
import { addPerson } from '../support/anteroom.ts';
import { type Connected, connect } from '../support/connect.ts';
import { serve } from '../support/listen.ts';
import { enterLogin, openPage } from '../support/pages.ts';

/** A Power User and metadata that changes at the provider: review, approval, rollback, a pinned certificate, and a federation. */
describe('metadata that stays right', () => {
  let connected: Connected;
  let page: Page;
  let list: string; // the path of Identity Providers

  before(async function () {
    this.timeout(60_000);
    connected = await connect();
    const { deps, url, domain } = connected;
    list = `${url}/settings/security/saml/domains/${domain.id}/identity-providers`;
    await addPerson(deps, { userName: 'sam.reed', userType: 'Power User' });
    page = await openPage();
    await page.goto(`${url}/local-login`);
    await enterLogin(page, 'sam.reed');
    await page.waitForURL(`${url}/`);
  });

  it('shows what the provider changed, and uses it after approval', async () => {
    const { cloud, deps, provider } = connected;
    const keyPair = await deps.keys.createKeyPair();
    const certificate = await createCertificate(keyPair, 'Next', deps.now());
    Object.assign(cloud.state.applications[0] ?? {}, { privateKey: keyPair.privateKey, certificate });
    deps.clock.advance(60_000);
    await page.goto(`${list}/${provider.id}`);
    await page.getByRole('button', { name: 'Refresh now' }).click();
    const waiting = page.locator('#waiting');
    await waiting.getByText('Certificate removed').waitFor();
    expect(await certificates()).to.equal(2); // the new one is in use already
    deps.clock.advance(60_000);
    await waiting.getByRole('button', { name: 'Approve' }).click();
    await page.getByText('The published metadata of Cloud Directory is in use.').waitFor();
    expect(await certificates()).to.equal(1);
  });

  it('rolls back to an earlier version', async () => {
    connected.deps.clock.advance(60_000);
    await page.getByRole('link', { name: 'Versions of the metadata' }).click();
    await page.getByRole('link', { name: 'Compare' }).last().click();
    await page.getByText('Certificate added').waitFor();
    await page.getByRole('button', { name: 'Roll back' }).click();
    await page.getByText('The metadata of Cloud Directory was rolled back.').waitFor();
    expect(await certificates()).to.equal(1);
  });

  it('refuses metadata without the signature of a pinned certificate, and keeps the last good copy', async () => {
    const { provider } = connected;
    await page.goto(`${list}/${provider.id}`);
    await page.getByLabel('Certificate that signs the metadata').fill('hello');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Paste up to 5 certificates in PEM').waitFor();
    await page.getByLabel('Certificate that signs the metadata').fill(await certificateOf());
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Cloud Directory was saved: certificate for the metadata.').waitFor();
    await page.goto(`${list}/${provider.id}`);
    await page.getByText('Pinned: CN=federation').waitFor();
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    await page.getByRole('button', { name: 'Refresh now' }).click();
    await page.getByRole('heading', { name: 'The last refresh failed' }).waitFor();
    expect(await page.content()).to.contain('must be signed with the certificate that is pinned');
    expect(await certificates()).to.equal(1);
  });

  it('finds a provider in a signed federation, and imports it', async function () {
    this.timeout(60_000);
    const federation = await serve(signMetadata(federationOf(400), 'EntitiesDescriptor'));
    await page.goto(list);
    await page.getByLabel('Metadata URL').fill(federation);
    await page.getByText('The metadata is signed').click();
    await page.getByLabel('Certificate that signs it', { exact: true }).fill(await certificateOf());
    await page.getByRole('button', { name: 'Import', exact: true }).click();
    await page.getByText('a collection of 400 identity providers').waitFor();
    expect(await accessibilityFaults(page)).to.deep.equal([]);
    await page.getByLabel('Name or EntityID').fill('university 123');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByRole('button', { name: 'Select University 123' }).click();
    await page.getByText('verified with the pinned certificate').waitFor();
    await page.getByRole('button', { name: 'Import this provider' }).click();
    await page.getByText('University 123 was imported.').waitFor();
    const imported = (await listProviders(connected.deps.store.db)).find(({ entityId }) => entityId === memberId(123));
    expect(imported?.settings.metadataSigners).to.contain('BEGIN CERTIFICATE');
  });

  async function certificates(): Promise<number> {
    return (await getProvider(connected.deps.store.db, connected.provider.id)).facts.certificates.length;
  }
});
