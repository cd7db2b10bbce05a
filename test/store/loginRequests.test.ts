import { expect } from 'chai';
import type { Store } from '../../src/db/open.ts';
import {
  consumeLoginRequest,
  consumePendingLogin,
  findLoginRequest,
  findPendingLogin,
  insertLoginRequest,
  insertPendingLogin,
  isAssertionUsed,
  recordAssertion,
} from '../../src/store/loginRequests.ts';
import { aLoginRequest } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';
import { testStart } from '../support/testDeps.ts';

describe('store/loginRequests', () => {
  withStores((open) => {
    let store: Store;

    beforeEach(async () => {
      store = await open();
    });

    it('finds a request until it expires', async () => {
      const request = aLoginRequest({ returnPath: '/people?x=1', forceAuthn: 1, expiresAt: testStart + 10 });
      await insertLoginRequest(store.db, request);
      expect(await findLoginRequest(store.db, request.id, testStart + 9)).to.deep.equal(request);
      expect(await findLoginRequest(store.db, request.id, testStart + 10)).to.equal(undefined);
      expect(await findLoginRequest(store.db, request.id.toUpperCase(), testStart)).to.equal(undefined);
    });

    it('lets a request be used once', async () => {
      const request = aLoginRequest();
      await insertLoginRequest(store.db, request);
      expect(await consumeLoginRequest(store.db, request.id)).to.equal(true);
      expect(await consumeLoginRequest(store.db, request.id)).to.equal(false);
      expect(await findLoginRequest(store.db, request.id, testStart)).to.equal(undefined);
    });

    it('tells only one of many answers at once that the request was theirs', async () => {
      const request = aLoginRequest();
      await insertLoginRequest(store.db, request);
      expect(await atOnce(() => consumeLoginRequest(store.db, request.id))).to.equal(1);
    });

    it('tells only one of many answers at once in transactions', async () => {
      const request = aLoginRequest();
      await insertLoginRequest(store.db, request);
      const consume = () => store.db.transaction().execute((trx) => consumeLoginRequest(trx, request.id));
      expect(await atOnce(consume)).to.equal(1);
    });

    it('leaves a request as it was where the transaction that used it failed', async () => {
      const request = aLoginRequest();
      await insertLoginRequest(store.db, request);
      const failing = store.db.transaction().execute(async (trx) => {
        await consumeLoginRequest(trx, request.id);
        throw new Error('refused');
      });
      expect(await failing.catch((error: Error) => error.message)).to.equal('refused');
      expect(await consumeLoginRequest(store.db, request.id)).to.equal(true);
    });

    it('remembers an assertion, by provider and letter by letter', async () => {
      const assertion = { entityId: 'one', assertionId: '_abc', expiresAt: testStart + 10 };
      expect(await isAssertionUsed(store.db, assertion)).to.equal(false);
      expect(await recordAssertion(store.db, assertion)).to.equal(true);
      expect(await isAssertionUsed(store.db, assertion)).to.equal(true);
      expect(await recordAssertion(store.db, { ...assertion, expiresAt: testStart + 99 })).to.equal(false);
      expect(await recordAssertion(store.db, { ...assertion, assertionId: '_ABC' })).to.equal(true);
      expect(await recordAssertion(store.db, { ...assertion, entityId: 'other' })).to.equal(true);
    });

    it('accepts only one of many that bring the same assertion at once', async () => {
      const assertion = { entityId: 'one', assertionId: '_abc', expiresAt: testStart + 10 };
      expect(await atOnce(() => recordAssertion(store.db, assertion))).to.equal(1);
    });

    it('keeps a pending sign-in until it expires, to be used once', async () => {
      const pending = { tokenHash: 'hash', loginJson: '{"a":1}', expiresAt: testStart + 10 };
      await insertPendingLogin(store.db, pending);
      expect(await findPendingLogin(store.db, 'hash', testStart + 9)).to.equal('{"a":1}');
      expect(await findPendingLogin(store.db, 'hash', testStart + 10)).to.equal(undefined);
      expect(await atOnce(() => consumePendingLogin(store.db, 'hash'))).to.equal(1);
      expect(await consumePendingLogin(store.db, 'hash')).to.equal(false);
    });
  });
});

/** Of ten at once, how many were told true. */
async function atOnce(work: (n: number) => Promise<boolean>): Promise<number> {
  const answers = await Promise.all(Array.from({ length: 10 }, (_, n) => work(n)));
  return answers.filter(Boolean).length;
}
