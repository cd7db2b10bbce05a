import { expect } from 'chai';
import type { Db } from '../../src/db/open.ts';
import {
  countActiveUsers,
  findEmailOwners,
  findPasswordHash,
  findUser,
  findUserByUserName,
  findUsersByEmail,
  findUsersByExternalId,
  findUsersById,
  findUsersByUserNameOrEmail,
  findUsersByUserNames,
  type User,
} from '../../src/store/users.ts';
import { deleteUser } from '../../src/store/writeUsers.ts';
import { aUser, insertUser } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';
import { testStart } from '../support/testDeps.ts';

describe('store/users', () => {
  withStores((open) => {
    let db: Db;

    beforeEach(async () => {
      ({ db } = await open());
    });

    it('returns what was inserted', async () => {
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

    it('finds people in lists that are longer than a statement may have values', async () => {
      const anna = aUser({ userName: 'Anna', email: 'anna@acme.com' });
      await insertUser(db, anna, null);
      const withOthers = (value: string) => [...Array.from({ length: 70_000 }, (_, n) => `${n}`), value];
      expect([...(await findUsersById(db, withOthers(anna.id))).keys()]).to.deep.equal([anna.id]);
      expect([...(await findUsersByUserNames(db, withOthers('ANNA'))).keys()]).to.deep.equal(['anna']);
      const owners = await findEmailOwners(db, [...withOthers('ANNA@acme.com'), 'anna@acme.com']);
      expect([...owners]).to.deep.equal([['anna@acme.com', [anna.id]]]);
    });

    it('returns nothing for people who do not exist', async () => {
      expect(await findUser(db, 'nobody')).to.equal(undefined);
      expect(await findUserByUserName(db, 'nobody')).to.equal(undefined);
      expect(await findUsersByEmail(db, 'nobody@acme.com')).to.deep.equal([]);
      expect(await findUsersByExternalId(db, 'nobody')).to.deep.equal([]);
      expect(await findPasswordHash(db, 'nobody')).to.equal(undefined);
    });

    it('finds people by each of their e-mail addresses in any case, at most two', async () => {
      const emails = [{ value: 'Shared@Acme.com' }];
      const three = [1, 2, 3].map(() => aUser({ email: 'own@acme.com', profile: { emails } }));
      for (const user of three) await insertUser(db, user, null);
      expect(await findUsersByEmail(db, 'sHARED@acme.COM')).to.have.lengthOf(2);
      expect(await findUsersByEmail(db, 'shared@acme.co')).to.deep.equal([]);
      await deleteUser(db, idOf(three[0]), testStart);
      await deleteUser(db, idOf(three[1]), testStart);
      expect(await findUsersByEmail(db, 'shared@acme.com')).to.deep.equal([three[2]]);
    });

    it('finds people by user name or address, each once, at most two', async () => {
      const named = aUser({ userName: 'Anna@acme.com', email: 'ANNA@acme.com' });
      await insertUser(db, named, null);
      expect(await findUsersByUserNameOrEmail(db, 'anna@ACME.com')).to.deep.equal([named]);
      expect(await findUsersByUserNameOrEmail(db, 'nobody')).to.deep.equal([]);
      for (const _ of [1, 2, 3])
        await insertUser(db, aUser({ profile: { emails: [{ value: 'all@acme.com' }] } }), null);
      expect(await findUsersByUserNameOrEmail(db, 'all@acme.com')).to.have.lengthOf(2);
    });

    it('finds a person who has an address twice only once', async () => {
      const user = aUser({
        email: 'a@acme.com',
        profile: { emails: [{ value: 'A@ACME.com' }, { value: 'a@acme.com' }] },
      });
      await insertUser(db, user, null);
      expect(await findUsersByEmail(db, 'a@acme.com')).to.have.lengthOf(1);
    });

    it('compares external IDs case-sensitively', async () => {
      for (const externalId of ['abc', 'ABC', 'abc']) await insertUser(db, aUser({ externalId }), null);
      expect(await findUsersByExternalId(db, 'abc')).to.have.lengthOf(2);
      expect(await findUsersByExternalId(db, 'ABC')).to.have.lengthOf(1);
      expect(await findUsersByExternalId(db, 'Abc')).to.deep.equal([]);
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
