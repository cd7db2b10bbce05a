import { expect } from 'chai';
import { findSource, listSources } from '../../../src/store/profileSources.ts';
import { keyOf, type Sources, startForSources } from '../support/sources.ts';

const SCIM = '/settings/profile-sources/scim';
const BODIES = 'Log Request Body in SCIM Service';

describe('admin/profile-sources/scim', () => {
  let setup: Sources;

  beforeEach(async () => {
    setup = await startForSources();
  });

  it('is linked from Manage Profile Sources, which names the source', async () => {
    const { client, add } = setup;
    const overview = (await client.get('/settings/profile-sources')).text;
    expect(overview).to.contain(`href="${SCIM}"`).and.to.contain('No sources yet');
    await add('JumpCloud');
    expect((await client.get('/settings/profile-sources')).text).to.contain('1 source: <bdi>JumpCloud</bdi>');
  });

  it('has the fields in the order of the article', async () => {
    const page = (await setup.client.get(SCIM)).text;
    const form = page.slice(page.indexOf('Add a SCIM source'));
    const places = ['name="name"', 'Generate Key', 'name="active" checked', BODIES].map((part) => form.indexOf(part));
    expect(places.every((at, index) => at > (places[index - 1] ?? 0))).to.equal(true);
  });

  it('generates a key and shows the token in one response only', async () => {
    const { anteroom, client, tryToken } = setup;
    const added = await client.post(SCIM, { name: 'JumpCloud', active: 'on', logBodies: 'on' });
    expect(added.status).to.equal(200);
    expect(added.text).to.contain('shown only once').and.to.contain(`${anteroom.url}/api/v2/scim/v2`);
    expect(added.headers.get('cache-control')).to.equal('no-store');
    const { id, token } = keyOf(added);
    expect(await tryToken(token)).to.equal('ok');
    const stored = await findSource(anteroom.deps.store.db, id);
    expect(stored).to.include({ name: 'JumpCloud', active: true, logBodies: true });
    for (const path of [`${SCIM}/${id}`, SCIM]) expect((await client.get(path)).text).not.to.contain(token);
    expect(JSON.stringify(anteroom.deps.logged)).not.to.contain(token);
  });

  it('refuses a name that is taken, as when the page of the key is reloaded, and an empty one', async () => {
    const { anteroom, client, add } = setup;
    await add('JumpCloud');
    const again = await client.post(SCIM, { name: 'jumpcloud', active: 'on' });
    expect(again.status).to.equal(422);
    expect(again.text).to.contain('This name is already taken').and.to.contain('value="jumpcloud"');
    expect((await client.post(SCIM, { name: ' ' })).text).to.contain('Enter a name, such as JumpCloud.');
    expect(await listSources(anteroom.deps.store.db)).to.have.lengthOf(1);
  });

  it('adds a disabled source if Active is not checked', async () => {
    const { token } = keyOf(await setup.client.post(SCIM, { name: 'Okta' }));
    expect(await setup.tryToken(token)).to.equal('inactive_source');
    expect((await setup.client.get(SCIM)).text).to.contain('Disabled');
  });
});
