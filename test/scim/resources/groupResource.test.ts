import { expect } from 'chai';
import { groupsJson } from '../../../src/scim/resources/groupResource.ts';
import { addMembers } from '../../../src/store/groupMembers.ts';
import { insertGroup } from '../../../src/store/groups.ts';
import { aGroup } from '../../support/rows.ts';
import { openTestStore, withStores } from '../../support/stores.ts';
import { insertPeople } from '../support/insertPeople.ts';
import { type Body, openScimServer, type ScimServer } from '../support/scimServer.ts';

describe('scim/groupResource', () => {
  withStores((open) => {
    let scim: ScimServer;

    beforeEach(async () => {
      scim = await openScimServer(await open());
    });

    async function addPeople(groupId: string, count: number): Promise<void> {
      const { db } = scim.deps.store;
      await addMembers(db, groupId, await insertPeople(db, count));
    }

    it('shows every member once, also across batches', async () => {
      const { id } = (await scim.call('POST', '/Groups', { displayName: 'G' })).body;
      let total = 0;
      for (const count of [1, 1_999, 1]) {
        await addPeople(id, count);
        total += count;
        const { members } = (await scim.call('GET', `/Groups/${id}`)).body;
        expect(new Set(members.map(({ value }) => value)), String(total)).to.have.property('size', total);
        expect(members).to.have.length(total);
      }
    });

    it('shows the members of every group of a page, small and large', async () => {
      const { db } = scim.deps.store;
      const people = await insertPeople(db, 1_200);
      const expected: Record<string, number> = {};
      for (const [i, size] of [3, 0, 1_100, 2, 5, 0, 400, 400, 400, 1].entries()) {
        const { id } = (await scim.call('POST', '/Groups', { displayName: `G${9 - i}` })).body;
        await addMembers(db, id, people.slice(i, i + size));
        expected[id] = size;
      }
      for (const query of ['', '?sortBy=displayName', '?count=4&startIndex=3']) {
        const { Resources } = (await scim.call('GET', `/Groups${query}`)).body;
        for (const { id, members = [] } of Resources)
          expect(new Set(members.map(({ value }) => value)), `${id} ${query}`).to.have.property('size', expected[id]);
        expect(Resources).to.have.lengthOf(query.includes('count') ? 4 : 10);
      }
      const { Resources } = (await scim.call('GET', '/Groups?excludedAttributes=members')).body;
      expect(Resources.some((group) => 'members' in group)).to.equal(false);
    });

    it('shows a member with type, $ref and the name of the person, and finds groups by it', async () => {
      const people = await Promise.all(
        [
          { userName: 'a', displayName: 'Anna' },
          { userName: 'b', name: { familyName: 'Berg' } },
          { userName: 'c' },
        ].map((user) => scim.call('POST', '/Users', user)),
      );
      const ids = people.map(({ body }) => body.id);
      const group = { displayName: 'G', members: ids.map((value) => ({ value })) };
      const { id, members } = (await scim.call('POST', '/Groups', group)).body;
      const ref = (value: unknown) => `${scim.baseUrl}/Users/${value}`;
      expect(members).to.have.deep.members([
        { value: ids[0], $ref: ref(ids[0]), type: 'User', display: 'Anna' },
        { value: ids[1], $ref: ref(ids[1]), type: 'User', display: 'Berg' },
        { value: ids[2], $ref: ref(ids[2]), type: 'User', display: 'c' },
      ]);
      for (const name of ['anna', 'Berg', 'C'])
        expect(
          (await scim.call('GET', `/Groups?filter=members.display eq "${name}"`)).body.totalResults,
          name,
        ).to.equal(1);
      const projected = await scim.call('GET', `/Groups/${id}?attributes=members.value`);
      expect(projected.body.members).to.have.deep.members(ids.map((value) => ({ value })));
    });

    it('has no members attribute without members, or if it is not wanted', async () => {
      const { id } = (await scim.call('POST', '/Groups', { displayName: 'G' })).body;
      expect((await scim.call('GET', `/Groups/${id}`)).body).to.not.have.property('members');
      await addPeople(id, 1);
      expect((await scim.call('GET', `/Groups/${id}?excludedAttributes=members`)).body).to.not.have.property('members');
      expect((await scim.call('GET', '/Groups')).body.Resources[0]?.members).to.have.length(1);
    });
  });

  it('reads the members of all groups of a page with two queries', async () => {
    const scim = await openScimServer(await openTestStore('postgres'));
    const { deps, baseUrl } = scim;
    const people = await insertPeople(deps.store.db, 5);
    const page = Array.from({ length: 100 }, (_, i) => aGroup({ displayName: `Case 17 ${i}` }));
    for (const group of page) {
      await insertGroup(deps.store.db, group);
      await addMembers(deps.store.db, group.id, people);
    }
    let queries = 0;
    const db = deps.store.db.withPlugin({
      transformQuery: ({ node }) => node,
      transformResult: async ({ result }) => {
        queries += 1;
        return result;
      },
    });
    let text = '';
    const call = { deps: { ...deps, store: { ...deps.store, db } }, baseUrl };
    for await (const piece of groupsJson(call, page, undefined)) text += piece;
    const groups: Body[] = JSON.parse(`[${text}]`);
    expect(groups.map(({ id }) => id)).to.deep.equal(page.map(({ id }) => id));
    expect(groups.every(({ members }) => members.length === 5)).to.equal(true);
    expect(queries, 'people and groups').to.equal(2);
  });
});
