import { expect } from 'chai';
import { addSource } from '../../../src/sources/profileSources.ts';
import { findGroup, findGroupByName, findMemberIds } from '../../../src/store/groups.ts';
import { findUser, type User } from '../../../src/store/users.ts';
import { type Anteroom, addPerson, startAnteroom } from '../../support/anteroom.ts';
import { type Client, logInLocally } from '../../support/client.ts';

const LIST = '/settings/groups';

describe('admin/groups', () => {
  let anteroom: Anteroom;
  let client: Client;
  let anna: User;

  beforeEach(async () => {
    anteroom = await startAnteroom();
    await addPerson(anteroom.deps, { userName: 'maya.koch', userType: 'Power User' });
    anna = await addPerson(anteroom.deps, { userName: 'anna.berg' });
    client = await logInLocally(anteroom);
  });

  it('lists, adds, and refuses a name twice in any case', async () => {
    expect((await client.get(LIST)).text).to.contain('No groups yet');
    await add('Sales');
    await add('Support');
    expect((await client.get(LIST)).text)
      .to.contain('2 groups')
      .and.to.contain('Sales');
    expect((await client.get(`${LIST}?q=SU`)).text)
      .to.contain('Support')
      .and.not.to.contain('>Sales<');
    const twice = await client.post(`${LIST}/new`, { displayName: 'SALES' });
    expect(twice.status).to.equal(422);
    expect(twice.text).to.contain('There is a group of this name already.').and.to.contain('value="SALES"');
    expect((await client.post(`${LIST}/new`, { displayName: ' ' })).text).to.contain('Enter a name.');
    expect((await client.get(`${LIST}?page=99999999999999999999&q=%00`)).status).to.equal(200);
  });

  it('renames, and says when somebody else was faster', async () => {
    const path = `${LIST}/${await add('Sales')}`;
    const saved = await client.post(path, { version: '1', displayName: 'Verkauf' });
    expect((await client.follow(saved)).text).to.contain('Saved: name.');
    const stale = await client.post(path, { version: '1', displayName: 'Vente' });
    expect(stale.status).to.equal(409);
    expect(stale.text).to.contain('Somebody else changed this group').and.to.contain('value="Vente"');
  });

  it('takes people in and out', async () => {
    const id = await add('Sales');
    const path = `${LIST}/${id}`;
    expect((await client.get(`${path}/members/new?q=anna`)).text).to.contain(`value="${anna.id}"`);
    const added = await client.post(`${path}/members/new`, { person: [anna.id, 'nobody'] });
    expect((await client.follow(added)).text)
      .to.contain('1 person is in the group now.')
      .and.to.contain('1 person');
    expect((await client.get(`${path}?q=zzz`)).text).to.contain('No member matches');
    await client.post(`${path}/members/removal`, { person: anna.id });
    expect(await findMemberIds(anteroom.deps.store.db, id)).to.deep.equal([]);
  });

  it('deletes where the name was typed, and leaves the people', async () => {
    const id = await add('Sales');
    await client.post(`${LIST}/${id}/members/new`, { person: anna.id });
    const path = `${LIST}/${id}/removal`;
    expect((await client.get(path)).text).to.contain('It has 1 member');
    expect((await client.post(path, { typed: 'sales' })).status).to.equal(422);
    expect((await client.post(path, { typed: 'Sales' })).location).to.equal(LIST);
    expect(await findGroup(anteroom.deps.store.db, id)).to.equal(undefined);
    expect((await findUser(anteroom.deps.store.db, anna.id))?.active).to.equal(true);
  });

  it('changes nothing of a group that a source manages', async () => {
    const id = await add('Sales');
    const source = await addSource(anteroom.deps, { name: 'JumpCloud' });
    if (!source.ok) throw new Error('no source');
    const sourceId = source.value.source.id;
    await anteroom.deps.store.db.updateTable('groups').set({ sourceId }).where('id', '=', id).execute();
    const path = `${LIST}/${id}`;
    expect((await client.get(path)).text)
      .to.contain('Managed by JumpCloud')
      .and.not.to.contain('name="displayName"');
    expect((await client.post(path, { version: '1', displayName: 'Mine' })).status).to.equal(409);
    expect((await client.post(`${path}/members/new`, { person: anna.id })).status).to.equal(409);
    expect((await client.get(`${LIST}?source=${sourceId}`)).text).to.contain('1 group');
  });

  it('answers 404 for no group', async () => {
    for (const id of ['nobody', '%00']) expect((await client.get(`${LIST}/${id}`)).status).to.equal(404);
  });

  async function add(displayName: string): Promise<string> {
    const added = await client.post(`${LIST}/new`, { displayName });
    expect(added.status).to.equal(303);
    return (await findGroupByName(anteroom.deps.store.db, displayName))?.id ?? '';
  }
});
