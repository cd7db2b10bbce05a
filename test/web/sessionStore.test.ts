import { expect } from 'chai';
import type { SessionData } from 'express-session';
import { hashSessionId, newSessionId } from '../../src/identifier.ts';
import { insertDomain } from '../../src/store/domains.ts';
import { deleteSession } from '../../src/store/sessions.ts';
import { SessionStore } from '../../src/web/sessionStore.ts';
import { aDomain, aUser, insertUser } from '../support/rows.ts';
import { type TestDeps, testDeps, testStart } from '../support/testDeps.ts';

const HOUR_MS = 3_600_000;

describe('SessionStore', () => {
  const user = aUser();
  let deps: TestDeps;
  let store: SessionStore;
  let sid: string;

  beforeEach(async () => {
    deps = await testDeps();
    await insertUser(deps.store.db, user, null);
    store = new SessionStore(deps);
    sid = newSessionId(deps);
  });

  it('stores the hash of the ID, never the ID', async () => {
    await set(sessionUntil(24 * HOUR_MS));
    const rows = await deps.store.db.selectFrom('sessions').selectAll().execute();
    expect(rows.map(({ id, userId }) => ({ id, userId }))).to.deep.equal([{ id: hashSessionId(sid), userId: user.id }]);
    expect(JSON.stringify(rows)).not.to.contain(sid);
  });

  it('ends a session at the end of its login, even if it was not used before', async () => {
    for (const [after, isValid] of [
      [HOUR_MS - 1, true],
      [HOUR_MS, false],
    ] as const) {
      deps.clock.at = testStart;
      sid = newSessionId(deps);
      await set(sessionUntil(HOUR_MS));
      deps.clock.advance(after);
      expect((await get()) !== null).to.equal(isValid);
    }
  });

  it('does not extend a session in use beyond the end of its login', async () => {
    await set(sessionUntil(9 * HOUR_MS));
    for (const _ of [1, 2]) {
      deps.clock.advance(4 * HOUR_MS);
      expect(await get()).to.include.keys('passport');
    }
    deps.clock.advance(HOUR_MS);
    expect(await get()).to.equal(null);
  });

  it('ends a session by the limits of its domain, as they are now', async () => {
    const domain = aDomain({ idleMinutes: 60, longestMinutes: 180 });
    await insertDomain(deps.store.db, domain);
    await set(sessionUntil(24 * HOUR_MS, domain.id));
    deps.clock.advance(HOUR_MS - 1);
    expect(await get(), 'used within an hour').not.to.equal(null);
    deps.clock.advance(HOUR_MS);
    expect(await get(), 'unused for an hour').to.equal(null);
    deps.clock.at = testStart;
    sid = newSessionId(deps);
    await set(sessionUntil(24 * HOUR_MS, domain.id));
    for (let half = 1; half < 6; half++) {
      deps.clock.advance(HOUR_MS / 2);
      expect(await get(), `after ${half} half hours`).not.to.equal(null);
    }
    deps.clock.advance(HOUR_MS / 2);
    expect(await get(), 'after three hours').to.equal(null);
  });

  it('does not restore a session that ended between two writes', async () => {
    const session = sessionUntil(HOUR_MS);
    await set(session);
    await deleteSession(deps.store.db, hashSessionId(sid));
    await set(Object.assign(session, { flash: { kind: 'info', text: 'Saved.' } }));
    expect(await get()).to.equal(null);
  });

  it('writes a session only if it has changed', async () => {
    const session = sessionUntil(HOUR_MS);
    const writtenAt = async () =>
      (await deps.store.db.selectFrom('sessions').select('lastSeenAt').executeTakeFirstOrThrow()).lastSeenAt;
    await set(session);
    deps.clock.advance(1);
    await set(session);
    expect(await writtenAt()).to.equal(testStart);
    await set(Object.assign(session, { flash: { kind: 'info', text: 'Saved.' } }));
    expect(await writtenAt()).to.equal(testStart + 1);
  });

  it('stores nothing without a login, and deletes what it stored before', async () => {
    const visitor = { cookie: { originalMaxAge: null } } as SessionData;
    await set(visitor);
    expect(await get()).to.equal(null);
    await set(sessionUntil(HOUR_MS));
    await set(visitor);
    expect(await get()).to.equal(null);
  });

  function sessionUntil(milliseconds: number, domainId = 'd'): SessionData {
    const login = { userId: user.id, method: 'local', domainId, at: testStart, network: '', userAgent: '' };
    const passport = { user: { ...login, endsAt: testStart + milliseconds } };
    return { cookie: { originalMaxAge: null }, passport } as unknown as SessionData;
  }

  function set(session: SessionData): Promise<void> {
    return new Promise((resolve, reject) => store.set(sid, session, (error) => (error ? reject(error) : resolve())));
  }

  function get(): Promise<SessionData | null | undefined> {
    return new Promise((resolve, reject) =>
      store.get(sid, (error, session) => (error ? reject(error) : resolve(session))),
    );
  }
});
