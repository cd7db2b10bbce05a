import { expect } from 'chai';
import { findGroupByName } from '../../../src/store/groups.ts';
import { startWithGroups } from '../support/groups.ts';

const NEW = '/settings/groups/new';

describe('admin/groups/new', () => {
  it('adds a group, and refuses an empty name and a taken one in any case', async () => {
    const { anteroom, client } = await startWithGroups();
    const added = await client.post(NEW, { displayName: ' Sales ' });
    const group = await findGroupByName(anteroom.deps.store.db, 'sales');
    expect(added.location).to.equal(`/settings/groups/${group?.id}`);
    expect((await client.follow(added)).text).to.contain('Added Sales.');
    const taken = await client.post(NEW, { displayName: 'SALES' });
    expect(taken.status).to.equal(422);
    expect(taken.text).to.contain('This group name is already taken.').and.to.contain('value="SALES"');
    expect((await client.post(NEW, { displayName: ' ' })).text).to.contain('Enter a name.');
  });
});
