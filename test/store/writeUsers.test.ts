import { expect } from 'chai';
import type { Db } from '../../src/db/open.ts';
import { findSession, writeSession } from '../../src/store/sessions.ts';
import { findPasswordHash, findUser, findUserByUserName, findUsersByEmail } from '../../src/store/users.ts';
import { deleteUser, writeLastLogin, writePasswordHash } from '../../src/store/writeUsers.ts';
import { aSession, aUser, insertUser, updateUser } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';
import { testStart } from '../support/testDeps.ts';

describe('store/writeUsers', () => {
  withStores((open) => {
    let db: Db;

    beforeEach(async () => {
      ({ db } = await open());
    });

    it('refuses a user name that is taken in any case, but not a look-alike', async () => {
      await insertUser(db, aUser({ userName: 'Kate' }), null);
      const taken = insertUser(db, aUser({ userName: 'kATE' }), null);
      expect(await settled(taken)).to.equal('refused');
      await insertUser(db, aUser({ userName: '\u212Aate' }), null);
      expect((await findUserByUserName(db, 'kate'))?.userName).to.equal('Kate');
    });

    it('inserts only one of two people with the same user name at once', async () => {
      const namesakes = ['twin', 'TWIN'].map((userName) => insertUser(db, aUser({ userName }), null));
      expect((await Promise.all(namesakes.map(settled))).sort()).to.deep.equal(['done', 'refused']);
    });

    it('writes a change only if the version is still the one that was read', async () => {
      const user = aUser();
      await insertUser(db, user, 'a hash');
      const changed = { ...user, userName: 'Renamed', active: false, version: 2, modifiedAt: testStart + 5 };
      expect(await updateUser(db, changed, 1)).to.equal(true);
      expect(await updateUser(db, { ...user, userName: 'Too late', email: 'late@acme.com', version: 2 }, 1)).to.equal(
        false,
      );
      expect(await findUser(db, user.id)).to.deep.equal(changed);
      expect(await findUsersByEmail(db, 'late@acme.com')).to.deep.equal([]);
      expect(await findPasswordHash(db, user.id)).to.equal('a hash');
      expect(await updateUser(db, aUser(), 1)).to.equal(false);
    });

    it('writes only one of two changes at once', async () => {
      const user = aUser();
      await insertUser(db, user, null);
      const change = (title: string) =>
        db.transaction().execute((trx) => updateUser(trx, { ...user, title, version: 2 }, 1));
      expect((await Promise.all(['a', 'b'].map(change))).sort()).to.deep.equal([false, true]);
    });

    it('deletes a person with their sessions and addresses', async () => {
      const [gone, stays] = [aUser({ email: 'gone@acme.com' }), aUser()];
      for (const user of [gone, stays]) await insertUser(db, user, null);
      const [session, other] = [aSession(gone.id), aSession(stays.id)];
      for (const row of [session, other]) await writeSession(db, row);
      await deleteUser(db, gone.id, testStart);
      expect(await findUser(db, gone.id)).to.equal(undefined);
      expect(await findUsersByEmail(db, 'gone@acme.com')).to.deep.equal([]);
      expect(await findSession(db, session.id, testStart)).to.equal(undefined);
      expect(await findSession(db, other.id, testStart)).to.deep.equal(other);
    });

    it('sets and removes a password, and records the last login', async () => {
      const user = aUser();
      await insertUser(db, user, null);
      expect(await findPasswordHash(db, user.id)).to.equal(undefined);
      await writePasswordHash(db, user.id, 'a hash');
      expect(await findPasswordHash(db, user.id)).to.equal('a hash');
      await writePasswordHash(db, user.id, null);
      expect(await findPasswordHash(db, user.id)).to.equal(undefined);
      await writeLastLogin(db, user.id, testStart + 7);
      expect((await findUser(db, user.id))?.lastLoginAt).to.equal(testStart + 7);
    });

    it('forgets an address that was removed', async () => {
      const user = aUser({ email: 'old@acme.com' });
      await insertUser(db, user, null);
      await updateUser(db, { ...user, email: 'new@acme.com', version: 2 }, 1);
      expect(await findUsersByEmail(db, 'old@acme.com')).to.deep.equal([]);
      expect(await findUsersByEmail(db, 'new@acme.com')).to.have.lengthOf(1);
    });
  });
});

async function settled(work: Promise<unknown>): Promise<'done' | 'refused'> {
  return work.then(
    () => 'done',
    () => 'refused',
  );
}
