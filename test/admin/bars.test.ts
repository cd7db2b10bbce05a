import { expect } from 'chai';
import { loginBars, requestBars } from '../../src/admin/bars.ts';
import { insertLoginActivity } from '../../src/store/loginActivity.ts';
import { addCalls, insertSource } from '../../src/store/profileSources.ts';
import { anActivity, aSource } from '../support/rows.ts';
import { testDeps, testStart } from '../support/testDeps.ts';

const DAY_MS = 86_400_000;

describe('admin/bars', () => {
  it('shows the logins of the last 14 days, even one among many', async () => {
    const deps = await testDeps();
    const { db } = deps.store;
    for (let index = 0; index < 200; index += 1)
      await insertLoginActivity(db, anActivity({ outcome: 'logged_in', reason: null, at: testStart }));
    for (const days of [13, 14])
      await insertLoginActivity(db, anActivity({ outcome: 'refused', at: testStart - days * DAY_MS }));
    const bars = await loginBars(deps);
    expect(bars).to.have.length(14);
    expect(bars[0]).to.include({ name: 'February 17', refused: 1, refusedHeight: 3, succeededHeight: 0 });
    expect(bars.at(-1)).to.include({ name: 'March 2', succeeded: 200, succeededHeight: 76 });
  });

  it('shows the requests of a source by day', async () => {
    const deps = await testDeps();
    const source = aSource();
    await insertSource(deps.store.db, source);
    const day = Math.floor(deps.now() / DAY_MS) * DAY_MS;
    await addCalls(deps.store.db, source.id, { day, calls: 10, failures: 2, at: deps.now() });
    await addCalls(deps.store.db, source.id, { day, calls: 2, failures: 1, at: deps.now() });
    const bars = await requestBars(deps, source.id);
    expect(bars.at(-1)).to.include({ succeeded: 9, refused: 3, succeededHeight: 57, refusedHeight: 19 });
    expect(bars.at(-2)).to.include({ succeeded: 0, refused: 0, succeededHeight: 0, refusedHeight: 0 });
  });
});
