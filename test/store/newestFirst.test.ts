import { expect } from 'chai';
import type { Slice } from '../../src/db/longReads.ts';
import { minIdAt, timeOf } from '../../src/identifier.ts';
import { insertLoginActivity } from '../../src/store/loginActivity.ts';
import { type IdRange, walkNewest } from '../../src/store/newestFirst.ts';
import { insertScimLog, listScimLog, streamScimLog } from '../../src/store/scimLog.ts';
import { findDeliveriesWith, insertDeliveries } from '../../src/store/webhookDeliveries.ts';
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

    it('searches events of webhooks in slices', async () => {
      const { db } = await open();
      const event = { webhookId: 'one', eventId: 'e', type: 'person.created', position: 0, nextAt: null };
      const events = Array.from({ length: 2_100 }, (_, i) => ({
        ...event,
        id: minIdAt(testStart + i),
        at: testStart + i,
        body: i % 1_000 === 0 ? '"Anna"' : '',
      }));
      await db.transaction().execute((trx) => insertDeliveries(trx, events));
      const { counted, slice } = counting();
      const found = await findDeliveriesWith(db, 'anna', slice);
      expect([found.map(({ at }) => at - testStart), counted.slices]).to.deep.equal([[2_000, 1_000, 0], 2]);
    });

    it('stops at a limit of slices and says where, and follows the rows of an index alone', async () => {
      const { db } = await open();
      await db.transaction().execute(async (trx) => {
        for (let i = 0; i < ROWS; i += 1) {
          const userId = i % 3 === 0 ? 'anna' : 'ben';
          await insertLoginActivity(trx, anActivity({ at: testStart + i, outcome: 'logged_in', reason: null, userId }));
        }
      });
      const ranges: IdRange[] = [];
      const visit = async (range: IdRange) => {
        ranges.push(range);
        return true;
      };
      const stoppedAt = await walkNewest(db, 'loginActivity', { most: 2 }, visit);
      expect([ranges.length, timeOf(stoppedAt ?? '')]).to.deep.equal([2, testStart + 500]);
      expect(await walkNewest(db, 'loginActivity', { most: 3 }, visit)).to.equal(undefined);
      ranges.length = 0;
      await walkNewest(db, 'loginActivity', { lead: { column: 'userId', value: 'anna' } }, visit);
      expect(ranges).to.deep.equal([{ from: undefined, before: undefined }]);
      const stop = AbortSignal.abort();
      const error = await walkNewest(db, 'loginActivity', { stop }, visit).catch((reason: unknown) => reason);
      expect(error).to.equal(stop.reason);
    });
  });
});
