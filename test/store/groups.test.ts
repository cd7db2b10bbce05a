import { expect } from 'chai';
import type { Db } from '../../src/db/open.ts';
import { readCount } from '../../src/store/directoryCounts.ts';
import { addMembers, countMembers, listMembers, removeMembers } from '../../src/store/groupMembers.ts';
import {
  deleteGroup,
  findGroup,
  findGroupByName,
  findGroupsOfUsers,
  type Group,
  insertGroup,
  listGroups,
  releaseGroups,
  updateGroup,
  updateGroupsOfUser,
} from '../../src/store/groups.ts';
import { insertNestedGroups } from '../../src/store/nestedGroups.ts';
import type { User } from '../../src/store/users.ts';
import { aGroup, aUser, findMemberIds, insertUser } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';
import { testStart } from '../support/testDeps.ts';

describe('store/groups', () => {
  withStores((open) => {
    let db: Db;

    beforeEach(async () => {
      ({ db } = await open());
    });

    it('finds groups by ID and by name in any case', async () => {
      const group = await insert({ displayName: 'Größe' });
      expect(await findGroup(db, group.id)).to.deep.equal(group);
      expect(await findGroupByName(db, 'GRÖßE')).to.deep.equal(group);
      expect(await findGroupByName(db, 'Grosse')).to.equal(undefined);
      expect(await readCount(db, 'groups')).to.equal(1);
    });

    it('lists groups by name, with the number of their members', async () => {
      const [anna, bert] = [await insertPerson(), await insertPerson()];
      const sales = await insert({ displayName: 'Sales', sourceId: 'one' });
      await insert({ displayName: 'sales north' });
      await insert({ displayName: 'IT' });
      await addMembers(db, sales.id, [anna.id, bert.id]);
      const list = async (filter: Parameters<typeof listGroups>[1], page = { limit: 9, offset: 0 }) => {
        const { rows, total } = await listGroups(db, filter, page);
        return [rows.map(({ displayName, members }) => `${displayName} ${members}`), total];
      };
      expect(await list({})).to.deep.equal([['IT 0', 'Sales 2', 'sales north 0'], 3]);
      expect(await list({ beginning: 'SALES' })).to.deep.equal([['Sales 2', 'sales north 0'], 2]);
      expect(await list({ beginning: '%' })).to.deep.equal([[], 0]);
      expect(await list({ sourceId: 'one' })).to.deep.equal([['Sales 2'], 1]);
      expect(await list({ sourceId: null, beginning: 's' })).to.deep.equal([['sales north 0'], 1]);
      expect(await list({}, { limit: 1, offset: 1 })).to.deep.equal([['Sales 2'], 3]);
    });

    it('updates a group only in the version that was read', async () => {
      const { id } = await insert({ displayName: 'Sales' });
      const renamed = await updateGroup(db, id, 1, testStart + 5, { displayName: 'Support' });
      expect(renamed).to.include({ displayName: 'Support', version: 2, modifiedAt: testStart + 5 });
      expect(await findGroupByName(db, 'support')).to.deep.equal(renamed);
      expect(await updateGroup(db, id, 1, testStart, { displayName: 'IT' })).to.equal(undefined);
      expect(await updateGroup(db, id, undefined, testStart + 6)).to.include({ version: 3 });
      expect(await updateGroup(db, id, undefined, undefined)).to.include({ version: 3, modifiedAt: testStart + 6 });
      expect(await updateGroup(db, 'unknown', undefined, testStart)).to.equal(undefined);
    });

    it('deletes a group, counts, and tells who was a member', async () => {
      const [anna, { id }, other] = [await insertPerson(), await insert({}), await insert({})];
      await addMembers(db, id, [anna.id]);
      await insertNestedGroups(db, id, [other.id]);
      expect(await deleteGroup(db, other.id, testStart)).to.deep.equal({ members: [], containers: [id] });
      expect(await deleteGroup(db, id, testStart)).to.deep.equal({ members: [anna.id], containers: [] });
      expect(await deleteGroup(db, id, testStart)).to.equal(undefined);
      expect(await readCount(db, 'groups')).to.equal(0);
    });

    it('adds and removes members, and returns who changed', async () => {
      const [anna, bert] = [await insertPerson(), await insertPerson()];
      const { id } = await insert({});
      expect(await addMembers(db, id, [anna.id, anna.id, 'unknown'])).to.deep.equal({
        added: [anna.id],
        unknown: ['unknown'],
      });
      expect(await addMembers(db, id, [anna.id, bert.id])).to.deep.equal({ added: [bert.id], unknown: [] });
      expect((await findMemberIds(db, id)).sort()).to.deep.equal([anna.id, bert.id].sort());
      expect(await countMembers(db, id, 9)).to.equal(2);
      expect(await countMembers(db, id, 1)).to.equal(1);
      expect(await removeMembers(db, id, [anna.id, 'unknown'])).to.deep.equal([anna.id]);
      expect(await findMemberIds(db, id)).to.deep.equal([bert.id]);
    });

    it('adds and removes thousands of members', async () => {
      const people = Array.from({ length: 2_001 }, () => aUser());
      await db.transaction().execute(async (trx) => {
        for (const person of people) await insertUser(trx, person, null);
      });
      const ids = people.map(({ id }) => id);
      const { id } = await insert({});
      expect((await addMembers(db, id, ids)).added).to.have.lengthOf(2_001);
      expect(await removeMembers(db, id, ids)).to.have.lengthOf(2_001);
    });

    it('lists members page by page, by ID', async () => {
      const people = [await insertPerson('Anna'), await insertPerson('Bert'), await insertPerson()];
      const members = people.map(({ id, userName, displayName, givenName, familyName }) => ({
        userId: id,
        userName,
        displayName,
        givenName,
        familyName,
      }));
      members.sort((one, other) => (one.userId < other.userId ? -1 : 1));
      const { id } = await insert({});
      await addMembers(
        db,
        id,
        people.map((person) => person.id),
      );
      expect(await listMembers(db, id, undefined, 2)).to.deep.equal(members.slice(0, 2));
      expect(await listMembers(db, id, members[1]?.userId, 2)).to.deep.equal(members.slice(2));
    });

    it('finds the groups of several people, by name', async () => {
      const [anna, bert] = [await insertPerson(), await insertPerson()];
      const [sales, it] = [await insert({ displayName: 'Sales' }), await insert({ displayName: 'it' })];
      await addMembers(db, sales.id, [anna.id]);
      await addMembers(db, it.id, [anna.id]);
      expect(await findGroupsOfUsers(db, [anna.id, bert.id])).to.deep.equal([
        { userId: anna.id, id: it.id, displayName: 'it', type: 'direct' },
        { userId: anna.id, id: sales.id, displayName: 'Sales', type: 'direct' },
      ]);
      expect(await findGroupsOfUsers(db, [])).to.deep.equal([]);
    });

    it('gives all groups of a person their next version', async () => {
      const anna = await insertPerson();
      const [sales, other] = [await insert({}), await insert({})];
      await addMembers(db, sales.id, [anna.id]);
      await updateGroupsOfUser(db, anna.id, testStart + 5);
      expect(await findGroup(db, sales.id)).to.include({ version: 2, modifiedAt: testStart + 5 });
      expect(await findGroup(db, other.id)).to.deep.equal(other);
    });

    it('makes the groups of one source unmanaged', async () => {
      const [managed, other] = [await insert({ sourceId: 'one' }), await insert({ sourceId: 'two' })];
      await releaseGroups(db, 'one');
      expect(await findGroup(db, managed.id)).to.include({ sourceId: null });
      expect(await findGroup(db, other.id)).to.include({ sourceId: 'two' });
    });

    async function insert(values: Partial<Group>): Promise<Group> {
      const group = aGroup(values);
      await insertGroup(db, group);
      return group;
    }

    async function insertPerson(displayName: string | null = null): Promise<User> {
      const user = aUser({ displayName });
      await insertUser(db, user, null);
      return user;
    }
  });
});
