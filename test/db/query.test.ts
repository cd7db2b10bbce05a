import { expect } from 'chai';
import { containsText, inserter, isOneOf, prepared } from '../../src/db/query.ts';
import { withStores } from '../support/stores.ts';

const settings = (from: number, count: number, valueJson = '0') =>
  Array.from({ length: count }, (_, index) => ({ name: `n${from + index}`, valueJson }));

const valuesOf = prepared((db, names: string) =>
  db
    .selectFrom('settings')
    .select('valueJson')
    .where(isOneOf(db, 'name', names))
    .orderBy('name'),
);

describe('db/query', () => {
  withStores((open) => {
    describe('prepared', () => {
      it('builds a query once and runs it with new values, in transactions too', async () => {
        const { db } = await open();
        let built = 0;
        const byNameAndValue = prepared((on, name: string, value: string) => {
          built += 1;
          return on.selectFrom('settings').select('name').where('valueJson', '=', value).where('name', '=', name);
        });
        await db
          .insertInto('settings')
          .values([
            { name: 'a', valueJson: '1' },
            { name: 'b', valueJson: '2' },
          ])
          .execute();
        expect(await byNameAndValue(db, 'a', '1')).to.deep.equal([{ name: 'a' }]);
        expect(await byNameAndValue(db, 'b', '2')).to.deep.equal([{ name: 'b' }]);
        expect(await byNameAndValue(db, 'a', '2')).to.deep.equal([]);
        await db.transaction().execute(async (trx) => {
          await trx.insertInto('settings').values({ name: 'c', valueJson: '3' }).execute();
          expect(await byNameAndValue(trx, 'c', '3')).to.deep.equal([{ name: 'c' }]);
          expect(await byNameAndValue(db, 'c', '3')).to.deep.equal([]);
        });
        expect(built).to.equal(1);
      });

      it('keeps values that are part of the query', async () => {
        const { db } = await open();
        const always = prepared((on, name: string) =>
          on.selectFrom('settings').select('name').where('valueJson', '=', 'fixed').where('name', '=', name),
        );
        await db.insertInto('settings').values({ name: 'a', valueJson: 'fixed' }).execute();
        expect(await always(db, 'a')).to.have.length(1);
        expect(await always(db, 'b')).to.have.length(0);
      });
    });

    describe('inserter', () => {
      it('inserts any number of rows and returns how many', async () => {
        const { db } = await open();
        let from = 0;
        for (const count of [0, 1, 9, 10, 99, 123]) {
          expect(await inserter('settings')(db, settings(from, count))).to.equal(count);
          from += count;
        }
        const rows = await db.selectFrom('settings').select('name').execute();
        expect(new Set(rows.map(({ name }) => name)).size).to.equal(from);
      });

      it('keeps or replaces existing rows', async () => {
        const { db } = await open();
        const value = async (name: string) =>
          (await db.selectFrom('settings').select('valueJson').where('name', '=', name).executeTakeFirst())?.valueJson;
        await inserter('settings')(db, settings(0, 2, 'old'));
        expect(await inserter('settings', { key: ['name'], existing: 'keep' })(db, settings(1, 2, 'new'))).to.equal(1);
        expect([await value('n1'), await value('n2')]).to.deep.equal(['old', 'new']);
        await inserter('settings', { key: ['name'], existing: 'replace' })(db, settings(0, 2, 'newest'));
        expect([await value('n0'), await value('n1'), await value('n2')]).to.deep.equal(['newest', 'newest', 'new']);
      });

      it('runs in the transaction of its caller', async () => {
        const { db } = await open();
        await db
          .transaction()
          .execute(async (trx) => {
            await inserter('settings')(trx, settings(0, 12));
            throw new Error('no');
          })
          .catch(() => {});
        expect(await db.selectFrom('settings').select('name').execute()).to.deep.equal([]);
      });

      it('writes undefined as NULL', async () => {
        const { db } = await open();
        const row = { id: 'd', url: 'http://a', setUpAt: undefined as never, autoLogin: 0 as const, createdAt: 1 };
        await inserter('domains')(db, [{ ...row, defaultProviderId: null }]);
        expect((await db.selectFrom('domains').selectAll().executeTakeFirst())?.setUpAt).to.equal(null);
      });
    });

    describe('isOneOf', () => {
      it('finds the rows of a list of texts of any length, byte by byte', async () => {
        const { db } = await open();
        await db
          .insertInto('settings')
          .values(['a', 'B', 'ü"', 'd'].map((name) => ({ name, valueJson: name })))
          .execute();
        const found = async (names: string[]) =>
          (await valuesOf(db, JSON.stringify(names))).map(({ valueJson }) => valueJson).sort();
        expect(await found(['a', 'b', 'ü"'])).to.deep.equal(['a', 'ü"']);
        expect(await found(['d'])).to.deep.equal(['d']);
        expect(await found([])).to.deep.equal([]);
      });
    });

    describe('containsText', () => {
      it('finds a text in any case and of any alphabet, without wildcards', async () => {
        const { db } = await open();
        const names = ['ANNA 100%', 'Änne_Å', 'Жанна'];
        await db
          .insertInto('settings')
          .values(names.map((name) => ({ name, valueJson: '' })))
          .execute();
        const found = async (text: string) => {
          const rows = db
            .selectFrom('settings')
            .select('name')
            .where(containsText(db, 'name', text));
          return (await rows.execute()).map(({ name }) => names.indexOf(name)).sort();
        };
        for (const [text, expected] of [
          ['anna', [0]],
          ['Anna 1', [0]],
          ['0%', [0]],
          ['A%', []],
          ['Änne', [1]],
          ['änne', [1]],
          ['ÄNNE_å', [1]],
          ['NNE_', [1]],
          ['NN_', []],
          ['жАН', [2]],
          ['\\', []],
        ] as const)
          expect(await found(text), text).to.deep.equal(expected);
      });

      it('lowers every alphabet only for a text that needs it', async () => {
        const { db } = await open();
        const sqlOf = (text: string) =>
          db
            .selectFrom('settings')
            .select('name')
            .where(containsText(db, 'name', text))
            .compile().sql;
        expect(sqlOf('anna')).to.match(/collate "C"|where "name" like/);
        expect(sqlOf('änne')).to.contain('lower("name"').and.not.to.contain('"C"');
      });
    });
  });
});
