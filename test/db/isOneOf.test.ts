import { expect } from 'chai';
import { isOneOf } from '../../src/db/isOneOf.ts';
import { prepared } from '../../src/db/prepared.ts';
import { withStores } from '../support/stores.ts';

const valuesOf = prepared((db, names: string) =>
  db
    .selectFrom('settings')
    .select('valueJson')
    .where(isOneOf(db, 'name', names))
    .orderBy('name'),
);

describe('db/isOneOf', () => {
  withStores((open) => {
    it('finds the rows of any list of texts, letter by letter', async () => {
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
});
