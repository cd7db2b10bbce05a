import { expect } from 'chai';
import { actAs, personActor } from '../../src/audit/actor.ts';
import { changesBetween } from '../../src/audit/changes.ts';
import { recordChange } from '../../src/audit/record.ts';
import { withStores } from '../support/stores.ts';
import { type TestDeps, testDeps, testStart } from '../support/testDeps.ts';

describe('audit/record', () => {
  withStores((open) => {
    let deps: TestDeps;

    beforeEach(async () => {
      deps = await testDeps({ store: await open() });
    });

    it('records a change in its transaction, as the doing of the person that the code works for', async () => {
      const target = { kind: 'domain' as const, id: 'd', name: 'https://intranet.acme.com' };
      const maya = personActor({ id: 'm', userName: 'maya' }, '192.0.2.1');
      await actAs(deps, maya, () =>
        deps.store.db.transaction().execute(async (trx) => {
          await new Promise((resolve) => setImmediate(resolve)); // the actor follows through every wait
          await recordChange(
            trx,
            deps,
            'domain.updated',
            target,
            changesBetween({ autoLogin: false }, { autoLogin: true }),
          );
        }),
      );
      const [row] = await entries();
      expect(row).to.deep.include({
        at: testStart,
        action: 'domain.updated',
        actorKind: 'person',
        actorId: 'm',
        seq: null,
      });
      expect(row).to.deep.include({ targetKind: 'domain', targetId: 'd' });
      expect(JSON.parse(row?.whoJson ?? '')).to.deep.include({ name: 'maya', address: '192.0.2.1' });
      expect(JSON.parse(row?.whatJson ?? '')).to.deep.include({
        name: 'https://intranet.acme.com',
        changes: [{ name: 'autoLogin', before: false, after: true }],
      });
    });

    it('records nothing of a change that is rolled back', async () => {
      const failing = deps.store.db.transaction().execute(async (trx) => {
        await recordChange(trx, deps, 'settings.updated', { kind: 'settings', id: null, name: 'General' });
        throw new Error('no');
      });
      await failing.catch(() => {});
      expect(await entries()).to.deep.equal([]);
    });

    it('names the server where nobody asked for a change', async () => {
      await recordChange(deps.store.db, deps, 'settings.updated', { kind: 'settings', id: null, name: 'General' });
      expect((await entries())[0]).to.deep.include({ actorKind: 'server', actorId: null });
    });

    function entries() {
      return deps.store.db.selectFrom('auditEntries').selectAll().execute();
    }
  });
});
