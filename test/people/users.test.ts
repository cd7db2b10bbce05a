import { expect } from 'chai';
import { Conflict } from '../../src/errors.ts';
import { setPassword } from '../../src/people/localPassword.ts';
import { releaseFromSource, removeUser, setActive } from '../../src/people/users.ts';
import { hasSecondFactor } from '../../src/store/secondFactors.ts';
import { countSessions, writeSession } from '../../src/store/sessions.ts';
import { countActiveUsers, findUser, findUsersById } from '../../src/store/users.ts';
import { addPerson } from '../support/anteroom.ts';
import { aSession } from '../support/rows.ts';
import { giveApp } from '../support/secondFactors.ts';
import { withStores } from '../support/stores.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

describe('people/users', () => {
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

    it('keeps one Power User when all are removed at once', async () => {
      const people = [];
      for (let n = 0; n < 5; n += 1) people.push(await addPerson(deps, { userName: `p${n}`, userType: 'Power User' }));
      await Promise.allSettled(
        people.map(({ id }, n) => (n === 4 ? removeUser(deps, id) : setActive(deps, id, false))),
      );
      expect(await countActiveUsers(deps.store.db, 'Power User')).to.equal(1);
    });

    it('ends the sessions of a person whose password is set or removed', async () => {
      const { id } = await addPerson(deps, { userName: 'anna.berg' });
      for (const password of ['correct horse battery', undefined]) {
        await writeSession(deps.store.db, aSession(id));
        expect(await setPassword(deps, id, password)).to.include({ ok: true });
        expect(await countSessions(deps.store.db, { userIds: [id] }, deps.now())).to.equal(0);
      }
    });

    it('removes the second factors with the password: a passkey alone is a local login too', async () => {
      const { id } = await addPerson(deps, { userName: 'anna.berg' });
      await giveApp(deps, id);
      await setPassword(deps, id, 'another long password');
      expect(await hasSecondFactor(deps.store.db, id)).to.equal(true);
      await setPassword(deps, id, undefined);
      expect(await hasSecondFactor(deps.store.db, id)).to.equal(false);
    });

    it('keeps the sessions of a person whose new password is refused', async () => {
      const { id } = await addPerson(deps, { userName: 'anna.berg' });
      await writeSession(deps.store.db, aSession(id));
      expect(await setPassword(deps, id, 'short')).to.include({ ok: false });
      expect(await countSessions(deps.store.db, { userIds: [id] }, deps.now())).to.equal(1);
    });

    describe('releasing people from a source', () => {
      const release = (ids: string[], deactivate: boolean) =>
        deps.store.db.transaction().execute((trx) => releaseFromSource(trx, deps, ids, { deactivate }));

      it('deactivates them and ends their sessions on request', async () => {
        for (const deactivate of [false, true]) {
          const { id, version } = await addPerson(deps, { userName: `anna.${deactivate}` });
          await writeSession(deps.store.db, aSession(id));
          expect(await release([id], deactivate)).to.equal(undefined);
          const after = await findUser(deps.store.db, id);
          expect(after).to.include({ active: !deactivate, sourceId: null, version: version + 1 });
          const sessions = await countSessions(deps.store.db, { userIds: [id] }, deps.now());
          expect(sessions).to.equal(deactivate ? 0 : 1);
        }
      });

      it('keeps the last active Power User active, with their session, and says who that is', async () => {
        const ids = [];
        for (const name of ['one', 'two', 'three'])
          ids.push((await addPerson(deps, { userName: name, userType: 'Power User' })).id);
        const kept = (await release(ids, true))?.id ?? '';
        const active = [...(await findUsersById(deps.store.db, ids)).values()].filter((user) => user.active);
        expect(active.map(({ id }) => id)).to.deep.equal([kept]);
        await writeSession(deps.store.db, aSession(kept));
        expect(await release([kept], true)).to.include({ id: kept });
        expect(await countSessions(deps.store.db, { userIds: [kept] }, deps.now())).to.equal(1);
      });

      it('deactivates all Power Users of a source while another one is active', async () => {
        await addPerson(deps, { userName: 'boss', userType: 'Power User' });
        const { id } = await addPerson(deps, { userName: 'one', userType: 'Power User' });
        expect(await release([id], true)).to.equal(undefined);
        expect(await findUser(deps.store.db, id)).to.include({ active: false });
      });
    });

    it('ends a session that a login wrote during the deactivation, when the person is reactivated', async () => {
      const { id } = await addPerson(deps, { userName: 'anna.berg' });
      await setActive(deps, id, false);
      await writeSession(deps.store.db, aSession(id));
      await setActive(deps, id, true);
      expect(await countSessions(deps.store.db, { userIds: [id] }, deps.now())).to.equal(0);
    });
  });
});
