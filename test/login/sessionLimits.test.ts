import { expect } from 'chai';
import { limitsOf, saveSessionLimits } from '../../src/login/sessionLimits.ts';
import { findDomain, insertDomain } from '../../src/store/domains.ts';
import { findSession, writeSession } from '../../src/store/sessions.ts';
import { aDomain, aSession, aUser, insertUser } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';
import { type TestDeps, testDeps, testStart } from '../support/testDeps.ts';

const MINUTE_MS = 60_000;

describe('login/sessionLimits', () => {
  withStores((open) => {
    const [domain, other] = [aDomain(), aDomain()];
    let deps: TestDeps;

    beforeEach(async () => {
      deps = await testDeps({ store: await open() });
      for (const one of [domain, other]) await insertDomain(deps.store.db, one);
    });

    it('saves limits, and the default ones again', async () => {
      expect(limitsOf(domain)).to.deep.equal({ idleMs: 480 * MINUTE_MS, longestMs: 1_440 * MINUTE_MS });
      await save(' 15 ', '600');
      const saved = await findDomain(deps.store.db, domain.id);
      expect(limitsOf(saved)).to.deep.equal({ idleMs: 15 * MINUTE_MS, longestMs: 600 * MINUTE_MS });
      await save('', '');
      expect(await findDomain(deps.store.db, domain.id)).to.deep.equal(domain);
    });

    for (const [idle, longest, fields] of [
      ['4', '', ['idleMinutes']],
      ['43201', '5', ['idleMinutes']],
      ['one hour', '-5', ['idleMinutes', 'longestMinutes']],
      ['60', '30', ['idleMinutes']],
      ['', '30', ['idleMinutes']],
      ['1441', '', ['idleMinutes']],
    ] as const)
      it(`refuses ${idle || 'nothing'} and ${longest || 'nothing'}, and changes nothing`, async () => {
        const refused = await save(idle, longest);
        expect(refused.ok ? [] : Object.keys(refused.errors)).to.deep.equal(fields);
        expect(await findDomain(deps.store.db, domain.id)).to.deep.equal(domain);
      });

    it('ends the sessions that are past a new limit, and shortens the others at this domain', async () => {
      const user = aUser();
      await insertUser(deps.store.db, user, null);
      const expiresAt = testStart + 500 * MINUTE_MS;
      const session = (minutesOld: number, minutesUnused: number, domainId: string) =>
        aSession(user.id, {
          domainId,
          createdAt: testStart - minutesOld * MINUTE_MS,
          lastSeenAt: testStart - minutesUnused * MINUTE_MS,
          expiresAt,
        });
      const [used, unused, old, elsewhere] = [
        session(20, 0, domain.id),
        session(20, 10, domain.id),
        session(30, 0, domain.id),
        session(30, 10, other.id),
      ] as const;
      for (const one of [used, unused, old, elsewhere]) await writeSession(deps.store.db, one);
      await save('10', '30');
      const ends = await Promise.all(
        [used, unused, old, elsewhere].map(
          async ({ id }) => (await findSession(deps.store.db, id, testStart))?.expiresAt,
        ),
      );
      expect(ends).to.deep.equal([testStart + 10 * MINUTE_MS, undefined, undefined, expiresAt]);
    });

    function save(idleMinutes: string, longestMinutes: string) {
      return saveSessionLimits(deps, domain.id, { idleMinutes, longestMinutes });
    }
  });
});
