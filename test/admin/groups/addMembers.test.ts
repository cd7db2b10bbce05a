import { expect } from 'chai';
import { findMemberIds } from '../../support/rows.ts';
import { startWithGroups } from '../support/groups.ts';

describe('admin/groups/addMembers', () => {
  it('finds people and adds the selected ones', async () => {
    const { anteroom, client, anna, add } = await startWithGroups();
    const { id } = await add({});
    const path = `/settings/groups/${id}/members/new`;
    const result = async (person: string[]) => (await client.follow(await client.post(path, { person }))).text;
    expect((await client.get(`${path}?q=anna`)).text).to.contain(`value="${anna.id}"`);
    expect((await client.get(`${path}?q=zzz`)).text).to.contain('No matching people');
    expect(await result([anna.id, 'unknown'])).to.contain('anna.berg was added to the group.');
    expect(await result([anna.id])).to.contain('The selected people were already members.');
    expect(await result([])).to.contain('No one was selected.');
    expect(await findMemberIds(anteroom.deps.store.db, id)).to.deep.equal([anna.id]);
  });
});
