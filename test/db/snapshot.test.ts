import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import { Snapshot } from '../../src/db/snapshot.ts';
import { whenDone } from '../support/cleanup.ts';

describe('db/snapshot', () => {
  it('is not open where what has to be done at its beginning fails, and does it again the next time', () => {
    const db = new DatabaseSync(':memory:');
    whenDone(() => db.close());
    let calls = 0;
    const snapshot = new Snapshot(db, () => {
      calls += 1;
      if (calls === 1) throw new Error('as it was meant');
    });
    expect(() => snapshot.open()).to.throw('as it was meant');
    expect(db.isTransaction).to.equal(false);
    for (const _ of [1, 2]) snapshot.open();
    expect([calls, db.isTransaction]).to.deep.equal([2, true]);
    snapshot.close();
    expect(db.isTransaction).to.equal(false);
  });
});
