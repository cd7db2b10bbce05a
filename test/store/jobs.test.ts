import { expect } from 'chai';
import type { Slice } from '../../src/db/longReads.ts';
import type { Db } from '../../src/db/open.ts';
import {
  copyJobItems,
  deleteJob,
  deleteJobItems,
  deleteSomeJobItems,
  extendLease,
  findItemsWith,
  findJob,
  insertJob,
  type Job,
  listJobItems,
  listJobs,
  listJobsBefore,
  listUnleasedJobs,
  lockJob,
  nextJobItems,
  takeLease,
  updateJob,
  writeJobItems,
} from '../../src/store/jobs.ts';
import { withStores } from '../support/stores.ts';
import { testStart } from '../support/testDeps.ts';

describe('store/jobs', () => {
  withStores((open) => {
    let db: Db;

    beforeEach(async () => {
      ({ db } = await open());
    });

    it('keeps a job with its input and counts', async () => {
      const job = await insert('a', { input: { name: 'Sales' } });
      expect(await findJob(db, 'a')).to.deep.equal(job);
      const changed: Job = { ...job, state: 'done', processed: 3, counts: { done: 3 }, changedAt: testStart + 1 };
      await updateJob(db, changed);
      expect(await lockJob(db, 'a')).to.deep.equal(changed);
      expect(await findJob(db, 'b')).to.equal(undefined);
      expect(await lockJob(db, 'b')).to.equal(undefined);
    });

    it('lists the newest jobs, all or in one state', async () => {
      for (const id of ['a', 'b', 'c']) await insert(id, { state: id === 'b' ? 'done' : 'running' });
      expect(ids(await listJobs(db, 2))).to.deep.equal(['c', 'b']);
      expect(ids(await listJobs(db, 9, 'running'))).to.deep.equal(['c', 'a']);
    });

    it('gives a running job whose lease has ended to one of several processes', async () => {
      await insert('a', { state: 'running' });
      await insert('b', { state: 'paused', leasedUntil: 0 });
      const [before, after] = [testStart, testStart + 1];
      expect([await listUnleasedJobs(db, before), await takeLease(db, 'a', before, 9)]).to.deep.equal([[], false]);
      expect(await listUnleasedJobs(db, after)).to.deep.equal(['a']);
      const taken = await Promise.all([1, 2, 3].map(() => takeLease(db, 'a', after, after + 9)));
      expect(taken.filter((one) => one)).to.have.length(1);
      expect(await takeLease(db, 'b', after, 9)).to.equal(false);
      await extendLease(db, 'a', after + 20);
      expect((await findJob(db, 'a'))?.leasedUntil).to.equal(after + 20);
    });

    it('returns the items to process in order', async () => {
      await insert('a', {});
      await writeItems('a', [3, 1, 2]);
      const positions = async (processed: number) =>
        (await nextJobItems(db, { id: 'a', processed }, 2)).map(({ position }) => position);
      expect(await positions(0)).to.deep.equal([1, 2]);
      expect(await positions(2)).to.deep.equal([3]);
    });

    it('replaces items, and lists them by outcome page by page', async () => {
      await insert('a', {});
      await writeItems('a', [1, 2, 3]);
      const done = [1, 3].map((position) => ({ position, item: { line: position }, outcome: 'done', reason: 'x' }));
      await writeJobItems(db, 'a', done);
      expect(await listJobItems(db, 'a', 'done', { limit: 9, after: 0 })).to.deep.equal(done);
      expect(await listJobItems(db, 'a', 'done', { limit: 9, after: 1 })).to.deep.equal(done.slice(1));
      await deleteJobItems(db, 'a', [1]);
      await deleteJobItems(db, 'a', []);
      expect(await listJobItems(db, 'a', 'done', { limit: 9, after: 0 })).to.deep.equal(done.slice(1));
    });

    it('copies items as not processed', async () => {
      for (const id of ['a', 'b']) await insert(id, {});
      await writeJobItems(db, 'a', [{ position: 1, item: 'one', outcome: 'done', reason: 'x' }]);
      await writeItems('a', [2, 3]);
      for (const after of [0, 0, 1]) await copyJobItems(db, 'a', 'b', { after, limit: 1 });
      expect(await nextJobItems(db, { id: 'b', processed: 0 }, 9)).to.deep.equal([
        { position: 1, item: 'one', outcome: null, reason: null },
        { position: 2, item: 'item 2', outcome: null, reason: null },
      ]);
    });

    it('finds the items that contain a text, in slices', async () => {
      for (const id of ['a', 'b']) await insert(id, {});
      const positions = Array.from({ length: 2_001 }, (_, index) => index + 1);
      await db.transaction().execute(async (trx) => {
        for (const position of positions)
          await writeJobItems(trx, 'a', [
            { position, item: position % 1_000 === 1 ? 'Änne "B"' : '', outcome: null, reason: null },
          ]);
      });
      await writeItems('b', [2, 3]);
      let slices = 0;
      const slice: Slice = (part) => {
        slices += 1;
        return part();
      };
      const found = await findItemsWith(db, ['änne \\"b', 'm 3'], slice);
      const places = found.map(({ jobId, position }) => `${jobId} ${position}`).sort();
      expect([places, slices]).to.deep.equal([['a 1', 'a 1001', 'a 2001', 'b 3'], 4]);
    });

    it('deletes some items at a time', async () => {
      await insert('a', {});
      await writeItems('a', [1, 2, 3]);
      expect([await deleteSomeJobItems(db, 'a', 2), await deleteSomeJobItems(db, 'a', 2)]).to.deep.equal([2, 1]);
    });

    it('deletes a job with its items', async () => {
      await insert('a', {});
      await writeItems('a', [1]);
      await deleteJob(db, 'a');
      expect(await db.selectFrom('jobItems').selectAll().execute()).to.deep.equal([]);
    });

    it('lists old jobs of one state, and of one kind if given', async () => {
      await insert('a', { state: 'done', changedAt: testStart - 1 });
      await insert('b', { state: 'done', changedAt: testStart });
      await insert('c', { state: 'running', changedAt: testStart - 1 });
      await insert('d', { state: 'done', kind: 'preview', changedAt: testStart - 1 });
      expect(await listJobsBefore(db, testStart, 'done', 'preview')).to.deep.equal(['d']);
      expect((await listJobsBefore(db, testStart, 'done')).sort()).to.deep.equal(['a', 'd']);
    });

    async function insert(id: string, values: Partial<Job>): Promise<Job> {
      const progress = { total: 3, processed: 0, counts: {}, failure: null };
      const times = { createdAt: testStart, changedAt: testStart, leasedUntil: testStart + 1 };
      const actor = { kind: 'person' as const, id: 'maya', name: 'maya', address: null };
      const base = { id, kind: 'remove' as const, state: 'running' as const, input: {}, startedBy: 'Maya', actor };
      const job: Job = { ...base, ...progress, ...times, ...values };
      await insertJob(db, job);
      return job;
    }

    async function writeItems(id: string, positions: number[]): Promise<void> {
      const items = positions.map((position) => ({ position, item: `item ${position}`, outcome: null, reason: null }));
      await writeJobItems(db, id, items);
    }
  });
});

function ids(jobs: Job[]): string[] {
  return jobs.map(({ id }) => id);
}
