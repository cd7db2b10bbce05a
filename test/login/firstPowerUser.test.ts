import { expect } from 'chai';
import { NotFound } from '../../src/errors.ts';
import { addFirstPowerUser, createSetupLink, isSetupLink } from '../../src/login/firstPowerUser.ts';
import { emptyPerson } from '../../src/people/attribute.ts';
import { personAttributes } from '../../src/people/attributes.ts';
import { withCells } from '../../src/people/csv.ts';
import type { PersonInput } from '../../src/people/form.ts';
import { countActiveUsers } from '../../src/store/users.ts';
import { addPerson, testPassword } from '../support/anteroom.ts';
import { withStores } from '../support/stores.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

describe('the first Power User', () => {
  withStores((open) => {
    let deps: TestDeps;
    let token: string;

    beforeEach(async () => {
      deps = await testDeps({ store: await open() });
      token = await newLink();
    });

    it('is created by a link that works once, and whose token is not stored', async () => {
      expect(JSON.stringify(await deps.store.db.selectFrom('settings').selectAll().execute())).not.to.contain(token);
      expect(await isSetupLink(deps, token)).to.equal(true);
      const made = await addFirstPowerUser(deps, token, input('first'), testPassword);
      expect(made.ok && made.value).to.include({ userName: 'first', userType: 'Power User', active: true });
      expect(await isSetupLink(deps, token)).to.equal(false);
      expect(await failure(addFirstPowerUser(deps, token, input('second'), testPassword))).to.be.instanceOf(NotFound);
      expect(await createSetupLink(deps)).to.equal(undefined);
    });

    it('is only one, even if two people use the link at the same time', async () => {
      const both = await Promise.allSettled(
        ['one', 'two', 'three'].map((name) => addFirstPowerUser(deps, token, input(name), testPassword)),
      );
      expect(both.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'rejected', 'rejected']);
      expect(await countActiveUsers(deps.store.db, 'Power User')).to.equal(1);
    });

    it('can be created in a second attempt after invalid input', async () => {
      expect(await addFirstPowerUser(deps, token, input('first'), 'short')).to.include({ ok: false });
      await addPerson(deps, { userName: 'taken' });
      const taken = await addFirstPowerUser(deps, token, input('taken'), testPassword);
      expect(taken).to.deep.include({ ok: false, errors: { userName: 'This user name is already taken.' } });
      expect(await addFirstPowerUser(deps, token, input('first'), testPassword)).to.include({ ok: true });
    });

    it('is not created by a wrong token, by an earlier link, or if there already is one', async () => {
      for (const other of ['', 'setupLink', `${token}x`]) expect(await isSetupLink(deps, other)).to.equal(false);
      const newer = await newLink();
      expect(await failure(addFirstPowerUser(deps, token, input('first'), testPassword))).to.be.instanceOf(NotFound);
      await addPerson(deps, { userName: 'by.command', userType: 'Power User' });
      expect(await failure(addFirstPowerUser(deps, newer, input('first'), testPassword))).to.be.instanceOf(NotFound);
    });

    async function newLink(): Promise<string> {
      const link = (await createSetupLink(deps)) ?? '';
      expect(link).to.match(/^http:\/\/localhost:3000\/setup\/[\w-]{43}$/);
      return link.slice(-43);
    }
  });
});

function input(userName: string): PersonInput {
  return withCells(emptyPerson, { userName }, personAttributes);
}

function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}
