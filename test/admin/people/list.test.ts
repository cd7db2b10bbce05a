import { expect } from 'chai';
import { removeUser, setActive } from '../../../src/people/users.ts';
import type { User } from '../../../src/store/users.ts';
import { type Anteroom, addPerson, startAnteroom } from '../../support/anteroom.ts';
import { type Client, logInLocally } from '../../support/client.ts';
import { aUser, insertUser } from '../../support/rows.ts';
import { fieldsOfForm } from '../support/formFields.ts';

const LIST = '/settings/people';

describe('admin/people', () => {
  let anteroom: Anteroom;
  let maya: User;
  let client: Client;

  beforeEach(async () => {
    anteroom = await startAnteroom();
    maya = await addPerson(anteroom.deps, { userName: 'maya.koch', givenName: 'Maya', userType: 'Power User' });
    client = await logInLocally(anteroom);
  });

  it('is for Power Users alone', async () => {
    await addPerson(anteroom.deps, { userName: 'anna.berg' });
    const anna = await logInLocally(anteroom, 'anna.berg');
    expect((await anna.get(LIST)).status).to.equal(403);
    expect((await anna.get(`${LIST}/${maya.id}`)).status).to.equal(403);
    expect((await anna.post(`${LIST}/${maya.id}/deactivation`)).status).to.equal(403);
  });

  it('lists people by search, status and type, and counts them', async () => {
    const anna = await addPerson(anteroom.deps, { userName: 'anna.berg', givenName: 'Anna', familyName: 'Berg' });
    await setActive(anteroom.deps, anna.id, false);
    expect((await client.get(LIST)).text).to.contain('2 people');
    expect(await namesOf(client, '?q=an+be')).to.deep.equal(['Anna Berg']);
    expect(await namesOf(client, '?active=yes')).to.deep.equal(['Maya']);
    expect(await namesOf(client, '?type=Power+User')).to.deep.equal(['Maya']);
    expect((await client.get(`${LIST}?q=zzz`)).text).to.contain('Nobody matches');
    expect((await client.get(`${LIST}?q=${'%00'}x&after=nonsense&active=perhaps`)).status).to.equal(200);
  });

  it('turns pages and keeps the search', async () => {
    for (let index = 100; index < 155; index += 1)
      await insertUser(anteroom.deps.store.db, aUser({ userName: `person.${index}` }), null);
    const first = await client.get(`${LIST}?q=person`);
    expect(first.text).to.contain('50 of 55 people');
    const next = /rel="next" href="([^"]+)"/.exec(first.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect(next).to.contain('q=person');
    const second = await client.get(next);
    expect(second.text).to.contain('person.154').and.not.to.contain('person.149');
    expect(second.text).to.contain('rel="prev"').and.not.to.contain('rel="next"');
  });

  it('adds a person, who is then in the list and can be changed', async () => {
    const added = await client.post(`${LIST}/new`, {
      userName: 'anna.berg',
      givenName: 'Anna',
      userType: 'Intranet User',
    });
    expect(added.status).to.equal(303);
    const page = await client.follow(added);
    expect(page.text).to.contain('Anna was added to the People Directory.');
    const saved = await client.post(added.location ?? '', {
      ...fieldsOfForm(page.text, added.location ?? ''),
      title: 'Clerk',
    });
    expect((await client.follow(saved)).text).to.contain('Saved: job title.');
  });

  it('keeps what was typed, with the error beside the field', async () => {
    const refused = await client.post(`${LIST}/new`, {
      userName: 'MAYA.koch',
      givenName: '<Anna>',
      userType: 'Intranet User',
    });
    expect(refused.status).to.equal(422);
    expect(refused.text).to.contain('This user name is already taken.').and.to.contain('value="&lt;Anna&gt;"');
    const short = await client.post(`${LIST}/new`, { userName: 'anna', userType: 'Intranet User', password: 'short' });
    expect(short.text).to.contain('Use at least 12 characters.').and.not.to.contain('value="short"');
  });

  it('says that somebody else was faster, keeps what was typed, and lets it be saved again', async () => {
    const anna = await addPerson(anteroom.deps, { userName: 'anna.berg' });
    const path = `${LIST}/${anna.id}`;
    const mine = fieldsOfForm((await client.get(path)).text, path);
    await client.post(path, { ...mine, department: 'Sales' });
    const stale = await client.post(path, { ...mine, department: 'IT' });
    expect(stale.status).to.equal(409);
    expect(stale.text).to.contain('Somebody else changed this person').and.to.contain('Stored now: Sales');
    const again = await client.post(path, { ...mine, ...fieldsOfForm(stale.text, path) });
    expect((await client.follow(again)).text)
      .to.contain('Saved: department.')
      .and.to.contain('value="IT"');
  });

  it('asks before a Power User gives up their own power', async () => {
    await addPerson(anteroom.deps, { userName: 'other', userType: 'Power User' });
    const path = `${LIST}/${maya.id}`;
    const mine = { ...fieldsOfForm((await client.get(path)).text, path), userType: 'Intranet User' };
    const asked = await client.post(path, mine);
    expect(asked.status).to.equal(422);
    expect(asked.text).to.contain('This is you.').and.to.contain('name="givesUpPower"');
    expect((await client.post(path, { ...mine, givesUpPower: 'on' })).status).to.equal(303);
    expect((await client.get(LIST)).status).to.equal(403);
  });

  it('sets and removes a local password', async () => {
    const anna = await addPerson(anteroom.deps, { userName: 'anna.berg' });
    const path = `${LIST}/${anna.id}/password`;
    expect((await client.post(path, { action: 'set', password: 'short' })).status).to.equal(422);
    expect((await client.post(path, { action: 'remove' })).status).to.equal(303);
    expect((await client.get(path)).text).to.not.contain('Remove the password');
    const entered = await logInLocally(anteroom, 'anna.berg').catch((error: Error) => error.message);
    expect(entered).to.equal('anna.berg could not log in: 422');
  });

  it('deactivates with the number of sessions that end, and activates again', async () => {
    const anna = await addPerson(anteroom.deps, { userName: 'anna.berg', givenName: 'Anna' });
    const theirs = await logInLocally(anteroom, 'anna.berg');
    const path = `${LIST}/${anna.id}`;
    expect((await client.get(`${path}/deactivation`)).text).to.contain('It ends 1 session at once');
    const done = await client.post(`${path}/deactivation`);
    expect((await client.follow(done)).text).to.contain('Anna is deactivated');
    expect((await theirs.get('/')).location).to.equal('/login');
    await client.post(`${path}/activation`);
    await logInLocally(anteroom, 'anna.berg');
  });

  it('tells somebody that it is themselves whom they deactivate, and keeps the last Power User', async () => {
    const path = `${LIST}/${maya.id}/deactivation`;
    expect((await client.get(path)).text).to.contain('This is you');
    expect((await client.post(path)).text).to.contain('you are about to lock yourself out');
    const last = await client.post(path, { myself: 'on' });
    expect(last.status).to.equal(422);
    expect(last.text).to.contain('This is the last active Power User.');
    await addPerson(anteroom.deps, { userName: 'other', userType: 'Power User' });
    expect((await client.post(path, { myself: 'on' })).status).to.equal(303);
    expect((await client.get(LIST)).status).to.equal(303);
  });

  it('deletes somebody whose user name was typed', async () => {
    const anna = await addPerson(anteroom.deps, { userName: 'anna.berg' });
    const path = `${LIST}/${anna.id}/removal`;
    const refused = await client.post(path, { typed: 'maya.koch' });
    expect(refused.status).to.equal(422);
    expect(refused.text).to.contain('Type anna.berg to delete this person.');
    expect((await client.post(path, { typed: 'anna.berg' })).location).to.equal(LIST);
    expect((await client.get(`${LIST}/${anna.id}`)).status).to.equal(404);
    expect((await client.post(`${LIST}/${maya.id}/removal`, { typed: 'maya.koch' })).text).to.contain(
      'last active Power User',
    );
  });

  it('answers 404 for nobody, and for what is no identifier', async () => {
    const anna = await addPerson(anteroom.deps, { userName: 'anna.berg' });
    await removeUser(anteroom.deps, anna.id);
    for (const id of [anna.id, 'nobody', '%00', 'x'.repeat(5_000), '__proto__'])
      expect((await client.get(`${LIST}/${id}`)).status, id.slice(0, 40)).to.equal(404);
  });
});

/** The names in the list, in their order. */
async function namesOf(client: Client, query: string): Promise<string[]> {
  const { text } = await client.get(`${LIST}${query}`);
  return [...text.matchAll(/href="\/settings\/people\/[\w-]{36}">([^<]+)</g)].map((match) => match[1] ?? '');
}
