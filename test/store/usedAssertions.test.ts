import { expect } from 'chai';
import type { Store } from '../../src/db/open.ts';
import { isAssertionUsed, recordAssertion } from '../../src/store/usedAssertions.ts';
import { atOnce } from '../support/atOnce.ts';
import { withStores } from '../support/stores.ts';
import { testStart } from '../support/testDeps.ts';

describe('store/usedAssertions', () => {
  withStores((open) => {
    let store: Store;

    beforeEach(async () => {
      store = await open();
    });

    it('records an assertion by provider and ID, both case-sensitive', async () => {
      const assertion = { entityId: 'one', assertionId: '_abc', expiresAt: testStart + 10 };
      expect(await isAssertionUsed(store.db, assertion)).to.equal(false);
      expect(await recordAssertion(store.db, assertion)).to.equal(true);
      expect(await isAssertionUsed(store.db, assertion)).to.equal(true);
      expect(await recordAssertion(store.db, { ...assertion, expiresAt: testStart + 99 })).to.equal(false);
      expect(await recordAssertion(store.db, { ...assertion, assertionId: '_ABC' })).to.equal(true);
      expect(await recordAssertion(store.db, { ...assertion, entityId: 'other' })).to.equal(true);
    });

    it('records only one of many at once', async () => {
      const assertion = { entityId: 'one', assertionId: '_abc', expiresAt: testStart + 10 };
      expect(await atOnce(() => recordAssertion(store.db, assertion))).to.equal(1);
    });
  });
});
