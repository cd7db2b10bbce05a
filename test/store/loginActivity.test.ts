import { expect } from 'chai';
import type { Db } from '../../src/db/open.ts';
import {
  findLoginActivity,
  insertLoginActivity,
  type NewLoginActivity,
  recordRefusal,
  type StoredCheck,
} from '../../src/store/loginActivity.ts';
import { countOutcomes, countOutcomesByDay, countRefusedPeople, hasWorked } from '../../src/store/loginCounts.ts';
import { listLoginActivity } from '../../src/store/loginSearch.ts';
import { anActivity } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';
import { testStart } from '../support/testDeps.ts';

describe('store/loginActivity', () => {
  withStores((open) => {
    let db: Db;

    beforeEach(async () => {
      ({ db } = await open());
    });

    it('finds an attempt by its ID or reference, with its checks in order', async () => {
      const checks: StoredCheck[] = [1, [2, 'Success'], { number: 3, expected: 'a', received: 'b' }];
      const detail = { checks, userAgent: 'ü' };
      const activity = anActivity({ reference: '7F3K-Q2MD', asserted: 'anna@acme.com', detail });
      await insertLoginActivity(db, activity);
      await insertLoginActivity(db, anActivity());
      const stored = { ...activity, times: 1, lastAt: null, refusedFrom: null };
      expect(await findLoginActivity(db, '7F3K-Q2MD')).to.deep.equal(stored);
      expect(await findLoginActivity(db, activity.id)).to.deep.equal(stored);
      expect(await findLoginActivity(db, '7f3k-q2md')).to.equal(undefined);
    });

    const refusals = async () => (await listLoginActivity(db, {}, { limit: 500 })).rows;

    it('counts a refusal that is repeated within an hour in one row, which its reference finds', async () => {
      const refusal = (minutes: number, values: Partial<NewLoginActivity> = {}) =>
        anActivity({ at: testStart + minutes * 60_000, reason: 'signature_invalid', ...values });
      const first = await recordRefusal(db, refusal(0), '192.0.2.1');
      for (const minutes of [1, 59]) {
        const repeated = await recordRefusal(db, refusal(minutes), '192.0.2.1');
        expect(repeated).to.deep.equal({ id: first.id, reference: first.reference, isShown: true });
      }
      expect(await refusals()).to.have.lengthOf(1);
      expect(await findLoginActivity(db, first.reference ?? '')).to.include({
        at: testStart,
        times: 3,
        lastAt: testStart + 59 * 60_000,
      });
      expect(await countOutcomes(db, testStart)).to.deep.equal({ refused: 3 });
      for (const [other, network] of [
        [refusal(61), '192.0.2.1'],
        [refusal(61, { reason: 'person_unknown' }), '192.0.2.1'],
        [refusal(61, { domainId: 'other' }), '192.0.2.1'],
        [refusal(61, { asserted: 'anna' }), '192.0.2.1'],
        [refusal(61), '192.0.2.2'],
      ] as const)
        expect(await recordRefusal(db, other, network)).to.include({ id: other.id });
    });

    it('writes at most 20 rows an hour for one network, domain and reason, whatever the names', async () => {
      for (let i = 0; i < 100; i += 1)
        await recordRefusal(db, anActivity({ at: testStart + i, asserted: `name ${i}` }), '192.0.2.1');
      const more = await recordRefusal(db, anActivity({ at: testStart + 100, asserted: 'more' }), '192.0.2.1');
      expect(more.isShown).to.equal(false);
      const rows = await refusals();
      expect(rows.map(({ times }) => times)).to.deep.equal([82, ...Array(19).fill(1)]);
      const other = anActivity({ at: testStart + 100, reason: 'audience_mismatch' });
      expect(await recordRefusal(db, other, '192.0.2.1')).to.include({ id: other.id });
    });

    it('refuses a reference that exists, and allows any number of attempts without one', async () => {
      for (const _ of [1, 2]) await insertLoginActivity(db, anActivity({ outcome: 'logged_in' }));
      await insertLoginActivity(db, anActivity({ reference: '7F3K-Q2MD' }));
      const again = insertLoginActivity(db, anActivity({ reference: '7F3K-Q2MD' }));
      expect(await again.catch((error: Error) => error.message)).to.match(/unique/i);
    });

    it('counts outcomes since a time, in total and at a domain', async () => {
      const rows = [
        anActivity({ at: testStart - 1, domainId: 'one' }),
        anActivity({ at: testStart, domainId: 'one' }),
        anActivity({ at: testStart + 1, domainId: 'one', outcome: 'logged_in' }),
        anActivity({ at: testStart + 1, domainId: 'two', outcome: 'logged_in' }),
      ];
      for (const row of rows) await insertLoginActivity(db, row);
      expect(await countOutcomes(db, testStart)).to.deep.equal({ refused: 1, logged_in: 2 });
      expect(await countOutcomes(db, testStart, 'one')).to.deep.equal({ refused: 1, logged_in: 1 });
      expect(await countOutcomes(db, testStart + 2)).to.deep.equal({});
    });

    it('tells whether a provider has worked at a domain', async () => {
      const at = { domainId: 'one', providerId: 'idp' };
      await insertLoginActivity(db, anActivity({ ...at, outcome: 'refused' }));
      expect(await hasWorked(db, 'one', 'idp')).to.equal(false);
      await insertLoginActivity(db, anActivity({ ...at, outcome: 'tested' }));
      expect(await hasWorked(db, 'one', 'idp')).to.equal(false);
      await insertLoginActivity(db, anActivity({ ...at, outcome: 'logged_in' }));
      expect(await hasWorked(db, 'one', 'idp')).to.equal(true);
      expect(await hasWorked(db, 'two', 'idp')).to.equal(false);
      expect(await hasWorked(db, 'one', 'other')).to.equal(false);
      await insertLoginActivity(db, anActivity({ ...at, domainId: 'two', outcome: 'logged_in' }));
      expect(await hasWorked(db, 'two', 'idp')).to.equal(true);
    });

    it('counts each day separately, in UTC', async () => {
      const midnight = Date.UTC(2026, 2, 2);
      const day = midnight / 86_400_000;
      const at = (time: number, outcome: string) => insertLoginActivity(db, anActivity({ at: time, outcome }));
      for (const [time, outcome] of [
        [midnight - 86_400_001, 'logged_in'],
        [midnight - 1, 'logged_in'],
        [midnight, 'logged_in'],
        [midnight + 1, 'logged_in'],
        [midnight + 2, 'refused'],
      ] as const)
        await at(time, outcome);
      expect(await countOutcomesByDay(db, [day - 1, day, day + 1])).to.have.deep.members([
        { day: day - 1, outcome: 'logged_in', count: 1 },
        { day, outcome: 'logged_in', count: 2 },
        { day, outcome: 'refused', count: 1 },
      ]);
    });

    it('counts the people who were refused, not their attempts', async () => {
      const refused = { outcome: 'refused', reason: 'person_unknown', at: testStart };
      for (const asserted of ['anna', 'anna', 'ben'])
        await insertLoginActivity(db, anActivity({ ...refused, asserted }));
      await insertLoginActivity(db, anActivity({ ...refused, reason: 'audience_mismatch', asserted: 'carl' }));
      await insertLoginActivity(db, anActivity({ ...refused, flow: 'test', asserted: 'dora' }));
      await insertLoginActivity(db, anActivity({ ...refused, at: testStart - 1, asserted: 'emil' }));
      await insertLoginActivity(db, anActivity({ outcome: 'logged_in', reason: null, at: testStart }));
      expect(await countRefusedPeople(db, testStart)).to.deep.equal([
        { reason: 'person_unknown', people: 2, isLeast: false },
        { reason: 'audience_mismatch', people: 1, isLeast: false },
      ]);
    });
  });
});
