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
});
