import { expect } from 'chai';
import type { Db } from '../../src/db/open.ts';
import { findSession, writeSession } from '../../src/store/sessions.ts';
import {
  countActiveUsers,
  findPasswordHash,
  findUser,
  findUserByUserName,
  findUsersByEmail,
  findUsersByExternalId,
  findUsersByUserNameOrEmail,
  type User,
} from '../../src/store/users.ts';
import { deleteUser, writeLastLogin, writePasswordHash } from '../../src/store/writeUsers.ts';
import { aSession, aUser, insertUser, updateUser } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';
import { testStart } from '../support/testDeps.ts';

describe('store/users', () => {
  withStores((open) => {
    let db: Db;

    beforeEach(async () => {
      ({ db } = await open());
    });

    it('gives back what was inserted', async () => {
      const anna = aUser({
        userName: 'Anna.Berg',
        email: 'Anna@Acme.com',
        displayName: 'Anna Berg',
        profile: { nickName: 'Änni 🌋', emails: [{ value: 'anna@home.example', type: 'home' }] },
        lastLoginAt: testStart + 1,
      });
      await insertUser(db, anna, 'a hash');
      expect(await findUser(db, anna.id)).to.deep.equal(anna);
      expect(await findUserByUserName(db, 'ANNA.berg')).to.deep.equal(anna);
      expect(await findPasswordHash(db, anna.id)).to.equal('a hash');
    });

    it('knows nobody who is not there', async () => {
      expect(await findUser(db, 'nobody')).to.equal(undefined);
      expect(await findUserByUserName(db, 'nobody')).to.equal(undefined);
      expect(await findUsersByEmail(db, 'nobody@acme.com')).to.deep.equal([]);
      expect(await findUsersByExternalId(db, 'nobody')).to.deep.equal([]);
      expect(await findPasswordHash(db, 'nobody')).to.equal(undefined);
    });

    it('has each user name once, in any case, but takes look-alikes for somebody else', async () => {
      await insertUser(db, aUser({ userName: 'Kate' }), null);
      const taken = insertUser(db, aUser({ userName: 'kATE' }), null);
      expect(await settled(taken)).to.equal('refused');
      await insertUser(db, aUser({ userName: '\u212Aate' }), null);
      expect((await findUserByUserName(db, 'kate'))?.userName).to.equal('Kate');
    });

    it('lets only one of two people who come at once have a user name', async () => {
      const namesakes = ['twin', 'TWIN'].map((userName) => insertUser(db, aUser({ userName }), null));
      expect((await Promise.all(namesakes.map(settled))).sort()).to.deep.equal(['done', 'refused']);
    });

    it('finds people by each of their e-mail addresses in any case, two at the most', async () => {
      const emails = [{ value: 'Shared@Acme.com' }];
      const three = [1, 2, 3].map(() => aUser({ email: 'own@acme.com', profile: { emails } }));
      for (const user of three) await insertUser(db, user, null);
      expect(await findUsersByEmail(db, 'sHARED@acme.COM')).to.have.lengthOf(2);
      expect(await findUsersByEmail(db, 'shared@acme.co')).to.deep.equal([]);
      await deleteUser(db, idOf(three[0]), testStart);
      await deleteUser(db, idOf(three[1]), testStart);
      expect(await findUsersByEmail(db, 'shared@acme.com')).to.deep.equal([three[2]]);
    });

    it('finds people by their user name or an address, each of them once, two at the most', async () => {
      const named = aUser({ userName: 'Anna@acme.com', email: 'ANNA@acme.com' });
      await insertUser(db, named, null);
      expect(await findUsersByUserNameOrEmail(db, 'anna@ACME.com')).to.deep.equal([named]);
      expect(await findUsersByUserNameOrEmail(db, 'nobody')).to.deep.equal([]);
      for (const _ of [1, 2]) await insertUser(db, aUser({ profile: { emails: [{ value: 'anna@acme.com' }] } }), null);
      expect(await findUsersByUserNameOrEmail(db, 'anna@acme.com')).to.have.lengthOf(2);
    });

    it('takes an address that a person has twice for one', async () => {
      const user = aUser({
        email: 'a@acme.com',
        profile: { emails: [{ value: 'A@ACME.com' }, { value: 'a@acme.com' }] },
      });
      await insertUser(db, user, null);
      expect(await findUsersByEmail(db, 'a@acme.com')).to.have.lengthOf(1);
    });

    it('finds nobody by an address that was given up', async () => {
      const user = aUser({ email: 'old@acme.com' });
      await insertUser(db, user, null);
      await updateUser(db, { ...user, email: 'new@acme.com', version: 2 }, 1);
      expect(await findUsersByEmail(db, 'old@acme.com')).to.deep.equal([]);
      expect(await findUsersByEmail(db, 'new@acme.com')).to.have.lengthOf(1);
    });

    it('compares external IDs letter by letter', async () => {
      for (const externalId of ['abc', 'ABC', 'abc']) await insertUser(db, aUser({ externalId }), null);
      expect(await findUsersByExternalId(db, 'abc')).to.have.lengthOf(2);
      expect(await findUsersByExternalId(db, 'ABC')).to.have.lengthOf(1);
      expect(await findUsersByExternalId(db, 'Abc')).to.deep.equal([]);
    });

    it('writes a change where the version is still the one that was read', async () => {
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

    it('lets only one of two changes at once be made', async () => {
      const user = aUser();
      await insertUser(db, user, null);
      const change = (title: string) =>
        db.transaction().execute((trx) => updateUser(trx, { ...user, title, version: 2 }, 1));
      expect((await Promise.all(['a', 'b'].map(change))).sort()).to.deep.equal([false, true]);
    });

    it('removes a person with their sessions and addresses', async () => {
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

    it('sets and takes away a password, and notes the last sign-in', async () => {
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

    it('counts the active people of a type', async () => {
      for (const active of [true, true, false]) await insertUser(db, aUser({ userType: 'Power User', active }), null);
      await insertUser(db, aUser(), null);
      expect(await countActiveUsers(db, 'Power User')).to.equal(2);
      expect(await countActiveUsers(db, 'Non Intranet User')).to.equal(0);
    });
  });
});

function idOf(user: User | undefined): string {
  return user?.id ?? '';
}

async function settled(work: Promise<unknown>): Promise<'done' | 'refused'> {
  return work.then(
    () => 'done',
    () => 'refused',
  );
}
