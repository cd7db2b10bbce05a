import { expect } from 'chai';
import { findCallingSource } from '../../../src/sources/callingSource.ts';
import { addCalls, findSource } from '../../../src/store/profileSources.ts';
import { findUser, type User } from '../../../src/store/users.ts';
import { type Anteroom, addPerson, startAnteroom } from '../../support/anteroom.ts';
import { type Answer, type Client, logInLocally } from '../../support/client.ts';
import { fieldsOfForm } from '../support/formFields.ts';

const SCIM = '/settings/profile-sources/scim';
const DAY_MS = 86_400_000;

describe('admin/profileSources', () => {
  let anteroom: Anteroom;
  let client: Client;

  beforeEach(async () => {
    anteroom = await startAnteroom();
    await addPerson(anteroom.deps, { userName: 'maya.koch', userType: 'Power User' });
    client = await logInLocally(anteroom);
  });

  it('generates a key in the order of the article, and shows the token this once', async () => {
    expect((await client.get('/settings/profile-sources')).text).to.contain(`href="${SCIM}"`);
    const page = await client.get(SCIM);
    const form = page.text.slice(page.text.indexOf('Add a SCIM source'));
    const places = ['name="name"', 'Generate Key', 'name="active" checked', 'Log Request Body in SCIM Service'];
    expect(places.map((part) => form.indexOf(part)).every((at, index, all) => at > (all[index - 1] ?? 0))).to.equal(
      true,
    );
    const made = await client.post(SCIM, { name: 'JumpCloud', active: 'on', logBodies: 'on' });
    expect(made.status).to.equal(200);
    expect(made.text).to.contain('shown only once').and.to.contain(`${anteroom.url}/api/v2/scim/v2`);
    expect(made.headers.get('cache-control')).to.equal('no-store');
    const { id, token } = keyOf(made);
    expect((await findCallingSource(anteroom.deps, token, '192.0.2.1')).ok).to.equal(true);
    expect(await findSource(anteroom.deps.store.db, id)).to.include({
      name: 'JumpCloud',
      active: true,
      logBodies: true,
    });
    for (const path of [`${SCIM}/${id}`, SCIM]) expect((await client.get(path)).text).not.to.contain(token);
    expect(JSON.stringify(anteroom.deps.logged)).not.to.contain(token);
  });

  it('makes no second source of a name, as when the page of the key is reloaded', async () => {
    await add('JumpCloud');
    const again = await client.post(SCIM, { name: 'jumpcloud', active: 'on' });
    expect(again.status).to.equal(422);
    expect(again.text).to.contain('There is a source of this name already.').and.to.contain('value="jumpcloud"');
    expect((await client.post(SCIM, { name: ' ' })).text).to.contain('Enter a name, such as JumpCloud.');
  });

  it('makes an inactive source where Active is not ticked', async () => {
    const { token } = keyOf(await client.post(SCIM, { name: 'Okta' }));
    expect(await findCallingSource(anteroom.deps, token, '192.0.2.1')).to.include({
      ok: false,
      reason: 'inactive_source',
    });
  });

  it('deactivates, updates the token and activates again, as the article has it', async () => {
    const { id, token } = await add('JumpCloud');
    const path = `${SCIM}/${id}`;
    const { active: _, ...inactive } = fieldsOfForm((await client.get(path)).text, path);
    expect((await client.follow(await client.post(path, inactive))).text).to.contain('Saved: deactivated.');
    const fresh = keyOf(await client.post(`${path}/token`, { overlap: '0', lifetime: '' }));
    expect((await client.follow(await client.post(path, { ...inactive, active: 'on' }))).text).to.contain(
      'Saved: activated.',
    );
    expect((await findCallingSource(anteroom.deps, token, '192.0.2.1')).ok).to.equal(false);
    expect((await findCallingSource(anteroom.deps, fresh.token, '192.0.2.1')).ok).to.equal(true);
  });

  it('rotates with overlap, lets a token end, and warns in time', async () => {
    const { id, token } = await add('JumpCloud');
    const path = `${SCIM}/${id}`;
    const fresh = keyOf(await client.post(`${path}/token`, { overlap: '7', lifetime: '90' }));
    for (const one of [token, fresh.token]) expect((await call(one)).ok).to.equal(true);
    anteroom.deps.clock.advance(7 * DAY_MS);
    client = await logInLocally(anteroom);
    expect([(await call(token)).ok, (await call(fresh.token)).ok]).to.deep.equal([false, true]);
    expect((await client.get(path)).text).not.to.contain('Generate a new key below');
    anteroom.deps.clock.advance(60 * DAY_MS);
    client = await logInLocally(anteroom);
    expect((await client.get(path)).text)
      .to.contain('The token ends')
      .and.to.contain('Generate a new key below');
    anteroom.deps.clock.advance(30 * DAY_MS);
    client = await logInLocally(anteroom);
    expect((await client.get(SCIM)).text).to.contain('No token is good any more');
  });

  it('saves what differs, and shows what is wrong with what was typed', async () => {
    const { id, token } = await add('JumpCloud');
    const path = `${SCIM}/${id}`;
    const form = fieldsOfForm((await client.get(path)).text, path);
    expect((await client.follow(await client.post(path, form))).text).to.contain('Nothing was different.');
    const refused = await client.post(path, { ...form, networks: '10.0.0.0/8\nfoo' });
    expect(refused.status).to.equal(422);
    expect(refused.text).to.contain('id="networks-error"').and.to.contain('10.0.0.0/8\nfoo');
    const entered = { ...form, networks: '192.0.2.0/24', readOnly: 'on', patchAnswer: 'none' };
    const saved = await client.follow(await client.post(path, entered));
    expect(saved.text).to.contain('Saved: read-only, answer to PATCH, allowed networks.');
    expect((await call(token, '192.0.2.9')).ok).to.equal(true);
    expect((await call(token, '198.51.100.9')).ok).to.equal(false);
  });

  it('shows the calls of the last days as a chart with words and a table', async () => {
    const { id } = await add('JumpCloud');
    const day = Math.floor(anteroom.deps.now() / DAY_MS) * DAY_MS;
    await addCalls(anteroom.deps.store.db, id, { day, calls: 12, failures: 3, at: anteroom.deps.now() });
    const page = (await client.get(`${SCIM}/${id}`)).text;
    expect(page).to.contain('aria-label="9 answered and 3 refused in 14 days"');
    expect(page.match(/<rect /g)?.length).to.be.greaterThan(1);
    expect(page).to.contain('<tr><th>March 2</th><td>9</td><td>3</td></tr>');
  });

  it('removes a source with its people kept or deactivated, in numbers', async () => {
    for (const [choice, active] of [
      ['keep', true],
      ['deactivate', false],
    ] as const) {
      const { id } = await add(`Source ${choice}`);
      const person = await managed(`person.${choice}`, id);
      const path = `${SCIM}/${id}/removal`;
      expect((await client.get(path)).text).to.contain('<strong>1 person</strong>');
      expect((await client.post(path, { typed: `Source ${choice}` })).text).to.contain(
        'Choose what becomes of its people.',
      );
      expect((await client.post(path, { typed: 'x', people: choice })).status).to.equal(422);
      expect((await client.post(path, { typed: `Source ${choice}`, people: choice })).status).to.equal(303);
      expect(await findUser(anteroom.deps.store.db, person.id)).to.include({ active, sourceId: null });
      expect((await client.get(`${SCIM}/${id}`)).status).to.equal(404);
    }
  });

  it('shows what a client did with the key: the person, who manages them, and the request', async () => {
    const { id, token } = keyOf(await client.post(SCIM, { name: 'JumpCloud', active: 'on', logBodies: 'on' }));
    const created = await fetch(`${anteroom.url}/api/v2/scim/v2/Users`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
      body: JSON.stringify({ userName: 'anna.berg', name: { givenName: 'Anna' }, password: 'correct horse battery' }),
    });
    expect(created.status).to.equal(201);
    const person = (await created.json()) as { id: string };
    expect((await client.get(`/settings/people/${person.id}`)).text).to.contain('managed by JumpCloud');
    expect((await client.get(`/settings/people?source=${id}`)).text).to.contain('1 person');
    const log = (await client.get(`/settings/profile-sources/log?source=${id}&event=user_create_provision`)).text;
    const entry = /href="(\/settings\/profile-sources\/log\/[\w-]{36})"/.exec(log)?.[1] ?? '';
    const page = (await client.get(entry)).text;
    expect(page).to.contain('Person added').and.to.contain('givenName').and.not.to.contain('correct horse');
    expect((await client.get(`${SCIM}/${id}`)).text).to.contain('1, 1 active'.slice(1));
  });

  async function add(name: string): Promise<{ id: string; token: string }> {
    return keyOf(await client.post(SCIM, { name, active: 'on' }));
  }

  function call(token: string, address = '192.0.2.1') {
    return findCallingSource(anteroom.deps, token, address);
  }

  async function managed(userName: string, sourceId: string): Promise<User> {
    const person = await addPerson(anteroom.deps, { userName });
    await anteroom.deps.store.db.updateTable('users').set({ sourceId }).where('id', '=', person.id).execute();
    return person;
  }
});

/** Client ID and token, as they stand on the page of a new key. */
function keyOf({ text }: Answer): { id: string; token: string } {
  const value = (id: string) => new RegExp(`id="${id}" value="([^"]+)"`).exec(text)?.[1] ?? '';
  return { id: value('client-id'), token: value('token') };
}
