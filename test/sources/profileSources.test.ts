import { expect } from 'chai';
import { findCallingSource } from '../../src/sources/callingSource.ts';
import { addSource, changeSource, getSource, rotateToken, setSourceActive } from '../../src/sources/profileSources.ts';
import { findSource, listSourceTokens } from '../../src/store/profileSources.ts';
import { listScimLog } from '../../src/store/scimLog.ts';
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

    it('adds a source, returns its token and stores the hash only', async () => {
      expect(await findSource(deps.store.db, id)).to.include({ name: 'JumpCloud', active: true, logBodies: false });
      const rows = await deps.store.db.selectFrom('profileSourceTokens').selectAll().execute();
      expect(JSON.stringify(rows)).to.not.contain(token);
      expect(await outcome(token)).to.equal('ok');
    });

    it('names the field that is wrong', async () => {
      for (const name of [' ', 'a'.repeat(101), 'a\u0007', 'JUMPCLOUD'])
        expect(await addSource(deps, { name }), name).to.have.nested.property('errors.name');
      const changed = await changeSource(deps, id, { networks: ['10.0.0.0/8', 'x'] });
      expect(changed).to.have.nested.property('errors.networks');
    });

    it('changes what is given, and logs only what differs', async () => {
      expect(await changeSource(deps, id, { name: 'jumpcloud', logBodies: true })).to.deep.include({ ok: true });
      expect(await getSource(deps, id)).to.include({ name: 'jumpcloud', logBodies: true, readOnly: false });
      await changeSource(deps, id, { active: false });
      await changeSource(deps, id, { active: false, logBodies: true });
      await setSourceActive(deps, id, false);
      await setSourceActive(deps, id, true);
      await rotateToken(deps, id);
      expect(await events()).to.deep.equal([
        'idm_integration_activate: The source was added.',
        'idm_integration_activate: The source was enabled.',
        'idm_integration_delete: The source was disabled.',
        'idm_integration_reauth: A new token was created.',
        'idm_integration_update: The settings were changed.',
      ]);
    });

    it('refuses a name that another source has, in any case', async () => {
      await addSource(deps, { name: 'Okta' });
      expect(await changeSource(deps, id, { name: 'OKTA' })).to.have.nested.property('errors.name');
      expect(await changeSource(deps, id, { name: 'JUMPCLOUD' })).to.deep.include({ ok: true });
    });

    it('expires all tokens when a new one is created', async () => {
      const { token: limited } = await rotateToken(deps, id, {
        expiresAt: deps.now() + 2 * HOUR,
        overlapUntil: deps.now() + HOUR,
      });
      const { token: second } = await rotateToken(deps, id);
      expect(await Promise.all([token, limited, second].map((one) => outcome(one)))).to.deep.equal([
        'wrong_token',
        'wrong_token',
        'ok',
      ]);
      expect(await listSourceTokens(deps.store.db, id)).to.have.lengthOf(1);
    });

    it('keeps old tokens until the end of the overlap, and no longer than they are valid', async () => {
      const at = deps.now();
      const { token: short } = await rotateToken(deps, id, { expiresAt: at + HOUR, overlapUntil: at + 9 * HOUR });
      const { token: long } = await rotateToken(deps, id, { expiresAt: at + 5 * HOUR, overlapUntil: at + 9 * HOUR });
      await rotateToken(deps, id, { overlapUntil: at + 2 * HOUR });
      const outcomes = () => Promise.all([token, short, long].map((one) => outcome(one)));
      expect(await outcomes()).to.deep.equal(['ok', 'ok', 'ok']);
      deps.clock.advance(HOUR);
      expect(await outcomes()).to.deep.equal(['ok', 'expired_token', 'ok']);
      deps.clock.advance(HOUR);
      expect(await outcomes()).to.deep.equal(['expired_token', 'expired_token', 'expired_token']);
    });

    it('throws NotFound for an unknown source', async () => {
      const calls = [getSource, rotateToken, (_: TestDeps, unknown: string) => changeSource(deps, unknown, {})];
      for (const call of calls) {
        const message = await call(deps, 'unknown').catch((error: Error) => error.message);
        expect(message).to.equal('This profile source does not exist.');
      }
    });

    async function outcome(given: string): Promise<string> {
      const found = await findCallingSource(deps, given, '192.0.2.1');
      return found.ok ? 'ok' : found.reason;
    }

    async function events(): Promise<string[]> {
      const { rows } = await listScimLog(deps.store.db, { sourceId: id }, { limit: 9 });
      return rows.map(({ event, detail }) => `${event}: ${detail}`).sort();
    }
  });
});
