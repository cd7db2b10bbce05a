import { expect } from 'chai';
import type { Db } from '../../src/db/open.ts';
import {
  type ActivityFilter,
  countOutcomes,
  countOutcomesByDay,
  countRefusedPeople,
  findLoginActivity,
  hasWorked,
  insertLoginActivity,
  listLoginActivity,
  type StoredCheck,
} from '../../src/store/loginActivity.ts';
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
      expect(await findLoginActivity(db, '7F3K-Q2MD')).to.deep.equal(activity);
      expect(await findLoginActivity(db, activity.id)).to.deep.equal(activity);
      expect(await findLoginActivity(db, '7f3k-q2md')).to.equal(undefined);
    });

    it('refuses a reference that exists, and allows any number of attempts without one', async () => {
      for (const _ of [1, 2]) await insertLoginActivity(db, anActivity({ outcome: 'logged_in' }));
      await insertLoginActivity(db, anActivity({ reference: '7F3K-Q2MD' }));
      const again = insertLoginActivity(db, anActivity({ reference: '7F3K-Q2MD' }));
      expect(await again.catch((error: Error) => error.message)).to.match(/unique/i);
    });

    it('lists the newest first, page by page', async () => {
      for (const at of [5, 9, 7]) await insertLoginActivity(db, anActivity({ at: testStart + at }));
      const times = async (limit: number, offset: number) => {
        const { rows, total } = await listLoginActivity(db, {}, { limit, offset });
        return [total, ...rows.map((row) => row.at - testStart)];
      };
      expect(await times(10, 0)).to.deep.equal([3, 9, 7, 5]);
      expect(await times(1, 1)).to.deep.equal([3, 7]);
    });

    it('filters the list, and has no wildcards', async () => {
      const rows = [
        anActivity({ domainId: 'one', outcome: 'logged_in', reason: null, asserted: 'a_b@Acme.com' }),
        anActivity({ reference: 'BBBB-BBBB', domainId: 'one', reason: 'audience_wrong', asserted: 'axb@acme.com' }),
        anActivity({ reference: 'CCCC-CCCC', domainId: 'two', reason: 'person_unknown', asserted: '100%' }),
      ];
      for (const row of rows) await insertLoginActivity(db, row);
      const references = async (filter: ActivityFilter) => {
        const { rows: found } = await listLoginActivity(db, filter, { limit: 10, offset: 0 });
        return found
          .map((row) => row.reference?.charAt(0) ?? 'A')
          .sort()
          .join('');
      };
      expect(await references({ outcome: 'logged_in' })).to.equal('A');
      expect(await references({ domainId: 'one' })).to.equal('AB');
      expect(await references({ domainId: 'one', search: 'acme' })).to.equal('AB');
      expect(await references({ search: 'A_B' })).to.equal('A');
      expect(await references({ search: '0%' })).to.equal('C');
      expect(await references({ search: '%' })).to.equal('C');
      expect(await references({ search: 'bbbb-bbbb' })).to.equal('B');
      expect(await references({ search: 'audience_wrong' })).to.equal('B');
      expect(await references({ domainId: 'two', search: 'audience_wrong' })).to.equal('');
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
      expect(await countOutcomesByDay(db, midnight - 86_400_000)).to.have.deep.members([
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
        { reason: 'person_unknown', people: 2 },
        { reason: 'audience_mismatch', people: 1 },
      ]);
    });
  });
});
