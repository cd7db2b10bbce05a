import { expect } from 'chai';
import type { Db } from '../../src/db/open.ts';
import {
  countSessionsOfProvider,
  deleteSession,
  deleteSessionsOfProvider,
  deleteSessionsOfUser,
  findSession,
  touchSession,
  writeSession,
} from '../../src/store/sessions.ts';
import { aSession, aUser, insertUser } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';
import { testStart } from '../support/testDeps.ts';

describe('store/sessions', () => {
  withStores((open) => {
    let db: Db;
    const [anna, bob] = [aUser(), aUser()];

    beforeEach(async () => {
      ({ db } = await open());
      for (const user of [anna, bob]) await insertUser(db, user, null);
    });

    it('finds a session until it expires', async () => {
      const session = aSession(anna.id, { nameId: 'Anna', dataJson: '{"ü":1}', expiresAt: testStart + 10 });
      await writeSession(db, session);
      expect(await findSession(db, session.id, testStart + 9)).to.deep.equal(session);
      expect(await findSession(db, session.id, testStart + 10)).to.equal(undefined);
      expect(await findSession(db, 'nothing', testStart)).to.equal(undefined);
    });

    it('updates a session', async () => {
      const session = aSession(anna.id);
      await writeSession(db, session);
      const later = { ...session, userId: bob.id, dataJson: '{"b":2}', lastSeenAt: testStart + 5 };
      await writeSession(db, later);
      expect(await findSession(db, session.id, testStart)).to.deep.equal(later);
    });

    it('records that an existing session was used', async () => {
      const session = aSession(anna.id);
      await writeSession(db, session);
      await touchSession(db, session.id, testStart + 60, testStart + 9_000_000);
      const seen = { ...session, lastSeenAt: testStart + 60, expiresAt: testStart + 9_000_000 };
      expect(await findSession(db, session.id, testStart)).to.deep.equal(seen);
      await deleteSession(db, session.id);
      await touchSession(db, session.id, testStart + 70, testStart + 9_000_000);
      expect(await findSession(db, session.id, testStart)).to.equal(undefined);
    });

    it('ends the sessions of one person', async () => {
      const sessions = [aSession(anna.id), aSession(anna.id), aSession(bob.id)];
      for (const session of sessions) await writeSession(db, session);
      expect(await deleteSessionsOfUser(db, anna.id)).to.equal(2);
      expect(await deleteSessionsOfUser(db, anna.id)).to.equal(0);
      expect(
        await found(
          db,
          sessions.map(({ id }) => id),
        ),
      ).to.deep.equal([false, false, true]);
    });

    it('counts and ends the sessions that a provider started', async () => {
      const sessions = [
        aSession(anna.id, { providerId: 'one' }),
        aSession(bob.id, { providerId: 'one', expiresAt: testStart + 10 }),
        aSession(bob.id, { providerId: 'two' }),
        aSession(bob.id),
      ];
      for (const session of sessions) await writeSession(db, session);
      expect(await countSessionsOfProvider(db, 'one', testStart)).to.equal(2);
      expect(await countSessionsOfProvider(db, 'one', testStart + 10)).to.equal(1);
      await deleteSessionsOfProvider(db, 'one');
      expect(
        await found(
          db,
          sessions.map(({ id }) => id),
        ),
      ).to.deep.equal([false, false, true, true]);
    });

    it('refuses a session without a person', async () => {
      const refused = writeSession(db, aSession('nobody')).catch(() => 'refused');
      expect(await refused).to.equal('refused');
    });
  });
});

async function found(db: Db, ids: string[]): Promise<boolean[]> {
  return Promise.all(ids.map(async (id) => (await findSession(db, id, testStart)) !== undefined));
}
