import { expect } from 'chai';
import type { Db } from '../../src/db/open.ts';
import {
  type ActivityFilter,
  countOutcomes,
  countOutcomesByDay,
  countRefusedPeople,
  findSignInActivity,
  hasWorked,
  insertSignInActivity,
  listSignInActivity,
} from '../../src/store/signInActivity.ts';
import { anActivity } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';
import { testStart } from '../support/testDeps.ts';

describe('store/signInActivity', () => {
  withStores((open) => {
    let db: Db;

    beforeEach(async () => {
      ({ db } = await open());
    });

    it('finds an attempt by its ID or its reference, with its checks as they were made', async () => {
      const checks = [
        { name: 'Size and form', result: 'passed' },
        { name: 'Status', result: 'passed', detail: 'Success' },
        { name: 'Issuer', result: 'passed', expected: 'a', received: 'a' },
        { name: 'Audience', result: 'refused', expected: 'a', received: 'b' },
        { name: 'Recipient', result: 'not_reached' },
      ];
      const detail = { checks, userAgent: 'ü' };
      const activity = anActivity({ reference: '7F3K-Q2MD', asserted: 'anna@acme.com', detail });
      await insertSignInActivity(db, activity);
      await insertSignInActivity(db, anActivity());
      expect(await findSignInActivity(db, '7F3K-Q2MD')).to.deep.equal(activity);
      expect(await findSignInActivity(db, activity.id)).to.deep.equal(activity);
      expect(await findSignInActivity(db, '7f3k-q2md')).to.equal(undefined);
    });

    it('gives a reference once alone, but any number of attempts none', async () => {
      for (const _ of [1, 2]) await insertSignInActivity(db, anActivity({ outcome: 'signed_in' }));
      await insertSignInActivity(db, anActivity({ reference: '7F3K-Q2MD' }));
      const again = insertSignInActivity(db, anActivity({ reference: '7F3K-Q2MD' }));
      expect(await again.catch((error: Error) => error.message)).to.match(/unique/i);
    });

    it('lists the newest first, a page at a time', async () => {
      for (const at of [5, 9, 7]) await insertSignInActivity(db, anActivity({ at: testStart + at }));
      const times = async (limit: number, offset: number) => {
        const { rows, total } = await listSignInActivity(db, {}, { limit, offset });
        return [total, ...rows.map((row) => row.at - testStart)];
      };
      expect(await times(10, 0)).to.deep.equal([3, 9, 7, 5]);
      expect(await times(1, 1)).to.deep.equal([3, 7]);
    });

    it('narrows the list, and takes every character of a search for itself', async () => {
      const rows = [
        anActivity({ domainId: 'one', outcome: 'signed_in', reason: null, asserted: 'a_b@Acme.com' }),
        anActivity({ reference: 'BBBB-BBBB', domainId: 'one', reason: 'audience_wrong', asserted: 'axb@acme.com' }),
        anActivity({ reference: 'CCCC-CCCC', domainId: 'two', reason: 'person_unknown', asserted: '100%' }),
      ];
      for (const row of rows) await insertSignInActivity(db, row);
      const references = async (filter: ActivityFilter) => {
        const { rows: found } = await listSignInActivity(db, filter, { limit: 10, offset: 0 });
        return found
          .map((row) => row.reference?.charAt(0) ?? 'A')
          .sort()
          .join('');
      };
      expect(await references({ outcome: 'signed_in' })).to.equal('A');
      expect(await references({ domainId: 'one' })).to.equal('AB');
      expect(await references({ domainId: 'one', search: 'acme' })).to.equal('AB');
      expect(await references({ search: 'A_B' })).to.equal('A');
      expect(await references({ search: '0%' })).to.equal('C');
      expect(await references({ search: '%' })).to.equal('C');
      expect(await references({ search: 'bbbb-bbbb' })).to.equal('B');
      expect(await references({ search: 'audience_wrong' })).to.equal('B');
      expect(await references({ domainId: 'two', search: 'audience_wrong' })).to.equal('');
    });

    it('counts outcomes since a time, in all and at a domain', async () => {
      const rows = [
        anActivity({ at: testStart - 1, domainId: 'one' }),
        anActivity({ at: testStart, domainId: 'one' }),
        anActivity({ at: testStart + 1, domainId: 'one', outcome: 'signed_in' }),
        anActivity({ at: testStart + 1, domainId: 'two', outcome: 'signed_in' }),
      ];
      for (const row of rows) await insertSignInActivity(db, row);
      expect(await countOutcomes(db, testStart)).to.deep.equal({ refused: 1, signed_in: 2 });
      expect(await countOutcomes(db, testStart, 'one')).to.deep.equal({ refused: 1, signed_in: 1 });
      expect(await countOutcomes(db, testStart + 2)).to.deep.equal({});
    });

    it('knows whether a provider has worked at a domain', async () => {
      const at = { domainId: 'one', providerId: 'idp' };
      await insertSignInActivity(db, anActivity({ ...at, outcome: 'refused' }));
      expect(await hasWorked(db, 'one', 'idp')).to.equal(false);
      await insertSignInActivity(db, anActivity({ ...at, outcome: 'tested' }));
      expect(await hasWorked(db, 'one', 'idp')).to.equal(true);
      expect(await hasWorked(db, 'two', 'idp')).to.equal(false);
      expect(await hasWorked(db, 'one', 'other')).to.equal(false);
      await insertSignInActivity(db, anActivity({ ...at, domainId: 'two', outcome: 'signed_in' }));
      expect(await hasWorked(db, 'two', 'idp')).to.equal(true);
    });

    it('counts each day by itself, in UTC', async () => {
      const midnight = Date.UTC(2026, 2, 2);
      const day = midnight / 86_400_000;
      const at = (time: number, outcome: string) => insertSignInActivity(db, anActivity({ at: time, outcome }));
      for (const [time, outcome] of [
        [midnight - 86_400_001, 'signed_in'],
        [midnight - 1, 'signed_in'],
        [midnight, 'signed_in'],
        [midnight + 1, 'signed_in'],
        [midnight + 2, 'refused'],
      ] as const)
        await at(time, outcome);
      expect(await countOutcomesByDay(db, midnight - 86_400_000)).to.have.deep.members([
        { day: day - 1, outcome: 'signed_in', count: 1 },
        { day, outcome: 'signed_in', count: 2 },
        { day, outcome: 'refused', count: 1 },
      ]);
    });

    it('counts the people who were refused, not how often they tried', async () => {
      const refused = { outcome: 'refused', reason: 'person_unknown', at: testStart };
      for (const asserted of ['anna', 'anna', 'ben'])
        await insertSignInActivity(db, anActivity({ ...refused, asserted }));
      await insertSignInActivity(db, anActivity({ ...refused, reason: 'audience_mismatch', asserted: 'carl' }));
      await insertSignInActivity(db, anActivity({ ...refused, flow: 'test', asserted: 'dora' }));
      await insertSignInActivity(db, anActivity({ ...refused, at: testStart - 1, asserted: 'emil' }));
      await insertSignInActivity(db, anActivity({ outcome: 'signed_in', reason: null, at: testStart }));
      expect(await countRefusedPeople(db, testStart)).to.deep.equal([
        { reason: 'person_unknown', people: 2 },
        { reason: 'audience_mismatch', people: 1 },
      ]);
    });
  });
});
