import { expect } from 'chai';
import type { Db } from '../../src/db/open.ts';
import {
  countSessions,
  deleteAllSessions,
  deleteSession,
  deleteSessions,
  findSession,
  listSessions,
  type SessionFilter,
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
      expect(await deleteAllSessions(db, { userIds: [anna.id] })).to.equal(2);
      expect(await deleteAllSessions(db, { userIds: [anna.id] })).to.equal(0);
      expect(
        await found(
          db,
          sessions.map(({ id }) => id),
        ),
      ).to.deep.equal([false, false, true]);
    });

    it('lists, counts and ends the sessions that match all filters, the newest first', async () => {
      const rows = [
        aSession(anna.id, { id: '1', providerId: 'one', domainId: 'a' }),
        aSession(anna.id, { id: '2', domainId: 'b' }),
        aSession(bob.id, { id: '3', providerId: 'one', domainId: 'b' }),
        aSession(bob.id, { id: '4', expiresAt: testStart }),
      ];
      for (const row of rows) await writeSession(db, row);
      const idsOf = async (filter: SessionFilter, before?: string) =>
        (await listSessions(db, filter, testStart, { before, limit: 9 })).map(({ id }) => id).join('');
      expect(await idsOf({})).to.equal('321');
      expect(await idsOf({}, '3')).to.equal('21');
      expect((await listSessions(db, {}, testStart, { limit: 2 })).map(({ id }) => id)).to.deep.equal(['3', '2']);
      expect(await idsOf({ userIds: [anna.id] })).to.equal('21');
      expect(await idsOf({ userIds: [] })).to.equal('');
      expect(await idsOf({ ids: ['1', '3'], exceptId: '3' })).to.equal('1');
      expect(await idsOf({ ids: [] })).to.equal('');
      expect(await idsOf({ providerId: null })).to.equal('2');
      expect(await idsOf({ providerId: 'one', domainId: 'b' })).to.equal('3');
      expect([await countSessions(db, {}, testStart, 9), await countSessions(db, {}, testStart, 1)]).to.deep.equal([
        3, 2,
      ]);
      const end = (until: number, now: number, limit: number) =>
        deleteSessions(db, { providerId: 'one' }, { until, now }, limit);
      expect(await end(testStart - 1, testStart, 9), 'they started meanwhile').to.deep.equal([]);
      expect(await end(testStart, testStart, 1)).to.have.length(1);
      expect(await end(testStart - 2, testStart - 1, 9), 'the clock was set back').to.have.length(1);
      expect(await idsOf({})).to.equal('2');
    });

    it('counts and ends the sessions that a provider started', async () => {
      const sessions = [
        aSession(anna.id, { providerId: 'one' }),
        aSession(bob.id, { providerId: 'one', expiresAt: testStart + 10 }),
        aSession(bob.id, { providerId: 'two' }),
        aSession(bob.id),
      ];
      for (const session of sessions) await writeSession(db, session);
      expect(await countSessions(db, { providerId: 'one' }, testStart)).to.equal(2);
      expect(await countSessions(db, { providerId: 'one' }, testStart + 10)).to.equal(1);
      await deleteAllSessions(db, { providerId: 'one' });
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
