import { expect } from 'chai';
import type { Db } from '../../src/db/open.ts';
import { insertLoginActivity, type NewLoginActivity } from '../../src/store/loginActivity.ts';
import { type ActivityFilter, listLoginActivity, streamLoginActivity } from '../../src/store/loginSearch.ts';
import { surveyLogins } from '../../src/store/loginSurvey.ts';
import { anActivity } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';
import { testStart } from '../support/testDeps.ts';

const DAY_MS = 86_400_000;

describe('store/loginSearch', () => {
  withStores((open) => {
    let db: Db;

    beforeEach(async () => {
      ({ db } = await open());
    });

    const insert = async (...rows: Partial<NewLoginActivity>[]) => {
      for (const row of rows) await insertLoginActivity(db, anActivity(row));
    };
    const found = async (filter: ActivityFilter) => {
      const { rows } = await listLoginActivity(db, filter, { limit: 10 });
      return rows
        .map(({ asserted }) => asserted?.charAt(0) ?? '')
        .sort()
        .join('');
    };

    it('lists the newest first, page by page', async () => {
      await insert(...[5, 9, 7].map((at) => ({ at: testStart + at })));
      const first = await listLoginActivity(db, {}, { limit: 2 });
      expect(first.rows.map(({ at }) => at - testStart)).to.deep.equal([9, 7]);
      expect(first.next).to.equal(first.rows[1]?.id);
      const second = await listLoginActivity(db, {}, { limit: 2, before: first.next });
      expect(second.rows.map(({ at }) => at - testStart)).to.deep.equal([5]);
      expect(second).to.include({ next: undefined, searchedTo: undefined });
    });

    it('combines filters', async () => {
      await insert(
        {
          asserted: 'a',
          outcome: 'logged_in',
          reason: null,
          domainId: 'one',
          providerId: 'p',
          userId: 'u',
          at: testStart,
        },
        { asserted: 'b', domainId: 'one', providerId: 'q', userId: 'u', at: testStart + 1_000 },
        { asserted: 'c', domainId: 'two', providerId: 'p', reason: 'audience_mismatch', at: testStart + 2_000 },
        { asserted: 'd', domainId: 'two', flow: 'local', outcome: 'logged_in', reason: null, at: testStart + 3_000 },
      );
      for (const [filter, expected] of [
        [{}, 'abcd'],
        [{ outcome: 'logged_in' }, 'ad'],
        [{ domainId: 'one' }, 'ab'],
        [{ providerId: 'p' }, 'ac'],
        [{ userId: 'u' }, 'ab'],
        [{ userId: 'u', reason: 'person_unknown' }, 'b'],
        [{ userId: 'u', providerId: 'p', domainId: 'one' }, 'a'],
        [{ reason: 'audience_mismatch' }, 'c'],
        [{ reason: 'audience_mismatch', search: { by: 'reason', text: 'person_unknown' } }, ''],
        [{ flow: 'local' }, 'd'],
        [{ from: testStart + 1_000 }, 'bcd'],
        [{ until: testStart + 1_000 }, 'a'],
        [{ from: testStart + 1_000, until: testStart + 3_000, domainId: 'two' }, 'c'],
      ] as [ActivityFilter, string][])
        expect(await found(filter), JSON.stringify(filter)).to.equal(expected);
    });

    it('searches by reference, reason, issuer, provider and name, and has no wildcards', async () => {
      const issuer = 'https://idp.example.com/"x"';
      const arrived = {
        response: { issuer, issuedAt: undefined, inResponseTo: undefined, verified: false },
        certificates: [],
      };
      await insert(
        { asserted: 'a_b@Acme.com', outcome: 'logged_in', reason: null, userId: 'u' },
        { asserted: 'bxb@acme.com', reference: 'BBBB-BBBB', reason: 'audience_mismatch', providerId: 'p' },
        { asserted: '100%', reference: 'CCCC-CCCC', detail: { arrived } },
      );
      const name = (text: string, ...userIds: string[]): ActivityFilter => ({ search: { by: 'name', text, userIds } });
      expect(await found(name('ACME'))).to.equal('ab');
      expect(await found(name('_'))).to.equal('a');
      expect(await found(name('%'))).to.equal('1');
      expect(await found(name('nothing', 'u'))).to.equal('a');
      expect(await found({ search: { by: 'reference', text: 'BBBB-BBBB' } })).to.equal('b');
      expect(await found({ search: { by: 'reason', text: 'audience_mismatch' } })).to.equal('b');
      expect(await found({ search: { by: 'issuer', text: issuer } })).to.equal('1');
      expect(await found({ search: { by: 'issuer', text: 'https://other.example' } })).to.equal('');
      expect(await found({ search: { by: 'provider', ids: ['p', 'q'] } })).to.equal('b');
    });

    it('filters by networks of IPv4 and IPv6', async () => {
      const networks = ['10.1.2.3', '::ffff:10.1.9.9', '192.0.2.7', '2001:db8:1::5', null, 'unknown'];
      await insert(...networks.map((network, index) => ({ network, asserted: String(index) })));
      expect(await found({ networks: ['10.1.0.0/16'] })).to.equal('01');
      expect(await found({ networks: ['2001:db8::/32', '192.0.2.7'] })).to.equal('23');
      expect(await found({ networks: ['198.51.100.0/24'] })).to.equal('');
      expect(await found({ networks: ['0.0.0.0/0', '::/0'], outcome: 'logged_in' })).to.equal('');
    });

    it('stops a search that finds little, and says how far it came and where it goes on', async () => {
      await db.transaction().execute(async (trx) => {
        for (let i = 0; i < 4_500; i += 1)
          await insertLoginActivity(trx, anActivity({ at: testStart + i, asserted: i === 7 ? 'anna' : 'ben' }));
      });
      const anna: ActivityFilter = { search: { by: 'name', text: 'anna', userIds: [] } };
      const first = await listLoginActivity(db, anna, { limit: 5, most: 2 });
      expect(first).to.deep.include({ rows: [], searchedTo: testStart + 500 });
      const second = await listLoginActivity(db, anna, { limit: 5, most: 2, before: first.next });
      expect(second.rows.map(({ at }) => at)).to.deep.equal([testStart + 7]);
      expect(second).to.include({ next: undefined, searchedTo: undefined });
      const { counts, countedTo } = await surveyLogins(db, {}, { most: 2 });
      expect([counts.map(({ count }) => count), countedTo]).to.deep.equal([[4_000], testStart + 500]);
    });

    it('streams everything that meets a filter, and stops when the reader has gone', async () => {
      await db.transaction().execute(async (trx) => {
        for (let i = 0; i < 1_100; i += 1)
          await insertLoginActivity(trx, anActivity({ at: testStart + i, domainId: i % 2 ? 'odd' : 'even' }));
      });
      const parts = await Array.fromAsync(streamLoginActivity(db, { domainId: 'odd' }));
      expect(parts.map((part) => part.length)).to.deep.equal([100, 100, 100, 100, 100, 50]);
      expect(parts.flat().map(({ at }) => at - testStart)).to.deep.equal(
        Array.from({ length: 550 }, (_, i) => 1_099 - 2 * i),
      );
      const gone = new AbortController();
      const left = streamLoginActivity(db, {}, gone.signal);
      await left.next();
      gone.abort();
      expect(await left.next().catch((error: unknown) => error)).to.equal(gone.signal.reason);
    });

    it('counts by day, provider, outcome and reason, with what was repeated, but no Test logins', async () => {
      await insert(
        { at: testStart, providerId: 'p', outcome: 'logged_in', reason: null },
        { at: testStart + 1, providerId: 'p', outcome: 'logged_in', reason: null },
        { at: testStart + 2, flow: 'local', outcome: 'logged_in', reason: null },
        { at: testStart + DAY_MS, providerId: 'p' },
        { at: testStart - 30 * DAY_MS, providerId: 'p' },
        { at: testStart, providerId: 'p', flow: 'test' },
      );
      const { counts, countedTo } = await surveyLogins(db, { from: testStart }, { most: 9 });
      const day = Math.floor(testStart / DAY_MS);
      const login = { outcome: 'logged_in', reason: null };
      expect(counts).to.have.deep.members([
        { day, providerId: 'p', isLocal: false, ...login, count: 2 },
        { day, providerId: null, isLocal: true, ...login, count: 1 },
        { day: day + 1, providerId: 'p', isLocal: false, outcome: 'refused', reason: 'person_unknown', count: 1 },
      ]);
      expect(countedTo).to.equal(undefined);
      const of = await surveyLogins(db, { networks: ['10.0.0.0/8'] }, { most: 9 });
      expect(of.counts).to.deep.equal([]);
    });
  });
});
