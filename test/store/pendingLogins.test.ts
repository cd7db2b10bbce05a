import { expect } from 'chai';
import type { Store } from '../../src/db/open.ts';
import { consumePendingLogin, findPendingLogin, insertPendingLogin } from '../../src/store/pendingLogins.ts';
import { atOnce } from '../support/atOnce.ts';
import { withStores } from '../support/stores.ts';
import { testStart } from '../support/testDeps.ts';

describe('store/pendingLogins', () => {
  withStores((open) => {
    let store: Store;

    beforeEach(async () => {
      store = await open();
    });

    it('keeps a pending login until it expires, for one use', async () => {
      const pending = { tokenHash: 'hash', loginJson: '{"a":1}', expiresAt: testStart + 10 };
      await insertPendingLogin(store.db, pending);
      expect(await findPendingLogin(store.db, 'hash', testStart + 9)).to.equal('{"a":1}');
      expect(await findPendingLogin(store.db, 'hash', testStart + 10)).to.equal(undefined);
      expect(await atOnce(() => consumePendingLogin(store.db, 'hash'))).to.equal(1);
      expect(await consumePendingLogin(store.db, 'hash')).to.equal(false);
    });
  });
});
