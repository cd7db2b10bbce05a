import { expect } from 'chai';
import { addGroup } from '../../../src/people/groups.ts';
import { findMemberIds } from '../../../src/store/groups.ts';
import { findUser, findUserByUserName, type User } from '../../../src/store/users.ts';
import { type Anteroom, addPerson, startAnteroom } from '../../support/anteroom.ts';
import { type Client, logInLocally } from '../../support/client.ts';

const BULK = '/settings/people/bulk';
const DO = `${BULK}/confirmed`;
const LIST = '/settings/people';

describe('admin/people: many at once', () => {
  let anteroom: Anteroom;
  let client: Client;
  let people: User[];

  beforeEach(async () => {
    anteroom = await startAnteroom();
    await addPerson(anteroom.deps, { userName: 'maya.koch', userType: 'Power User' });
    people = [];
    for (const userName of ['anna.berg', 'ben.tal', 'cleo.see'])
      people.push(await addPerson(anteroom.deps, { userName }));
    client = await logInLocally(anteroom);
  });

  it('asks with numbers, then deactivates and ends the sessions', async () => {
    const theirs = await logInLocally(anteroom, 'anna.berg');
    const asked = await client.post(BULK, { action: 'deactivate', person: ids().slice(0, 2) });
    expect(asked.text).to.contain('Deactivate: 2 people').and.to.contain('It ends 1 session at once.');
    expect(await activeOnes()).to.equal(4);
    const done = await client.post(DO, { action: 'deactivate', person: ids().slice(0, 2) });
    expect((await client.follow(done)).text).to.contain('2 people were deactivated.');
    expect(await activeOnes()).to.equal(2);
    expect((await theirs.get('/')).status).to.equal(303);
    const again = await client.post(DO, { action: 'deactivate', person: ids() });
    expect((await client.follow(again)).text).to.contain(
      '1 person was deactivated. 2 people were already deactivated.',
    );
    const back = await client.post(DO, { action: 'activate', person: ids() });
    expect((await client.follow(back)).text).to.contain('3 people were activated.');
  });

  it('takes all who match, also those of other pages, and never oneself', async () => {
    const asked = await client.post(BULK, { action: 'deactivate', all: 'on' });
    expect(asked.text).to.contain('Deactivate: 3 people').and.to.contain('You are left out yourself');
    const some = await client.post(BULK, { action: 'remove', all: 'on', q: 'ben' });
    expect(some.text).to.contain('Delete: 1 person');
    await client.post(DO, { action: 'deactivate', all: 'on' });
    expect(await activeOnes()).to.equal(1);
    expect((await client.get(LIST)).status).to.equal(200);
  });

  it('deletes only where their number was entered', async () => {
    const refused = await client.post(DO, { action: 'remove', person: ids(), typed: '2' });
    expect(refused.status).to.equal(422);
    expect(refused.text).to.contain('Enter 3 to delete them.');
    const done = await client.post(DO, { action: 'remove', person: ids(), typed: '3' });
    expect((await client.follow(done)).text).to.contain('3 people were deleted.');
    expect(await findUser(anteroom.deps.store.db, people[0]?.id ?? '')).to.equal(undefined);
  });

  it('adds to a group that is there', async () => {
    const group = await addGroup(anteroom.deps, 'Sales');
    if (!group.ok) throw new Error('no group');
    const refused = await client.post(DO, { action: 'group', person: ids(), group: 'Sale' });
    expect(refused.status).to.equal(422);
    expect(refused.text).to.contain('There is no group of this name.');
    const done = await client.post(DO, { action: 'group', person: ids(), group: 'sales' });
    expect((await client.follow(done)).text).to.contain('3 people were added to Sales.');
    expect(await findMemberIds(anteroom.deps.store.db, group.value.id)).to.have.members(ids());
  });

  it('says that nobody was chosen, and does nothing that it does not know', async () => {
    const none = await client.post(BULK, { action: 'deactivate', q: 'x' });
    expect(none.location).to.equal(`${LIST}?q=x`);
    expect((await client.follow(none)).text).to.contain('Nobody was chosen.');
    const me = (await findUserByUserName(anteroom.deps.store.db, 'maya.koch'))?.id ?? '';
    const mine = await client.post(BULK, { action: 'remove', person: me });
    expect((await client.follow(mine)).text).to.contain('Only you were chosen.');
    expect((await client.post(DO, { action: 'explode', person: ids() })).status).to.equal(303);
    expect((await client.post(DO, { action: 'deactivate', person: ['x\u0001', '../../..'] })).status).to.equal(303);
    expect(await activeOnes()).to.equal(4);
  });

  function ids(): string[] {
    return people.map((person) => person.id);
  }

  async function activeOnes(): Promise<number> {
    const rows = await anteroom.deps.store.db.selectFrom('users').select('id').where('active', '=', 1).execute();
    return rows.length;
  }
});
