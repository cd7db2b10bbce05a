import { expect } from 'chai';
import type { Slice } from '../../src/db/longReads.ts';
import { insertLoginActivity, listLoginActivity } from '../../src/store/loginActivity.ts';
import { insertScimLog, listScimLog, streamScimLog } from '../../src/store/scimLog.ts';
import { aLogEntry, anActivity } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';
import { testStart } from '../support/testDeps.ts';

const ROWS = 4_500;

describe('store/newestFirst', () => {
  const counting = () => {
    const counted = { slices: 0 };
    const slice: Slice = (part) => {
      counted.slices += 1;
      return part();
    };
    return { counted, slice };
  };

  withStores((open) => {
    it('searches the SCIM log in slices, and no further than the page', async () => {
      const { db } = await open();
      const entry = (i: number) => aLogEntry({ at: testStart + i, path: i % 1_000 === 0 ? '/rare' : '/Users' });
      const entries = Array.from({ length: ROWS }, (_, i) => entry(i));
      await db.transaction().execute((trx) => insertScimLog(trx, entries));
      const { counted, slice } = counting();
      const first = await listScimLog(db, { text: 'rare' }, { limit: 1, slice });
      expect([first.rows.map(({ at }) => at - testStart), counted.slices]).to.deep.equal([[4_000], 1]);
      const rest = await listScimLog(db, { text: 'rare' }, { limit: 9, before: first.next, slice });
      expect(rest.rows.map(({ at }) => at - testStart)).to.deep.equal([3_000, 2_000, 1_000, 0]);
      expect(rest.next).to.equal(undefined);
      const within = { text: 'rare', from: testStart + 1_000, until: testStart + 3_000 };
      const some = await listScimLog(db, within, { limit: 9 });
      expect(some.rows.map(({ at }) => at - testStart)).to.deep.equal([2_000, 1_000]);
      const all = await Array.fromAsync(streamScimLog(db, { outcome: 'succeeded' }));
      expect(all.map(({ id }) => id)).to.deep.equal(entries.map(({ id }) => id).reverse());
    });

    it('searches Login activity in slices, and counts what it finds up to 1,000', async () => {
      const { db } = await open();
      await db.transaction().execute(async (trx) => {
        for (let i = 0; i < ROWS; i += 1) {
          const asserted = `${i % 1_500 === 7 ? 'anna' : 'ben'}@acme.com`;
          await insertLoginActivity(trx, anActivity({ at: testStart + i, outcome: 'logged_in', asserted }));
        }
      });
      const { counted, slice } = counting();
      const anna = await listLoginActivity(db, { search: 'ANNA' }, { limit: 2, offset: 1, slice });
      expect(anna.rows.map(({ at }) => at - testStart)).to.deep.equal([1_507, 7]);
      expect([anna.total, anna.totalIsExact, counted.slices]).to.deep.equal([3, true, 3]);
      const ben = await listLoginActivity(db, { search: 'ben' }, { limit: 50, offset: 100 });
      expect([ben.rows[0]?.at, ben.rows.length]).to.deep.equal([testStart + ROWS - 101, 50]);
      expect([ben.total, ben.totalIsExact]).to.deep.equal([1_000, false]);
      const all = await listLoginActivity(db, {}, { limit: 50, offset: 4_490 });
      expect([all.rows.length, all.total, all.totalIsExact]).to.deep.equal([10, ROWS, true]);
    });
  });
});
