import { expect } from 'chai';
import { addCalls } from '../../../src/store/profileSources.ts';
import { logInLocally } from '../../support/client.ts';
import { fieldsOfForm } from '../support/formFields.ts';
import { keyOf, type Sources, startForSources } from '../support/sources.ts';

const SCIM = '/settings/profile-sources/scim';
const DAY_MS = 86_400_000;

describe('admin/profile-sources/source', () => {
  let setup: Sources;
  let path: string;
  let id: string;
  let token: string;

  beforeEach(async () => {
    setup = await startForSources();
    ({ id, token } = await setup.add('JumpCloud'));
    path = `${SCIM}/${id}`;
  });

  it('disables a source, creates a token and enables it again, as in the article', async () => {
    const { client, tryToken } = setup;
    const { active: _, ...inactive } = fieldsOfForm((await client.get(path)).text, path);
    expect((await client.follow(await client.post(path, inactive))).text).to.contain('Saved: disabled.');
    const next = keyOf(await client.post(`${path}/token`, { overlap: '0', lifetime: '' }));
    const enabled = await client.post(path, { ...inactive, active: 'on' });
    expect((await client.follow(enabled)).text).to.contain('Saved: enabled.');
    expect([await tryToken(token), await tryToken(next.token)]).to.deep.equal(['wrong_token', 'ok']);
  });

  it('keeps the old token for some days, lets the new one expire, and warns before', async () => {
    const { anteroom, tryToken } = setup;
    const page = async () => (await (await logInLocally(anteroom)).get(path)).text;
    const next = keyOf(await setup.client.post(`${path}/token`, { overlap: '7', lifetime: '90' }));
    expect([await tryToken(token), await tryToken(next.token)]).to.deep.equal(['ok', 'ok']);
    anteroom.deps.clock.advance(7 * DAY_MS);
    expect([await tryToken(token), await tryToken(next.token)]).to.deep.equal(['expired_token', 'ok']);
    expect(await page()).not.to.contain('Generate a new key below');
    anteroom.deps.clock.advance(60 * DAY_MS);
    expect(await page())
      .to.contain('The token expires')
      .and.to.contain('Generate a new key below');
    anteroom.deps.clock.advance(30 * DAY_MS);
    expect(await page()).to.contain('All tokens of this source have expired');
  });

  it('ignores numbers of days that it does not offer', async () => {
    const next = keyOf(await setup.client.post(`${path}/token`, { overlap: '3650', lifetime: '-1' }));
    expect([await setup.tryToken(token), await setup.tryToken(next.token)]).to.deep.equal(['wrong_token', 'ok']);
  });

  it('saves what differs, and shows errors beside what was entered', async () => {
    const { client, tryToken } = setup;
    const form = fieldsOfForm((await client.get(path)).text, path);
    expect((await client.follow(await client.post(path, form))).text).to.contain('No changes to save.');
    const refused = await client.post(path, { ...form, networks: '10.0.0.0/8\nfoo' });
    expect(refused.status).to.equal(422);
    expect(refused.text).to.contain('id="networks-error"').and.to.contain('10.0.0.0/8\nfoo');
    const entered = { ...form, networks: '192.0.2.0/24', readOnly: 'on', patchResponse: 'none' };
    const saved = await client.follow(await client.post(path, entered));
    expect(saved.text).to.contain('Saved: read-only, PATCH response, allowed networks.');
    expect(await tryToken(token, '192.0.2.9')).to.equal('ok');
    expect(await tryToken(token, '198.51.100.9')).to.equal('wrong_network');
  });

  it('shows the rights, off for Power Users at first, and saves them', async () => {
    const { client } = setup;
    const form = fieldsOfForm((await client.get(path)).text, path);
    expect(form).to.include({ maySetPasswords: 'on', mayTakeOver: 'on' }).and.to.not.have.property('mayGrantPowerUser');
    const { mayTakeOver: _, ...others } = form;
    const entered = { ...others, mayGrantPowerUser: 'on' };
    const saved = await client.follow(await client.post(path, entered));
    expect(saved.text).to.contain('Saved: rights.');
    expect(fieldsOfForm(saved.text, path))
      .to.include({ mayGrantPowerUser: 'on' })
      .and.to.not.have.property('mayTakeOver');
  });

  it('saves whether unknown attributes and members are refused', async () => {
    const { client } = setup;
    const form = fieldsOfForm((await client.get(path)).text, path);
    expect(form).to.not.have.any.keys('refuseUnknownAttributes', 'refuseUnknownMembers');
    const saved = await client.follow(await client.post(path, { ...form, refuseUnknownMembers: 'on' }));
    expect(saved.text).to.contain('Saved: unknown attributes and members.');
    expect(fieldsOfForm(saved.text, path))
      .to.include({ refuseUnknownMembers: 'on' })
      .and.to.not.have.property('refuseUnknownAttributes');
  });

  it('shows the requests of the last days as a chart with a label and a table', async () => {
    const { anteroom, client } = setup;
    const day = Math.floor(anteroom.deps.now() / DAY_MS) * DAY_MS;
    await addCalls(anteroom.deps.store.db, id, { day, calls: 12, failures: 3, at: anteroom.deps.now() });
    const page = (await client.get(path)).text;
    expect(page).to.contain('aria-label="9 succeeded and 3 refused in 14 days"');
    expect(page.match(/<rect /g)?.length).to.be.greaterThan(1);
    expect(page).to.contain('<tr><th>March 2</th><td>9</td><td>3</td></tr>');
  });

  it('shows what a client did with the key: the person, their source and the request', async () => {
    const { anteroom, client } = setup;
    await client.post(path, { ...fieldsOfForm((await client.get(path)).text, path), logBodies: 'on' });
    const created = await fetch(`${anteroom.url}/api/v2/scim/v2/Users`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
      body: JSON.stringify({ userName: 'anna.berg', name: { givenName: 'Anna' }, password: 'correct horse battery' }),
    });
    expect(created.status).to.equal(201);
    const person = (await created.json()) as { id: string };
    expect((await client.get(`/settings/people/${person.id}`)).text).to.match(/Managed by\s+<a [^>]+>JumpCloud</);
    expect((await client.get(`/settings/people?source=${id}`)).text).to.contain('1 person');
    const log = (await client.get(`/settings/profile-sources/log?source=${id}&event=user_create_provision`)).text;
    const entry = /href="(\/settings\/profile-sources\/log\/[\w-]{36})"/.exec(log)?.[1] ?? '';
    const page = (await client.get(entry)).text;
    expect(page).to.contain('Person added').and.to.contain('givenName').and.not.to.contain('correct horse');
    expect((await client.get(path)).text).to.contain('(1 active)');
  });

  it('responds with 404 for an unknown source', async () => {
    for (const rest of ['', '/removal'])
      expect((await setup.client.get(`${SCIM}/unknown${rest}`)).status).to.equal(404);
  });
});
