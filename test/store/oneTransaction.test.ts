import { expect } from 'chai';
import type { Deps } from '../../src/deps.ts';
import { inOneTransaction, inTransaction } from '../../src/store/oneTransaction.ts';
import { findSetting, writeSetting } from '../../src/store/settings.ts';
import { withStores } from '../support/stores.ts';

describe('store/oneTransaction', () => {
  withStores((open) => {
    it('stores all of the changes, each of which is a transaction, or none', async () => {
      const deps = { store: await open() } as Deps;
      const change = async ({ store }: Deps, value: number) =>
        inTransaction(store.db, (trx) => writeSetting(trx, 'writeCheck', value));
      const found = () => findSetting(deps.store.db, 'writeCheck');
      await inOneTransaction(deps, async (within) => {
        await change(within, 1);
        await change(within, 2);
      });
      expect(await found()).to.equal(2);
      const failed = inOneTransaction(deps, async (within) => {
        await change(within, 3);
        throw new Error('refused');
      });
      expect(await failed.catch(({ message }) => message)).to.equal('refused');
      expect(await found()).to.equal(2);
      await change(deps, 4);
      expect(await found()).to.equal(4);
    });
  });
});
