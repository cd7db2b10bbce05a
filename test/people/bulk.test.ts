import { expect } from 'chai';
import { type BulkAction, changeMembers, changePeople, idsOf, pagesOfPeople } from '../../src/people/bulk.ts';
import { addPeopleIn, removePeopleIn } from '../../src/people/groups.ts';
import { LAST_POWER_USER } from '../../src/people/lastPowerUser.ts';
import { insertGroup } from '../../src/store/groups.ts';
import type { ItemOutcome } from '../../src/store/jobs.ts';
import { findSession, writeSession } from '../../src/store/sessions.ts';
import { findUser, type User } from '../../src/store/users.ts';
import { aGroup, aSession, aUser, findMemberIds, insertUser } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';
import { type TestDeps, testDeps, testStart } from '../support/testDeps.ts';

describe('people/bulk', () => {
  withStores((open) => {
    let deps: TestDeps;

    beforeEach(async () => {
      deps = await testDeps({ store: await open() });
    });

    it('deactivates people, ends their sessions, and keeps their IDs for an undo', async () => {
      const [anna, bert] = [await insert({}), await insert({ active: false })];
      const session = aSession(anna.id);
      await writeSession(deps.store.db, session);
      expect(await change('deactivate', [anna.id, bert.id, 'unknown'])).to.deep.equal([
        { outcome: 'done', keep: anna.id },
        { outcome: 'unchanged' },
        { outcome: 'unchanged' },
      ]);
      expect(await find(anna)).to.include({ active: false });
      expect(await findSession(deps.store.db, session.id, testStart)).to.equal(undefined);
      expect(await change('activate', [anna.id])).to.deep.equal([{ outcome: 'done', keep: anna.id }]);
      expect(await find(anna)).to.include({ active: true });
    });

    it('deletes people, whether they are active or not', async () => {
      const [anna, bert] = [await insert({}), await insert({ active: false })];
      expect(await change('remove', [anna.id, bert.id])).to.deep.equal([{ outcome: 'done' }, { outcome: 'done' }]);
      expect([await find(anna), await find(bert)]).to.deep.equal([undefined, undefined]);
    });

    for (const action of ['deactivate', 'remove'] as const)
      it(`skips the last active Power User (${action})`, async () => {
        const values = { userType: 'Power User', displayName: 'Maya' };
        const [first, last, other] = [await insert(values), await insert(values), await insert({})];
        const [done, refused, also] = await change(action, [first.id, last.id, other.id]);
        expect([done?.outcome, also?.outcome]).to.deep.equal(['done', 'done']);
        expect(refused).to.deep.equal({ outcome: 'refused', keep: 'Maya', reason: LAST_POWER_USER });
        expect(await find(last)).to.include({ active: true });
      });

    it('adds people to a group and removes them, and remembers who changed', async () => {
      const { db } = deps.store;
      const [anna, bert, group] = [await insert({}), await insert({}), aGroup()];
      await insertGroup(db, group);
      const add = (ids: string[]) => changeMembers(db, deps, itemsOf(ids), group.id, addPeopleIn);
      const done = ({ id }: User) => ({ outcome: 'done', keep: id });
      expect(await add([anna.id])).to.deep.equal([done(anna)]);
      expect(await add([anna.id, bert.id])).to.deep.equal([{ outcome: 'unchanged' }, done(bert)]);
      expect(await findMemberIds(db, group.id)).to.have.members([anna.id, bert.id]);
      const removed = await changeMembers(db, deps, itemsOf([bert.id, 'x']), group.id, removePeopleIn);
      expect(removed).to.deep.equal([done(bert), { outcome: 'unchanged' }]);
      expect(await findMemberIds(db, group.id)).to.deep.equal([anna.id]);
    });

    it('finds all people of a search, page by page', async () => {
      await deps.store.db.transaction().execute(async (trx) => {
        for (let index = 0; index < 501; index += 1) await insertUser(trx, aUser({ title: 'Clerk' }), null);
        await insertUser(trx, aUser({ title: 'Boss' }), null);
      });
      const pages = await Array.fromAsync(pagesOfPeople(deps, { text: 'clerk' }));
      expect(pages.map((page) => page.length)).to.deep.equal([...Array(25).fill(20), 1]);
      expect(new Set(await idsOf(deps, { text: 'clerk' })).size).to.equal(501);
    });

    async function insert(values: Partial<User>): Promise<User> {
      const user = aUser(values);
      await insertUser(deps.store.db, user, null);
      return user;
    }

    function find({ id }: User) {
      return findUser(deps.store.db, id);
    }

    function change(action: BulkAction, ids: string[]): Promise<ItemOutcome[]> {
      return deps.store.db.transaction().execute((trx) => changePeople(trx, deps, itemsOf(ids), action));
    }
  });
});

function itemsOf(ids: string[]) {
  return ids.map((item, index) => ({ position: index + 1, item, outcome: null, reason: null }));
}
