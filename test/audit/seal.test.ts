import { hash } from 'node:crypto';
import { expect } from 'chai';
import { recordChange } from '../../src/audit/record.ts';
import { sealEntries, warnOfUnsealed } from '../../src/audit/seal.ts';
import { listSealedEntries } from '../../src/store/auditChain.ts';
import { withStores } from '../support/stores.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

const settings = { kind: 'settings', id: 'intranet', name: 'General' } as const;

describe('audit/seal', () => {
  withStores((open) => {
    let deps: TestDeps;

    beforeEach(async () => {
      deps = await testDeps({ store: await open() });
    });

    async function record(count: number): Promise<void> {
      await deps.store.db.transaction().execute(async (trx) => {
        for (let done = 0; done < count; done += 1) await recordChange(trx, deps, 'settings.updated', settings);
      });
    }

    it('ties each entry to the one before it, as docs/audit.md says', async () => {
      await record(2);
      expect(await sealEntries(deps)).to.equal(2);
      await record(1);
      expect(await sealEntries(deps)).to.equal(1);
      const entries = await listSealedEntries(deps.store.db, 0, 10);
      expect(entries.map(({ seq }) => seq)).to.deep.equal([1, 2, 3]);
      let previous = 'Anteroom audit log, version 1';
      for (const row of entries) {
        expect(row.whoDigest).to.equal(hash('sha256', row.whoJson ?? ''));
        expect(row.whatDigest).to.equal(hash('sha256', row.whatJson ?? ''));
        const facts = [row.seq, row.id, row.at, row.action, row.actorKind, row.actorId, row.targetKind, row.targetId];
        previous = hash('sha256', previous + JSON.stringify([...facts, row.whoDigest, row.whatDigest]));
        expect(row.hash).to.equal(previous);
      }
    });

    it('seals the oldest first, in batches', async () => {
      await record(120);
      deps.clock.advance(1);
      await record(120);
      expect(await sealEntries(deps)).to.equal(240);
      const entries = await listSealedEntries(deps.store.db, 0, 1_000);
      expect(entries.map(({ id }) => id)).to.deep.equal(entries.map(({ id }) => id).sort());
      expect(await listSealedEntries(deps.store.db, 238, 1_000)).to.deep.equal(entries.slice(238));
    });

    it('warns of entries that have not been sealed for ten minutes', async () => {
      await record(1);
      deps.clock.advance(10 * 60_000 - 1);
      await warnOfUnsealed(deps);
      expect(deps.logged).to.deep.equal([]);
      deps.clock.advance(1);
      await warnOfUnsealed(deps);
      expect(deps.logged.map(({ msg, since }) => [msg, since])).to.deep.equal([
        ['audit entries could not be sealed', '2026-03-02T09:00:00.000Z'],
      ]);
    });

    it('gives each entry one number, however many processes seal at the same time, while others record', async () => {
      await record(250);
      const recording = Promise.all(Array.from({ length: 20 }, () => record(5)));
      const sealed = await Promise.all(Array.from({ length: 6 }, () => sealEntries(deps)));
      await recording;
      sealed.push(await sealEntries(deps));
      expect(sealed.reduce((sum, some) => sum + some)).to.equal(350);
      const numbers = (await listSealedEntries(deps.store.db, 0, 1_000)).map(({ seq }) => seq);
      expect(numbers).to.deep.equal(Array.from({ length: 350 }, (_, index) => index + 1));
    });
  });
});
