import { expect } from 'chai';
import { Conflict } from '../../src/errors.ts';
import { removeUser, setActive } from '../../src/people/users.ts';
import { countSessionsOfUsers, writeSession } from '../../src/store/sessions.ts';
import { countActiveUsers } from '../../src/store/users.ts';
import { addPerson } from '../support/anteroom.ts';
import { aSession } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

describe('directory/users', () => {
  withStores((open) => {
    let deps: TestDeps;

    beforeEach(async () => {
      deps = await testDeps({ store: await open() });
    });

    it('keeps the last active Power User', async () => {
      const one = await addPerson(deps, { userName: 'one', userType: 'Power User' });
      await addPerson(deps, { userName: 'two' });
      for (const attempt of [setActive(deps, one.id, false), removeUser(deps, one.id)])
        expect(await attempt.catch((error: unknown) => error)).to.be.instanceOf(Conflict);
    });

    it('keeps one also when all are taken away at once', async () => {
      const people = [];
      for (let n = 0; n < 5; n += 1) people.push(await addPerson(deps, { userName: `p${n}`, userType: 'Power User' }));
      await Promise.allSettled(
        people.map(({ id }, n) => (n === 4 ? removeUser(deps, id) : setActive(deps, id, false))),
      );
      expect(await countActiveUsers(deps.store.db, 'Power User')).to.equal(1);
    });

    it('lets no session come alive again that a sign-in wrote while the person was being deactivated', async () => {
      const { id } = await addPerson(deps, { userName: 'anna.berg' });
      await setActive(deps, id, false);
      await writeSession(deps.store.relaxed, aSession(id));
      await setActive(deps, id, true);
      expect(await countSessionsOfUsers(deps.store.relaxed, [id], deps.now())).to.equal(0);
    });
  });
});
