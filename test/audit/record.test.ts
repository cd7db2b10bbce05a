import { expect } from 'chai';
import { actAs, personActor } from '../../src/audit/actor.ts';
import { changesBetween } from '../../src/audit/changes.ts';
import { recordChange } from '../../src/audit/record.ts';
import { withStores } from '../support/stores.ts';
import { type TestDeps, testDeps, testStart } from '../support/testDeps.ts';
import { recordEvents } from '../webhooks/support/receiver.ts';

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
        await recordChange(trx, deps, 'settings.updated', { kind: 'settings', id: 'intranet', name: 'General' });
        throw new Error('no');
      });
      await failing.catch(() => {});
      expect(await entries()).to.deep.equal([]);
    });

    it('names the server where nobody asked for a change', async () => {
      await recordChange(deps.store.db, deps, 'settings.updated', {
        kind: 'settings',
        id: 'intranet',
        name: 'General',
      });
      expect((await entries())[0]).to.deep.include({ actorKind: 'server', actorId: null });
    });

    it('tells webhooks, with the values as far as a message has room, and nothing of a change that is rolled back', async () => {
      const events = await recordEvents(deps, ['audit.recorded']);
      const target = { kind: 'group' as const, id: 'g', name: 'Sales' };
      const ids = Array.from(
        { length: 1_000 },
        (_, index) => `0198b0c4-7c1e-7000-8000-${String(index).padStart(12, '0')}`,
      );
      const changes = [
        { name: 'members', added: ids },
        { name: 'displayName', before: 'Sale', after: 'Sales' },
      ];
      await recordChange(deps.store.db, deps, 'group.updated', target, changes);
      const rolledBack = deps.store.db.transaction().execute(async (trx) => {
        await recordChange(trx, deps, 'group.deleted', target);
        throw new Error('no');
      });
      await rolledBack.catch(() => {});
      const row = (await entries()).find(({ action }) => action === 'group.updated'); // beside that of the webhook
      const data = {
        id: row?.id,
        action: 'group.updated',
        actor: { kind: 'server', id: null, name: 'Anteroom', address: null },
        target,
        changes: [{ name: 'members', cut: true }, changes[1]],
        complete: false,
      };
      expect(await events()).to.deep.equal([{ type: 'audit.recorded', data }]);
    });

    it('sends no message to webhooks of more than 20 kB', async () => {
      const events = await recordEvents(deps, ['audit.recorded']);
      const changes = Array.from({ length: 40 }, (_, index) => ({ name: `n${index}`, after: '"ü'.repeat(300) }));
      await recordChange(
        deps.store.db,
        deps,
        'settings.updated',
        { kind: 'settings', id: 'intranet', name: '' },
        changes,
      );
      const [event] = await events();
      expect(Buffer.byteLength(JSON.stringify(event))).to.be.within(10_000, 20_000);
    });

    function entries() {
      return deps.store.db.selectFrom('auditEntries').selectAll().execute();
    }
  });
});
