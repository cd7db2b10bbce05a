import { expect } from 'chai';
import { addMembers } from '../../../src/store/groupMembers.ts';
import { findGroup } from '../../../src/store/groups.ts';
import { findUser } from '../../../src/store/users.ts';
import { startWithGroups } from '../support/groups.ts';

describe('admin/groups/remove', () => {
  it('deletes a group after its name is typed, and keeps the people', async () => {
    const { anteroom, client, anna, add } = await startWithGroups();
    const { db } = anteroom.deps.store;
    const { id } = await add({ displayName: 'Sales' });
    await addMembers(db, id, [anna.id]);
    const path = `/settings/groups/${id}/removal`;
    expect((await client.get(path)).text).to.contain('It has 1 member.');
    expect((await client.post(path, { typed: 'sales' })).status).to.equal(422);
    expect(await findGroup(db, id)).to.include({ displayName: 'Sales' });
    expect((await client.post(path, { typed: 'Sales' })).location).to.equal('/settings/groups');
    expect(await findGroup(db, id)).to.equal(undefined);
    expect(await findUser(db, anna.id)).to.include({ active: true });
  });

  it('asks for the first word of a long name', async () => {
    const { client, add } = await startWithGroups();
    const { id } = await add({ displayName: 'Everyone who works in the north of the country' });
    const path = `/settings/groups/${id}/removal`;
    expect((await client.get(path)).text).to.contain('Type Everyone to confirm');
    expect((await client.post(path, { typed: 'Everybody' })).text).to.contain('Type Everyone to delete this group.');
    expect((await client.post(path, { typed: 'Everyone' })).status).to.equal(303);
  });
});
