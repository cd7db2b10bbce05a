import { expect } from 'chai';
import type { Db } from '../../src/db/open.ts';
import {
  deleteScimLogBefore,
  findScimLogEntry,
  insertScimLog,
  listScimLog,
  type ScimLogEntry,
  type ScimLogFilter,
  streamScimLog,
} from '../../src/store/scimLog.ts';
import { aLogEntry } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';
import { testStart } from '../support/testDeps.ts';

describe('store/scimLog', () => {
  withStores((open) => {
    let db: Db;

    beforeEach(async () => {
      ({ db } = await open());
    });

    it('keeps entries with their changes', async () => {
      const entry = aLogEntry({ changes: [{ attribute: 'title', before: 'Clerk' }], detail: 'x', body: '{}' });
      await insertScimLog(db, [entry, aLogEntry()]);
      expect(await findScimLogEntry(db, entry.id)).to.deep.equal(entry);
      expect(await findScimLogEntry(db, 'unknown')).to.equal(undefined);
    });

    it('lists entries page by page, the newest first', async () => {
      const entries = await insert(5);
      const newest = entries.toReversed();
      const first = await listScimLog(db, {}, { limit: 2 });
      expect(first).to.deep.equal({ rows: newest.slice(0, 2), next: newest[1]?.id });
      const second = await listScimLog(db, {}, { limit: 3, before: first.next });
      expect(second).to.deep.equal({ rows: newest.slice(2), next: undefined });
    });

    it('filters', async () => {
      const values = [
        { sourceId: 'one', path: '/Users/1', resourceName: 'Anna', event: 'a' },
        { sourceId: 'two', status: 400, detail: '100% wrong', resourceId: 'bert', resourceName: 'Bert' },
        { sourceId: 'one', path: '/Groups/x_y', resourceName: null },
      ];
      const entries = values.map((value, index) => aLogEntry({ ...value, at: testStart + index }));
      await insertScimLog(db, entries);
      const found = async (filter: ScimLogFilter) => {
        const { rows } = await listScimLog(db, filter, { limit: 9 });
        return rows.map(({ id }) => entries.findIndex((entry) => entry.id === id)).sort();
      };
      const cases: [ScimLogFilter, number[]][] = [
        [{}, [0, 1, 2]],
        [{ sourceId: 'one' }, [0, 2]],
        [{ event: 'a' }, [0]],
        [{ outcome: 'succeeded' }, [0, 2]],
        [{ outcome: 'refused' }, [1]],
        [{ resourceId: 'bert' }, [1]],
        [{ text: ' ANNA ' }, [0]],
        [{ text: 'users/1' }, [0, 1]],
        [{ text: '0%' }, [1]],
        [{ text: 'x_y' }, [2]],
        [{ text: '1_' }, []],
        [{ from: testStart + 1 }, [1, 2]],
        [{ until: testStart + 1 }, [0]],
        [{ sourceId: 'one', from: testStart + 1 }, [2]],
      ];
      for (const [filter, expected] of cases)
        expect(await found(filter), JSON.stringify(filter)).to.deep.equal(expected);
    });

    it('streams the whole log', async () => {
      await insert(1_001);
      const entries = await Array.fromAsync(streamScimLog(db, {}));
      expect(new Set(entries.map(({ id }) => id)).size).to.equal(1_001);
    });

    it('stops to stream when the reader has gone, even while nothing is found', async () => {
      await insert(3);
      const gone = new AbortController();
      const left = streamScimLog(db, { text: 'in no entry' }, gone.signal);
      gone.abort();
      expect(await left.next().catch((error: unknown) => error)).to.equal(gone.signal.reason);
    });

    it('deletes old entries up to a limit', async () => {
      const entries = await insert(5);
      expect(await deleteScimLogBefore(db, testStart + 3, 2)).to.equal(2);
      expect(await deleteScimLogBefore(db, testStart + 3, 2)).to.equal(1);
      const { rows } = await listScimLog(db, {}, { limit: 9 });
      expect(rows).to.deep.equal(entries.slice(3).reverse());
    });

    /** Inserts entries, one for each millisecond. */
    async function insert(count: number): Promise<ScimLogEntry[]> {
      const entries = Array.from({ length: count }, (_, index) => aLogEntry({ at: testStart + index }));
      await insertScimLog(db, entries);
      return entries;
    }
  });
});
