import { expect } from 'chai';
import { insertRows } from '../../src/db/insertRows.ts';
import { withStores } from '../support/stores.ts';

const settings = (from: number, count: number, valueJson = '0') =>
  Array.from({ length: count }, (_, index) => ({ name: `n${from + index}`, valueJson }));

describe('db/insertRows', () => {
  withStores((open) => {
    it('inserts any number of rows, and says how many', async () => {
      const { db } = await open();
      let from = 0;
      for (const count of [0, 1, 9, 10, 99, 123]) {
        expect(await insertRows(db, 'settings', settings(from, count))).to.equal(count);
        from += count;
      }
      const rows = await db.selectFrom('settings').select('name').execute();
      expect(new Set(rows.map(({ name }) => name)).size).to.equal(from);
    });

    it('keeps or replaces the rows that are there', async () => {
      const { db } = await open();
      const value = async (name: string) =>
        (await db.selectFrom('settings').select('valueJson').where('name', '=', name).executeTakeFirst())?.valueJson;
      await insertRows(db, 'settings', settings(0, 2, 'old'));
      expect(await insertRows(db, 'settings', settings(1, 2, 'new'), { key: ['name'], existing: 'keep' })).to.equal(1);
      expect([await value('n1'), await value('n2')]).to.deep.equal(['old', 'new']);
      await insertRows(db, 'settings', settings(0, 2, 'newest'), { key: ['name'], existing: 'replace' });
      expect([await value('n0'), await value('n1'), await value('n2')]).to.deep.equal(['newest', 'newest', 'new']);
    });

    it('belongs to the transaction that it is given', async () => {
      const { db } = await open();
      await db
        .transaction()
        .execute(async (trx) => {
          await insertRows(trx, 'settings', settings(0, 12));
          throw new Error('no');
        })
        .catch(() => {});
      expect(await db.selectFrom('settings').select('name').execute()).to.deep.equal([]);
    });

    it('writes what is undefined as nothing', async () => {
      const { db } = await open();
      const row = { id: 'd', url: 'http://a', setUpAt: undefined as never, autoLogin: 0 as const, createdAt: 1 };
      await insertRows(db, 'domains', [{ ...row, defaultProviderId: null }]);
      expect((await db.selectFrom('domains').selectAll().executeTakeFirst())?.setUpAt).to.equal(null);
    });
  });
});
