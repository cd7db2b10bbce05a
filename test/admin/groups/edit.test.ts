import { expect } from 'chai';
import { addMembers } from '../../../src/store/groupMembers.ts';
import { findGroup } from '../../../src/store/groups.ts';
import { insertSource } from '../../../src/store/profileSources.ts';
import { aSource, findMemberIds } from '../../support/rows.ts';
import { type Groups, startWithGroups } from '../support/groups.ts';

const LIST = '/settings/groups';

describe('admin/groups/edit', () => {
  let setup: Groups;

  beforeEach(async () => {
    setup = await startWithGroups();
  });

  it('renames a group, and refuses a form that is out of date', async () => {
    const { client, add } = setup;
    const path = `${LIST}/${(await add({ displayName: 'Sales' })).id}`;
    const saved = await client.post(path, { version: '1', displayName: 'Verkauf' });
    expect((await client.follow(saved)).text).to.contain('Saved: name.');
    const stale = await client.post(path, { version: '1', displayName: 'Vente' });
    expect(stale.status).to.equal(409);
    expect(stale.text).to.contain('Someone else changed this group').and.to.contain('value="Vente"');
    const same = await client.post(path, { version: '2', displayName: 'Verkauf' });
    expect((await client.follow(same)).text).to.contain('No changes to save.');
    expect((await client.post(path, { version: '3', displayName: '' })).status).to.equal(422);
  });

  it('searches members and removes the selected ones', async () => {
    const { anteroom, client, anna, add } = setup;
    const { db } = anteroom.deps.store;
    const { id } = await add({});
    await addMembers(db, id, [anna.id]);
    expect((await client.get(`${LIST}/${id}?q=anna`)).text).to.contain(`value="${anna.id}"`);
    expect((await client.get(`${LIST}/${id}?q=zzz`)).text).to.contain('No matching members');
    const none = await client.post(`${LIST}/${id}/members/removal`, {});
    expect((await client.follow(none)).text).to.contain('No one was selected.');
    const removed = await client.post(`${LIST}/${id}/members/removal`, { person: anna.id });
    expect((await client.follow(removed)).text).to.contain('anna.berg was removed from the group.');
    expect(await findMemberIds(db, id)).to.deep.equal([]);
  });

  it('adds groups as members by their name, shows them on both sides, and removes them', async () => {
    const { client, add } = setup;
    const [outer, inner] = [await add({ displayName: 'Everyone' }), await add({ displayName: 'Sales' })];
    const path = `${LIST}/${outer.id}`;
    const added = await client.post(`${path}/groups`, { group: ' sales ' });
    expect((await client.follow(added)).text)
      .to.contain('Sales is now a member.')
      .and.to.contain(`href="${LIST}/${inner.id}"`);
    expect((await client.get(`${LIST}/${inner.id}`)).text)
      .to.contain('Member of')
      .and.to.contain(`href="${path}"`);
    for (const [id, group, error] of [
      [outer.id, 'Sales', 'This group is already a member.'],
      [outer.id, 'Nowhere', 'There is no group with this name.'],
      [inner.id, 'Everyone', 'Everyone cannot be a member: a group would contain itself'],
      [inner.id, 'Sales', 'Sales cannot be a member: a group would contain itself'],
    ] as const) {
      const refused = await client.post(`${LIST}/${id}/groups`, { group });
      expect([refused.status, refused.text.includes(error)], error).to.deep.equal([422, true]);
      expect(refused.text).to.contain(`value="${group}"`);
    }
    const removed = await client.post(`${path}/groups/removal`, { group: inner.id });
    expect((await client.follow(removed)).text)
      .to.contain('The group is no longer a member.')
      .and.not.to.contain(`href="${LIST}/${inner.id}"`);
  });

  it('shows a managed group read-only and refuses changes to it', async () => {
    const { anteroom, client, anna, add } = setup;
    const source = aSource({ name: 'JumpCloud' });
    await insertSource(anteroom.deps.store.db, source);
    const group = await add({ sourceId: source.id });
    const path = `${LIST}/${group.id}`;
    expect((await client.get(path)).text)
      .to.contain('Managed by <bdi>JumpCloud</bdi>')
      .and.not.to.contain('name="displayName"');
    expect((await client.post(path, { version: '1', displayName: 'Mine' })).status).to.equal(409);
    expect((await client.post(`${path}/members/removal`, { person: anna.id })).status).to.equal(409);
    expect((await client.post(`${path}/members/new`, { person: anna.id })).status).to.equal(409);
    expect((await client.post(`${path}/groups`, { group: 'Sales' })).status).to.equal(409);
    expect((await client.post(`${path}/groups/removal`, { group: group.id })).status).to.equal(409);
    expect(await findGroup(anteroom.deps.store.db, group.id)).to.deep.equal(group);
  });

  it('responds with 404 for an unknown group', async () => {
    for (const id of ['unknown', '%00'])
      for (const page of ['', '/members/new', '/removal'])
        expect((await setup.client.get(`${LIST}/${id}${page}`)).status, id + page).to.equal(404);
  });
});
