import { expect } from 'chai';
import { prepared } from '../../src/db/prepared.ts';
import { withStores } from '../support/stores.ts';

describe('db/prepared', () => {
  withStores((open) => {
    it('builds its words once and takes new values each time, in transactions too', async () => {
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

    it('keeps the values that stand in the query itself', async () => {
      const { db } = await open();
      const always = prepared((on, name: string) =>
        on.selectFrom('settings').select('name').where('valueJson', '=', 'fixed').where('name', '=', name),
      );
      await db.insertInto('settings').values({ name: 'a', valueJson: 'fixed' }).execute();
      expect(await always(db, 'a')).to.have.length(1);
      expect(await always(db, 'b')).to.have.length(0);
    });
  });
});
