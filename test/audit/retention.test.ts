import { expect } from 'chai';
import { readAuditDays } from '../../src/audit/auditDays.ts';
import { signCheckpoint } from '../../src/audit/checkpoint.ts';
import { erasureOf } from '../../src/audit/erasure.ts';
import { makeCheckpoint } from '../../src/audit/makeCheckpoint.ts';
import { recordChange } from '../../src/audit/record.ts';
import { saveAuditDays, trimAudit } from '../../src/audit/retention.ts';
import { sealEntries } from '../../src/audit/seal.ts';
import { verifyAudit } from '../../src/audit/verify.ts';
import { deriveSecrets } from '../../src/secrets.ts';
import { insertAuditEntry } from '../../src/store/audit.ts';
import { listSealedEntries } from '../../src/store/auditChain.ts';
import { insertCheckpoint, listCheckpoints } from '../../src/store/auditCheckpoints.ts';
import { withStores } from '../support/stores.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

const DAY_MS = 86_400_000;

describe('audit/retention', () => {
  withStores((open) => {
    let deps: TestDeps;

    beforeEach(async () => {
      deps = await testDeps({ store: await open() });
      await record(3);
      await makeCheckpoint(deps);
      deps.clock.advance(365 * DAY_MS);
      await record(2);
    });

    it('keeps entries for 730 days, and deletes them within a day after', async () => {
      deps.clock.advance(366 * DAY_MS);
      expect(await trimAudit(deps), 'not each entry alone').to.equal(0);
      deps.clock.advance(1);
      expect(await trimAudit(deps)).to.equal(3);
      expect(await numbers()).to.deep.equal([4, 5, 6]);
      const { db } = deps.store;
      expect((await listSealedEntries(db, 5, 1))[0]).to.deep.include({ action: 'audit.trimmed', actorKind: 'server' });
      const checkpoints = await listCheckpoints(db, 0, 9);
      expect(checkpoints.map(({ seq, cut }) => [seq, cut])).to.have.deep.members([
        [3, false],
        [3, true],
      ]);
      expect(deps.logged.filter(({ msg }) => msg === 'audit checkpoint')).to.have.length(2);
      expect(await verifyAudit(deps)).to.deep.include({ first: 4, last: 6, deletedUpTo: 3, faults: [] });
      expect(await trimAudit(deps), 'again').to.equal(0);
    });

    it('notes that retention has deleted the entry of a checkpoint that was kept elsewhere', async () => {
      const [checkpoint] = await listCheckpoints(deps.store.db, 0, 9);
      deps.clock.advance(400 * DAY_MS);
      await trimAudit(deps);
      expect(await verifyAudit(deps, { checkpoint })).to.deep.include({
        faults: [],
        notes: ['The entry of the given checkpoint, 3, was deleted by retention since.'],
      });
    });

    it('keeps the last entry, which new ones continue', async () => {
      deps.clock.advance(1_000 * DAY_MS);
      expect(await trimAudit(deps)).to.equal(4);
      expect(await numbers()).to.deep.equal([5, 6]);
      expect((await verifyAudit(deps)).faults).to.deep.equal([]);
    });

    it('leaves a log that verifies if it is interrupted, and continues the next time', async () => {
      const old = await listSealedEntries(deps.store.db, 0, 3);
      deps.clock.advance(400 * DAY_MS);
      await trimAudit(deps);
      for (const rest of [old, old.slice(1), old.slice(2)]) {
        for (const entry of rest) await insertAuditEntry(deps.store.db, entry);
        for (const { id, seq, whoDigest, whatDigest, hash } of rest)
          await deps.store.db
            .updateTable('auditEntries')
            .set({ seq, whoDigest, whatDigest, hash })
            .where('id', '=', id)
            .execute();
        expect((await verifyAudit(deps)).faults).to.deep.equal([]);
        expect(await trimAudit(deps)).to.equal(rest.length);
      }
    });

    it('verifies while entries are deleted', async () => {
      deps.clock.advance(400 * DAY_MS);
      const [found] = await Promise.all([verifyAudit(deps), trimAudit(deps)]);
      expect(found.faults).to.deep.equal([]);
    });

    it('cuts once if several servers do so at the same time', async () => {
      deps.clock.advance(400 * DAY_MS);
      await Promise.all([trimAudit(deps), trimAudit(deps), trimAudit(deps)]);
      expect(await numbers()).to.deep.equal([4, 5, 6]);
    });

    it('deletes nothing because of an entry that a wrong clock dated too early', async () => {
      deps.clock.advance(-2_000 * DAY_MS);
      await record(1);
      deps.clock.advance(2_000 * DAY_MS);
      await record(1);
      await trimAudit(deps);
      expect(await numbers()).to.deep.equal([1, 2, 3, 4, 5, 6, 7]);
    });

    it('deletes old entries after one that a wrong clock dated in the future', async () => {
      deps = await testDeps({ store: await open() });
      deps.clock.advance(10_000 * DAY_MS);
      await record(1);
      deps.clock.advance(-10_000 * DAY_MS);
      await record(1);
      deps.clock.advance(800 * DAY_MS);
      await record(1);
      expect(await trimAudit(deps)).to.equal(2);
    });

    it('deletes nothing because of a cut that another key has signed', async () => {
      const secrets = deriveSecrets(Buffer.alloc(32, 8), deps.randomBytes);
      const cut = signCheckpoint({ secrets }, { seq: 4, hash: 'x', at: 1, cut: true });
      await insertCheckpoint(deps.store.db, 'forged', cut);
      expect(await trimAudit(deps)).to.equal(0);
      expect(await numbers()).to.deep.equal([1, 2, 3, 4, 5]);
    });

    it('deletes nothing before a fault, such as entries that were made to look old', async () => {
      const { db } = deps.store;
      await db.updateTable('auditEntries').set({ at: 1 }).where('seq', 'in', [4, 5]).execute();
      deps.clock.advance(400 * DAY_MS);
      expect(await trimAudit(deps)).to.equal(0);
      expect(await numbers()).to.deep.equal([1, 2, 3, 4, 5]);
      expect(deps.logged.map(({ msg }) => msg)).to.include('audit log is not intact: old entries are kept');
    });

    it('does not cover with a cut that entries were removed with a key of someone else', async () => {
      const { db } = deps.store;
      const secrets = deriveSecrets(Buffer.alloc(32, 8), deps.randomBytes);
      const [, { seq, hash } = { seq: 0, hash: '' }] = await listSealedEntries(db, 0, 2);
      await db.deleteFrom('auditEntries').where('seq', '<=', seq).execute();
      const forged = signCheckpoint({ secrets }, { seq, hash: hash ?? '', at: deps.now(), cut: true });
      await insertCheckpoint(db, 'forged', forged);
      deps.clock.advance(400 * DAY_MS);
      await trimAudit(deps);
      const { faults } = await verifyAudit(deps);
      expect(faults[0]?.sentence).to.contain('signed with another key');
    });

    it('deletes entries of an earlier secret key, with a cut and an erasure', async () => {
      deps.clock.advance(400 * DAY_MS);
      await trimAudit(deps);
      const target = { kind: 'person', id: 'p', name: '' } as const;
      await recordChange(deps.store.db, deps, 'person.erased', target, erasureOf(deps, { who: [], what: [] }));
      await record(1);
      const now = { ...deps, secrets: deriveSecrets(Buffer.alloc(32, 8), deps.randomBytes) };
      deps.clock.advance(800 * DAY_MS);
      expect(await trimAudit(now)).to.equal(4);
    });

    it('keeps entries for 30 days, whatever is in the database', async () => {
      const { db } = deps.store;
      await db.insertInto('settings').values({ name: 'auditDays', valueJson: '-4' }).execute();
      expect(await readAuditDays(db)).to.equal(30);
      await db.updateTable('settings').set({ valueJson: '1e9' }).where('name', '=', 'auditDays').execute();
      expect(await readAuditDays(db)).to.equal(3_650);
    });

    it('finds with a checkpoint that entries were deleted before their time, or were others', async () => {
      const [{ hash } = { hash: '' }] = await listCheckpoints(deps.store.db, 0, 3);
      deps.clock.advance(400 * DAY_MS);
      await trimAudit(deps);
      const kept = { seq: 3, hash, at: deps.now() - 29 * DAY_MS, cut: false };
      for (const [given, faults] of [
        [
          kept,
          [
            'Entry 3, which the given checkpoint vouches for, was deleted less than 30 days later, which retention does not do.',
          ],
        ],
        [{ ...kept, at: deps.now() - 30 * DAY_MS }, []],
        [{ ...kept, at: deps.now(), cut: true }, []],
        [
          { ...kept, hash: 'x' },
          ['Entry 3, which the given checkpoint vouches for, was changed before it was deleted.'],
        ],
      ] as const) {
        const found = await verifyAudit(deps, { checkpoint: signCheckpoint(deps, given) });
        expect(found.faults.map(({ sentence }) => sentence)).to.deep.equal(faults);
      }
    });

    it('saves a number of days from 30 to 3,650, records it, and deletes older entries at once', async () => {
      for (const days of ['', '29', '-1', '31.5', 'x', '3651', '99999'])
        expect(await saveAuditDays(deps, days), days).to.have.nested.property('errors.days');
      expect(await saveAuditDays(deps, ' 60 ')).to.deep.equal({ ok: true, value: { days: 60, deleted: 3 } });
      expect(await readAuditDays(deps.store.db)).to.equal(60);
      await sealEntries(deps);
      const actions = (await listSealedEntries(deps.store.db, 5, 9)).map(({ action }) => action);
      expect(actions).to.have.members(['settings.updated', 'audit.trimmed']);
      expect((await verifyAudit(deps)).faults).to.deep.equal([]);
    });

    async function record(count: number): Promise<void> {
      for (let number = 0; number < count; number += 1)
        await recordChange(deps.store.db, deps, 'settings.updated', {
          kind: 'settings',
          id: 'intranet',
          name: 'General',
        });
      await sealEntries(deps);
    }

    async function numbers(): Promise<number[]> {
      await sealEntries(deps);
      return (await listSealedEntries(deps.store.db, 0, 99)).map(({ seq }) => seq);
    }
  });
});
