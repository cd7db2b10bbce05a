import { expect } from 'chai';
import { createJob } from '../../src/jobs/jobs.ts';
import { runJob } from '../../src/jobs/worker.ts';
import { findCallingSource } from '../../src/sources/callingSource.ts';
import {
  addSource,
  changeSource,
  rotateToken,
  setSourceActive,
  sourceEffects,
  sourceRemoval,
} from '../../src/sources/profileSources.ts';
import { findGroup, insertGroup } from '../../src/store/groups.ts';
import { findSource } from '../../src/store/profileSources.ts';
import { listScimLog } from '../../src/store/scimLog.ts';
import { findSession, writeSession } from '../../src/store/sessions.ts';
import { findUser } from '../../src/store/users.ts';
import { aSession, aUser, insertUser } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

const HOUR = 3_600_000;

describe('sources/profileSources', () => {
  withStores((open) => {
    let deps: TestDeps;
    let id: string;
    let token: string;

    beforeEach(async () => {
      deps = await testDeps({ store: await open() });
      const added = await addSource(deps, { name: ' JumpCloud ' });
      if (!added.ok) throw new Error('refused');
      ({ clientId: id, token } = added.value);
    });

    it('shows a token once and keeps its hash', async () => {
      expect(await findSource(deps.store.db, id)).to.include({ name: 'JumpCloud', active: true, logBodies: false });
      const rows = await deps.store.db.selectFrom('profileSourceTokens').selectAll().execute();
      expect(JSON.stringify(rows)).to.not.contain(token);
      expect(await outcome(token)).to.equal('ok');
      expect(await outcome(`${token}x`)).to.equal('wrong_token');
      expect(await outcome(undefined)).to.equal('no_token');
    });

    it('lets the old token overlap with the new one until a date', async () => {
      const { token: second } = await rotateToken(deps, id, { overlapUntil: deps.now() + HOUR });
      expect([await outcome(token), await outcome(second)]).to.deep.equal(['ok', 'ok']);
      deps.clock.advance(HOUR);
      expect([await outcome(token), await outcome(second)]).to.deep.equal(['expired_token', 'ok']);
      const { token: third } = await rotateToken(deps, id);
      expect([await outcome(second), await outcome(third)]).to.deep.equal(['wrong_token', 'ok']);
    });

    it('ends a token at its date', async () => {
      const { token: short } = await rotateToken(deps, id, { expiresAt: deps.now() + HOUR });
      expect(await outcome(short)).to.equal('ok');
      deps.clock.advance(HOUR);
      expect(await outcome(short)).to.equal('expired_token');
    });

    it('refuses the calls of a source that is not active or calls from elsewhere', async () => {
      await changeSource(deps, id, { networks: ['192.0.2.0/24', '2001:db8::1'] });
      expect(await outcome(token, '192.0.2.7')).to.equal('ok');
      expect(await outcome(token, '::ffff:192.0.2.7')).to.equal('ok');
      expect(await outcome(token, '2001:db8::1')).to.equal('ok');
      expect(await outcome(token, '198.51.100.1')).to.equal('wrong_network');
      expect(await outcome(token, 'nonsense')).to.equal('wrong_network');
      await setSourceActive(deps, id, false);
      expect(await outcome(token, '192.0.2.7')).to.equal('inactive_source');
    });

    it('says which field is wrong', async () => {
      expect(await addSource(deps, { name: ' ' })).to.deep.include({ ok: false });
      expect(await changeSource(deps, id, { networks: ['10.0.0.0/8', 'x'] })).to.have.nested.property(
        'errors.networks',
      );
    });

    for (const people of ['keep', 'deactivate'] as const)
      it(`is removed and its people: ${people}`, async () => {
        const { db } = deps.store;
        const [own, other] = [aUser({ sourceId: id }), aUser()];
        await insertUser(db, own, null);
        await insertUser(db, other, null);
        const session = aSession(own.id);
        await writeSession(db, session);
        const group = {
          id: aUser().id,
          displayName: 'G',
          externalId: null,
          sourceId: id,
          version: 1,
          createdAt: 1,
          modifiedAt: 1,
        };
        await insertGroup(db, group);
        expect(await sourceEffects(deps, id)).to.deep.equal({ people: 1, activePeople: 1, groups: 1 });
        const removal = await createJob(deps, await sourceRemoval(deps, id, people), 'Maya');
        expect((await runJob(deps, removal.id)).state).to.equal('done');
        expect(await findSource(db, id)).to.equal(undefined);
        expect(await outcome(token)).to.equal('wrong_token');
        expect(await findUser(db, own.id)).to.include({ sourceId: null, active: people === 'keep' });
        expect((await findSession(db, session.id, session.createdAt)) === undefined).to.equal(people === 'deactivate');
        expect(await findUser(db, other.id)).to.deep.equal(other);
        expect(await findGroup(db, group.id)).to.include({ sourceId: null });
      });

    it('writes what is done to a source into the log', async () => {
      await rotateToken(deps, id);
      await changeSource(deps, id, { logBodies: true });
      await setSourceActive(deps, id, false);
      const { rows } = await listScimLog(deps.store.db, { sourceId: id }, { limit: 9 });
      expect(rows.map(({ event }) => event).sort()).to.deep.equal([
        'idm_integration_activate',
        'idm_integration_delete',
        'idm_integration_reauth',
        'idm_integration_update',
      ]);
    });

    async function outcome(given: string | undefined, address = '192.0.2.1'): Promise<string> {
      const found = await findCallingSource(deps, given, address);
      return found.ok ? 'ok' : found.reason;
    }
  });
});
