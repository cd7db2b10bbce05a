import { expect } from 'chai';
import type { Store } from '../../src/db/open.ts';
import { consumeLoginRequest, findLoginRequest, insertLoginRequest } from '../../src/store/loginRequests.ts';
import { atOnce } from '../support/atOnce.ts';
import { aLoginRequest } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';
import { testStart } from '../support/testDeps.ts';

describe('store/loginRequests', () => {
  withStores((open) => {
    let store: Store;

    beforeEach(async () => {
      store = await open();
    });

    it('finds a request, also after it has expired', async () => {
      const request = aLoginRequest({ returnPath: '/people?x=1', forceAuthn: 1, expiresAt: testStart + 10 });
      await insertLoginRequest(store.db, request);
      expect(await findLoginRequest(store.db, request.id)).to.deep.equal(request);
      expect(await findLoginRequest(store.db, request.id.toUpperCase())).to.equal(undefined);
    });

    it('lets a request be used once', async () => {
      const request = aLoginRequest();
      await insertLoginRequest(store.db, request);
      expect(await consumeLoginRequest(store.db, request.id, testStart)).to.equal(true);
      expect(await consumeLoginRequest(store.db, request.id, testStart)).to.equal(false);
      expect(await findLoginRequest(store.db, request.id)).to.include({ usedAt: testStart });
    });

    it('lets only one of many responses at once use a request', async () => {
      const request = aLoginRequest();
      await insertLoginRequest(store.db, request);
      expect(await atOnce(() => consumeLoginRequest(store.db, request.id, testStart))).to.equal(1);
    });

    it('lets only one of many transactions at once use a request', async () => {
      const request = aLoginRequest();
      await insertLoginRequest(store.db, request);
      const consume = () => store.db.transaction().execute((trx) => consumeLoginRequest(trx, request.id, testStart));
      expect(await atOnce(consume)).to.equal(1);
    });

    it('keeps a request if the transaction that used it fails', async () => {
      const request = aLoginRequest();
      await insertLoginRequest(store.db, request);
      const failing = store.db.transaction().execute(async (trx) => {
        await consumeLoginRequest(trx, request.id, testStart);
        throw new Error('refused');
      });
      expect(await failing.catch((error: Error) => error.message)).to.equal('refused');
      expect(await consumeLoginRequest(store.db, request.id, testStart)).to.equal(true);
    });
  });
});
