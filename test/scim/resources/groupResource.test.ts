import { expect } from 'chai';
import { addMembers } from '../../../src/store/groups.ts';
import { withStores } from '../../support/stores.ts';
import { insertPeople } from '../support/insertPeople.ts';
import { openScimServer, type ScimServer } from '../support/scimServer.ts';

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

    it('shows a member with type, $ref and, if there is one, display name', async () => {
      const [named, unnamed] = await Promise.all(
        [{ userName: 'a', displayName: 'Anna' }, { userName: 'b' }].map((user) => scim.call('POST', '/Users', user)),
      );
      const ids = [named?.body.id, unnamed?.body.id];
      const group = { displayName: 'G', members: ids.map((value) => ({ value })) };
      const { id, members } = (await scim.call('POST', '/Groups', group)).body;
      const ref = (value: unknown) => `${scim.baseUrl}/Users/${value}`;
      expect(members).to.have.deep.members([
        { value: ids[0], $ref: ref(ids[0]), type: 'User', display: 'Anna' },
        { value: ids[1], $ref: ref(ids[1]), type: 'User' },
      ]);
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
});
