import { expect } from 'chai';
import { makeDueCheckpoint } from '../../src/audit/makeCheckpoint.ts';
import { recordChange } from '../../src/audit/record.ts';
import { sealEntries } from '../../src/audit/seal.ts';
import { listCheckpoints } from '../../src/store/auditCheckpoints.ts';
import { withStores } from '../support/stores.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

const HOUR_MS = 3_600_000;

describe('audit/makeCheckpoint', () => {
  withStores((open) => {
    let deps: TestDeps;

    beforeEach(async () => {
      deps = await testDeps({ store: await open() });
    });

    it('makes one an hour after the last one if there is something new, also after the clock was set back', async () => {
      await makeDueCheckpoint(deps);
      expect(await checkpoints(), 'nothing recorded yet').to.deep.equal([]);
      await record();
      await makeDueCheckpoint(deps);
      await record();
      deps.clock.advance(HOUR_MS - 1);
      await makeDueCheckpoint(deps);
      expect(await checkpoints()).to.deep.equal([1]);
      deps.clock.advance(1);
      await makeDueCheckpoint(deps);
      deps.clock.advance(HOUR_MS);
      await makeDueCheckpoint(deps);
      expect(await checkpoints(), 'nothing new').to.deep.equal([1, 2]);
      await record();
      deps.clock.advance(-10 * HOUR_MS);
      await makeDueCheckpoint(deps);
      expect(await checkpoints()).to.deep.equal([1, 2, 3]);
    });

    it('makes one if several servers do so at the same time', async () => {
      await record();
      await Promise.all([makeDueCheckpoint(deps), makeDueCheckpoint(deps), makeDueCheckpoint(deps)]);
      expect(await checkpoints()).to.deep.equal([1]);
    });

    async function record(): Promise<void> {
      await recordChange(deps.store.db, deps, 'settings.updated', {
        kind: 'settings',
        id: 'intranet',
        name: 'General',
      });
      await sealEntries(deps);
    }

    async function checkpoints(): Promise<number[]> {
      return (await listCheckpoints(deps.store.db, 0, 99)).map(({ seq }) => seq);
    }
  });
});
