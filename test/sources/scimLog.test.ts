import { expect } from 'chai';
import { logIntegration, readLogDays, saveLogDays, trimScimLog } from '../../src/sources/scimLog.ts';
import { listScimLog } from '../../src/store/scimLog.ts';
import { aSource } from '../support/rows.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

const DAY_MS = 86_400_000;

describe('sources/scimLog', () => {
  let deps: TestDeps;

  beforeEach(async () => {
    deps = await testDeps();
  });

  it('keeps entries for 90 days by default', async () => {
    await log(1);
    deps.clock.advance(90 * DAY_MS);
    await log(1);
    expect(await trimScimLog(deps)).to.equal(0);
    deps.clock.advance(1);
    expect(await trimScimLog(deps)).to.equal(1);
    expect(await entries()).to.equal(1);
  });

  it('deletes any number of old entries', async () => {
    await log(1_001);
    deps.clock.advance(91 * DAY_MS);
    expect(await trimScimLog(deps)).to.equal(1_001);
  });

  it('saves a number of days from 1 to 3,650, and deletes older entries at once', async () => {
    await log(1);
    for (const days of ['', '0', '-1', '1.5', 'x', '3651', '99999'])
      expect(await saveLogDays(deps, days), days).to.have.nested.property('errors.days');
    deps.clock.advance(8 * DAY_MS);
    expect(await saveLogDays(deps, ' 7 ')).to.deep.equal({ ok: true, value: 7 });
    expect(await readLogDays(deps.store.db)).to.equal(7);
    expect(await entries()).to.equal(0);
  });

  async function log(count: number): Promise<void> {
    const source = aSource();
    await deps.store.db.transaction().execute(async (trx) => {
      for (let index = 0; index < count; index += 1) await logIntegration(trx, deps, source, 'event', 'detail');
    });
  }

  async function entries(): Promise<number> {
    return (await listScimLog(deps.store.db, {}, { limit: 2_000 })).rows.length;
  }
});
