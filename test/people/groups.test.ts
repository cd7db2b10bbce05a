import { expect } from 'chai';
import { AppError } from '../../src/errors.ts';
import {
  addGroup,
  addPeopleToGroup,
  getGroup,
  removeGroup,
  removePeopleFromGroup,
  renameGroup,
} from '../../src/people/groups.ts';
import { findGroup, type Group, insertGroup } from '../../src/store/groups.ts';
import { aGroup, aUser, findMemberIds, insertUser } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

describe('people/groups', () => {
  withStores((open) => {
    let deps: TestDeps;

    beforeEach(async () => {
      deps = await testDeps({ store: await open() });
    });

    it('adds a group under a trimmed name that is not taken', async () => {
      const added = await addGroup(deps, ' Sales ');
      if (!added.ok) throw new Error('refused');
      expect(await getGroup(deps, added.value.id)).to.include({ displayName: 'Sales', sourceId: null, version: 1 });
      for (const name of ['', 'sales', 'a'.repeat(257), 'a\u0000'])
        expect(await addGroup(deps, name), name).to.have.nested.property('errors.displayName');
      expect(await addGroup(deps, 'a'.repeat(256))).to.include({ ok: true });
    });

    it('renames the version that was read, to a name that no other group has', async () => {
      const { id } = await insert({ displayName: 'Sales' });
      await insert({ displayName: 'Support' });
      expect(await renameGroup(deps, id, 1, 'SUPPORT')).to.have.nested.property('errors.displayName');
      expect(await renameGroup(deps, id, 1, 'SALES')).to.include({ ok: true });
      expect(await statusOf(renameGroup(deps, id, 1, 'IT'))).to.equal(409);
      expect(await getGroup(deps, id)).to.include({ displayName: 'SALES', version: 2 });
    });

    it('adds and removes people, with a new version if anything changed', async () => {
      const { db } = deps.store;
      const [anna, bert] = [aUser(), aUser()];
      for (const person of [anna, bert]) await insertUser(db, person, null);
      const { id } = await insert({});
      expect(await addPeopleToGroup(deps, id, [anna.id, bert.id, 'unknown'])).to.have.members([anna.id, bert.id]);
      expect(await addPeopleToGroup(deps, id, [anna.id])).to.deep.equal([]);
      expect(await getGroup(deps, id)).to.include({ version: 2 });
      expect(await removePeopleFromGroup(deps, id, [anna.id, 'unknown'])).to.deep.equal([anna.id]);
      expect(await removePeopleFromGroup(deps, id, [anna.id])).to.deep.equal([]);
      expect(await getGroup(deps, id)).to.include({ version: 3 });
      expect(await findMemberIds(db, id)).to.deep.equal([bert.id]);
    });

    it('refuses changes to a managed group, but lets it be deleted', async () => {
      const { id } = await insert({ sourceId: 'source' });
      const changes = [
        () => renameGroup(deps, id, 1, 'IT'),
        () => addPeopleToGroup(deps, id, []),
        () => removePeopleFromGroup(deps, id, []),
      ];
      for (const change of changes) expect(await statusOf(change())).to.equal(409);
      await removeGroup(deps, id);
      expect(await findGroup(deps.store.db, id)).to.equal(undefined);
    });

    it('throws NotFound for a group that does not exist', async () => {
      const calls = [
        () => getGroup(deps, 'x'),
        () => renameGroup(deps, 'x', 1, 'IT'),
        () => addPeopleToGroup(deps, 'x', []),
        () => removePeopleFromGroup(deps, 'x', []),
        () => removeGroup(deps, 'x'),
      ];
      for (const call of calls) expect(await statusOf(call())).to.equal(404);
    });

    async function insert(values: Partial<Group>): Promise<Group> {
      const group = aGroup(values);
      await insertGroup(deps.store.db, group);
      return group;
    }
  });
});

/** The status of the AppError that a promise rejects with. */
function statusOf(promise: Promise<unknown>): Promise<number | undefined> {
  return promise.then(
    () => undefined,
    (error: unknown) => (error instanceof AppError ? error.status : undefined),
  );
}
