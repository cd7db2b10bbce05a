import { expect } from 'chai';
import type { Db } from '../../src/db/open.ts';
import { countFailures, forgetFailures, recordFailure, takeFailureBack } from '../../src/store/attempts.ts';
import { withStores } from '../support/stores.ts';
import { testStart } from '../support/testDeps.ts';

describe('store/attempts', () => {
  withStores((open) => {
    let db: Db;

    beforeEach(async () => {
      ({ db } = await open());
    });

    it('counts the failures of each name', async () => {
      for (let n = 0; n < 3; n += 1) await recordFailure(db, 'anna', testStart + n, 100);
      await recordFailure(db, 'bob', testStart, 100);
      expect(await countFailures(db, 'anna', testStart + 3)).to.equal(3);
      expect(await countFailures(db, 'bob', testStart + 3)).to.equal(1);
      expect(await countFailures(db, 'carl', testStart + 3)).to.equal(0);
    });

    it('restarts after a window without failures', async () => {
      await recordFailure(db, 'anna', testStart, 100);
      await recordFailure(db, 'anna', testStart + 99, 100);
      expect(await countFailures(db, 'anna', testStart + 198)).to.equal(2);
      expect(await countFailures(db, 'anna', testStart + 199)).to.equal(0);
      await recordFailure(db, 'anna', testStart + 199, 100);
      expect(await countFailures(db, 'anna', testStart + 199)).to.equal(1);
    });

    it('counts all of many concurrent failures', async () => {
      await Promise.all(Array.from({ length: 20 }, () => recordFailure(db, 'anna', testStart, 100)));
      expect(await countFailures(db, 'anna', testStart)).to.equal(20);
    });

    it('decrements a counter, but not below zero', async () => {
      for (let n = 0; n < 3; n += 1) await recordFailure(db, 'anna', testStart, 100);
      await recordFailure(db, 'bob', testStart, 100);
      await takeFailureBack(db, 'anna');
      expect(await countFailures(db, 'anna', testStart)).to.equal(2);
      for (let n = 0; n < 3; n += 1) await takeFailureBack(db, 'bob');
      expect(await countFailures(db, 'bob', testStart)).to.equal(0);
      await recordFailure(db, 'bob', testStart, 100);
      expect(await countFailures(db, 'bob', testStart)).to.equal(1);
    });

    it('forgets the failures of one name', async () => {
      for (const name of ['anna', 'bob']) await recordFailure(db, name, testStart, 100);
      await forgetFailures(db, 'anna');
      expect(await countFailures(db, 'anna', testStart)).to.equal(0);
      expect(await countFailures(db, 'bob', testStart)).to.equal(1);
    });
  });
});
