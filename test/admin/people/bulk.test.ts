import { expect } from 'chai';
import { addGroup } from '../../../src/people/groups.ts';
import { findUser, findUserByUserName, type User } from '../../../src/store/users.ts';
import { type Anteroom, addPerson, startAnteroom } from '../../support/anteroom.ts';
import { type Client, logInLocally } from '../../support/client.ts';
import { findMemberIds } from '../../support/rows.ts';

const BULK = '/settings/people/bulk';
const DO = `${BULK}/confirmed`;
const LIST = '/settings/people';

describe('admin/people/bulk', () => {
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

  it('shows numbers, then deactivates people and ends their sessions', async () => {
    const theirs = await logInLocally(anteroom, 'anna.berg');
    const asked = await client.post(BULK, { action: 'deactivate', person: ids().slice(0, 2) });
    expect(asked.text)
      .to.contain('Deactivate 2 people?')
      .and.to.contain('anna.berg and ben.tal')
      .and.to.contain('1 session will end immediately');
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

  it('changes all results on all pages, but never the Power User themselves', async () => {
    const asked = await client.post(BULK, { action: 'deactivate', all: 'on' });
    expect(asked.text).to.contain('Deactivate 3 people?').and.to.contain('Your own account is not included');
    const some = await client.post(BULK, { action: 'remove', all: 'on', q: 'ben' });
    expect(some.text).to.contain('Delete 1 person?');
    await client.post(DO, { action: 'deactivate', all: 'on' });
    expect(await activeOnes()).to.equal(1);
    expect((await client.get(LIST)).status).to.equal(200);
  });

  it('deletes people only after their number was typed', async () => {
    const refused = await client.post(DO, { action: 'remove', person: ids(), typed: '2' });
    expect(refused.status).to.equal(422);
    expect(refused.text).to.contain('Enter 3 to delete these people.');
    const done = await client.post(DO, { action: 'remove', person: ids(), typed: '3' });
    expect((await client.follow(done)).text).to.contain('3 people were deleted.');
    expect(await findUser(anteroom.deps.store.db, people[0]?.id ?? '')).to.equal(undefined);
  });

  it('adds people to an existing group', async () => {
    const group = await addGroup(anteroom.deps, 'Sales');
    if (!group.ok) throw new Error('no group');
    const refused = await client.post(DO, { action: 'group', person: ids(), group: 'Sale' });
    expect(refused.status).to.equal(422);
    expect(refused.text).to.contain('No group has this name.');
    const done = await client.post(DO, { action: 'group', person: ids(), group: 'sales' });
    expect((await client.follow(done)).text).to.contain('3 people were added to Sales.');
    expect(await findMemberIds(anteroom.deps.store.db, group.value.id)).to.have.members(ids());
  });

  it('selects all that the page showed with the box above the list', async () => {
    const shown = ids().slice(1).join(' ');
    const asked = await client.post(BULK, { action: 'deactivate', page: 'on', shown, person: ids().slice(1, 2) });
    expect(asked.text).to.contain('Deactivate 2 people?').and.to.contain('ben.tal and cleo.see');
  });

  it('asks to select people first, and ignores unknown actions and IDs', async () => {
    const none = await client.post(BULK, { action: 'deactivate', q: 'x' });
    expect(none.location).to.equal(`${LIST}?q=x`);
    expect((await client.follow(none)).text).to.contain('No people are selected.');
    const me = (await findUserByUserName(anteroom.deps.store.db, 'maya.koch'))?.id ?? '';
    const mine = await client.post(BULK, { action: 'remove', person: me });
    expect((await client.follow(mine)).text).to.contain('Only your own account is selected.');
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
