import { expect } from 'chai';
import { getDomain } from '../../../src/federation/domains.ts';
import { createProviderSetup, revokeProviderSetup } from '../../../src/federation/providerSetups/links.ts';
import { findSetupTest } from '../../../src/federation/providerSetups/testing.ts';
import { propose } from '../../../src/federation/providerSetups/visit.ts';
import { listLoginActivity } from '../../../src/store/loginSearch.ts';
import { listLoginTests, listPassedTests } from '../../../src/store/loginTests.ts';
import type { Browser, Page } from '../../demo/support/browser.ts';
import { logIn } from '../../demo/support/portal.ts';
import { row } from '../../federation/providerSetups/support/aLink.ts';
import { addPerson } from '../../support/anteroom.ts';
import { type Connected, connect, deliver, visitor } from '../../support/connect.ts';

describe('the Test login of a provider setup link', () => {
  let connected: Connected;
  let browser: Browser;
  let id: string;
  let path: string;

  beforeEach(async () => {
    connected = await connect();
    const { deps, cloud, applicationId } = connected;
    const domain = await getDomain(deps.store.db, connected.domain.id);
    const created = await createProviderSetup(deps, domain, { note: 'Kim', days: 7, guide: '' }, 'Maya Koch');
    if (!created.ok) throw new Error('The link was refused.');
    ({ id } = created.value.setup);
    path = `/provider-setup/${id}`;
    browser = visitor(connected);
    await browser.post('/provider-setup', { link: created.value.link });
    await browser.post(`${path}/metadata`, { way: 'url', url: `${cloud.url}/saml2/${applicationId}/metadata` });
  });

  /** Goes to the provider and logs a person in there. Returns the page with the SAML response. */
  async function atProvider(person: string): Promise<Page> {
    const leaving = await browser.post(`${path}/test`, {});
    const [, address = ''] = /content="0;url=([^"]+)"/.exec(leaving.text) ?? [];
    return logIn(browser, await browser.get(address.replaceAll('&amp;', '&')), person);
  }

  for (const [person, reason] of [
    ['anna.berg', null],
    ['dora.novak', 'person_unknown'],
  ] as const)
    it(`shows what the provider sent, and neither logs in nor tells whether ${person} is in the People Directory`, async () => {
      const { deps } = connected;
      await addPerson(deps, { userName: 'anna.berg', email: 'anna.berg@acme.example' });
      const page = await deliver(browser, await atProvider(person));
      expect(new URL(page.url).pathname).to.equal(`${path}/test`);
      expect(page.text).to.contain('The response is valid.').and.contain(`${person}@acme.example`);
      expect(page.text).not.to.contain('person_unknown').and.not.to.contain('Cloud Directory');
      expect((await findSetupTest(deps, await row(deps, id)))?.valid).to.equal(true);
      expect((await browser.get('/profile')).text).to.contain('Log in');
      const [started] = await listLoginTests(deps.store.db, 1);
      expect(started?.draft.name, 'not the name of the provider here').to.equal('127.0.0.1');
      const [newest] = (await listLoginActivity(deps.store.db, {}, { limit: 1 })).rows;
      expect(newest).to.include({ flow: 'test', reason });
      const { entityId } = connected.provider;
      expect(await listPassedTests(deps.store.db, connected.domain.id, entityId), 'it proves nothing').to.deep.equal(
        [],
      );
    });

  it('shows what is wrong with a response, and is sent along', async () => {
    const { deps } = connected;
    const page = await atProvider('anna.berg');
    const form = page.forms.find((one) => one.fields.SAMLResponse);
    const xml = Buffer.from(form?.fields.SAMLResponse ?? '', 'base64').toString();
    const changed = Buffer.from(xml.replaceAll('anna.berg@', 'eva.berg@')).toString('base64');
    const result = await deliver(browser, page, { SAMLResponse: changed });
    expect(result.text).to.contain('would be refused').and.contain('signature_invalid');
    expect((await findSetupTest(deps, await row(deps, id)))?.valid).to.equal(false);
    expect((await browser.get(`${path}/send`)).text).to.contain('failed');
    await browser.post(`${path}/send`, { message: '' });
    expect((await row(deps, id)).testId).not.to.equal(null);
  });

  it('belongs to the metadata that was tested', async () => {
    const { deps, cloud, applicationId } = connected;
    await deliver(browser, await atProvider('anna.berg'));
    expect(await findSetupTest(deps, await row(deps, id))).not.to.equal(undefined);
    const metadata = await (await fetch(`${cloud.url}/saml2/${applicationId}/metadata`)).text();
    await propose(deps, await row(deps, id), { xml: metadata.replaceAll('/saml2/', '/saml2/other/') });
    expect(await findSetupTest(deps, await row(deps, id))).to.equal(undefined);
    await propose(deps, await row(deps, id), { xml: metadata.replace(/entityID="[^"]*"/, 'entityID="urn:other"') });
    expect(await findSetupTest(deps, await row(deps, id)), 'the same keys, another EntityID').to.equal(undefined);
  });

  it('shows a response that an unknown key signed, although there is no provider to refresh', async () => {
    const { cloud, deps } = connected;
    const { privateKey } = await deps.keys.createKeyPair();
    Object.assign(cloud.state.applications[0] ?? {}, { privateKey });
    const result = await deliver(browser, await atProvider('anna.berg'));
    expect([result.status, result.text.includes('signature_invalid')]).to.deep.equal([200, true]);
  });

  it('ends for another browser, and when the link is revoked meanwhile', async () => {
    const page = await atProvider('anna.berg');
    await revokeProviderSetup(connected.deps, id, 'Maya Koch');
    const result = await deliver(browser, page);
    expect([result.status, result.text.includes('This was a Test login')]).to.deep.equal([403, true]);
    expect((await browser.get(`${path}/test`)).status).to.equal(410);
    expect((await visitor(connected).get(new URL(result.url).pathname)).status).to.equal(403);
  });
});
