import { expect } from 'chai';
import { getDomain, setUpDomain } from '../../../src/federation/domains.ts';
import { startVisit } from '../../../src/federation/providerSetups/visit.ts';

import { listProviders } from '../../../src/store/identityProviders.ts';
import { listProviderSetups } from '../../../src/store/providerSetups.ts';
import { fixture } from '../../federation/metadata/fixtures.ts';
import { arrive, row } from '../../federation/providerSetups/support/aLink.ts';
import { importOkta, openSamlSettings, type SamlSettings } from './support/samlSettings.ts';

describe('admin/saml/setupLinks', () => {
  let settings: SamlSettings;
  let links: string;

  beforeEach(async () => {
    settings = await openSamlSettings();
    links = `${settings.domain}/setup-links`;
  });

  it('shows a new link once, and lists it with its state', async () => {
    const { client, deps, domain, domainId } = settings;
    expect((await client.get(domain)).text).to.contain(`href="${links}"`);
    expect((await client.get(links)).text).to.contain('No links yet');
    const early = await client.post(links, { note: 'Kim', days: '7', guide: '' });
    expect([
      early.status,
      early.text.includes('Click Setup Domain first.'),
      early.text.includes('value="Kim"'),
    ]).to.deep.equal([422, true, true]);
    await setUpDomain(deps, domainId);
    const empty = await client.post(links, { note: '', days: '7', guide: '' });
    expect([empty.status, empty.text.includes('id="note-error"')]).to.deep.equal([422, true]);
    const created = await client.post(links, { note: 'Kim at Contoso', days: '3', guide: 'okta' });
    expect(created.text).to.contain('The link is shown only once.');
    const token = /provider-setup#([\w-]{43})/.exec(created.text)?.[1] ?? '';
    const list = await client.get(links);
    expect(list.text).to.contain('Kim at Contoso').and.contain('Not opened yet').and.not.contain(token);
    const started = await startVisit(deps, domainId, token, { from: '192.0.2.7', visitorOf: () => undefined });
    expect(started).to.have.nested.property('setup.guide', 'okta');
    expect((await client.get(links)).text)
      .to.contain('In progress')
      .and.contain('192.0.2.7');
  });

  it('shows what arrived, and imports it when it is approved', async () => {
    const { client, deps, providers } = settings;
    const { id, path } = await arrived(settings, links);
    expect((await client.get('/settings')).text).to.contain('has set up a provider for');
    expect((await client.get(settings.domain)).text).to.contain('>1 arrived</a>');
    const page = await client.get(path);
    expect(page.text).to.contain('Arrived').and.contain('Hello').and.contain('not tested').and.contain('www.okta.com');
    const sentAt = String((await row(deps, id)).sentAt);
    const bad = await client.post(`${path}/approval`, { sentAt, name: 'x'.repeat(65) });
    expect([bad.status, bad.text.includes('name-error')]).to.deep.equal([422, true]);
    const stale = await client.post(`${path}/approval`, { sentAt: '1', name: '' });
    expect([stale.status, stale.text.includes('Review it again.')]).to.deep.equal([409, true]);
    const approved = await client.post(`${path}/approval`, { sentAt, name: 'Contoso' });
    const [provider] = await listProviders(deps.store.db);
    expect(provider).to.include({ name: 'Contoso', enabled: false });
    expect(approved.location).to.equal(`${providers}/${provider?.id}`);
    const after = await client.get(path);
    expect(after.text).to.contain('Approved').and.contain('Contoso').and.not.contain('Revoke the link');
  });

  it('asks what to do with metadata of a known provider', async () => {
    const { client, deps } = settings;
    const known = await importOkta(settings);
    const { id, path } = await arrived(settings, links, '/sso/saml/other"');
    expect((await client.get(path)).text)
      .to.contain('Difference from')
      .and.contain('What is this metadata?');
    const sentAt = String((await row(deps, id)).sentAt);
    expect((await client.post(`${path}/approval`, { sentAt })).status).to.equal(422);
    await client.post(`${path}/approval`, { sentAt, target: known });
    expect((await row(deps, id)).providerId).to.equal(known);
    expect(await listProviders(deps.store.db)).to.have.lengthOf(1);
  });

  it('declines with a reason, and revokes', async () => {
    const { client, deps } = settings;
    const { id, path } = await arrived(settings, links);
    const sentAt = String((await row(deps, id)).sentAt);
    const empty = await client.post(`${path}/refusal`, { sentAt, reason: '' });
    expect([empty.status, empty.text.includes('reason-error')]).to.deep.equal([422, true]);
    expect((await client.post(`${path}/refusal`, { sentAt: '1', reason: 'No' })).status).to.equal(409);
    const declined = await client.post(`${path}/refusal`, { sentAt, reason: 'Wrong <application>' });
    expect((await client.follow(declined)).text)
      .to.contain('Wrong &lt;application&gt;')
      .and.contain('Declined');
    const revoked = await client.post(`${path}/revocation`);
    expect((await client.follow(revoked)).text).to.contain('The link was revoked.');
    const again = await client.post(`${path}/revocation`);
    expect((await client.follow(again)).text).to.contain('This link was revoked already.');
    expect((await client.get(`${settings.domain.replace(/[^/]+$/, 'other')}/setup-links/${id}`)).status).to.equal(404);
  });
});

/** A link through which metadata of Okta arrived, with another login URL if one is given. */
async function arrived({ client, deps, domainId, domain }: SamlSettings, links: string, url = '/sso/saml"') {
  await setUpDomain(deps, domainId);
  const created = await client.post(links, { note: 'Kim', days: '7', guide: '' });
  const link = /http[^"]+provider-setup#[\w-]{43}/.exec(created.text)?.[0] ?? '';
  const [setup] = await listProviderSetups(deps.store.db);
  const id = setup?.id ?? '';
  const a = { domain: await getDomain(deps.store.db, domainId), id, link };
  await arrive(deps, a, fixture('okta').replaceAll('/sso/saml"', url));
  return { id, path: `${domain}/setup-links/${id}` };
}
