import { expect } from 'chai';
import {
  erasePersonEntries,
  findPersonEntries,
  type SoughtPerson,
  withoutOthers,
} from '../../src/audit/personEntries.ts';
import { type AuditTarget, recordChange } from '../../src/audit/record.ts';
import { verifyAudit } from '../../src/audit/verify.ts';
import type { Actor, AuditChange } from '../../src/store/audit.ts';
import { listSealedEntries } from '../../src/store/auditChain.ts';
import { withStores } from '../support/stores.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

const anna: SoughtPerson = { id: 'a', isNamedIn: (text) => text.toLowerCase().includes('anna') };
const byAnna: Actor = { kind: 'person', id: 'a', name: 'anna', address: '192.0.2.1' };
const byBen: Actor = { kind: 'person', id: 'b', name: 'ben', address: '192.0.2.2' };
const aboutAnna = { kind: 'person', id: 'a', name: 'anna' } as const;
const sales = { kind: 'group', id: 'g', name: 'Sales' } as const;

describe('audit/personEntries', () => {
  withStores((open) => {
    let deps: TestDeps;

    beforeEach(async () => {
      deps = await testDeps({ store: await open() });
    });

    const cases: [string, Parameters<typeof record>, string[]][] = [
      ['who did something', [sales, [], byAnna], ['who']],
      ['what was done to them', [aboutAnna, [], byBen], ['what']],
      ['both', [aboutAnna, [], byAnna], ['who', 'what']],
      ['a value with their name', [sales, [{ name: 'displayName', before: 'x', after: 'Team Anna' }], byBen], ['what']],
      ['a value in a list', [sales, [{ name: 'owners', added: ['anna@acme.com'] }], byBen], ['what']],
      ['a value in an object', [sales, [{ name: 'rule', after: { to: ['anna'] } }], byBen], ['what']],
      ['nobody by their ID', [sales, [{ name: 'members', added: ['a'] }], byBen], []],
      ['nobody by the name of an attribute', [sales, [{ name: 'anna', after: 'x' }], byBen], []],
      ['a client that used their name', [sales, [], { ...byAnna, kind: 'visitor', id: null }], ['who']],
      ['no user of the operating system', [sales, [], { ...byAnna, kind: 'commandLine', id: null }], []],
    ];
    for (const [what, entry, parts] of cases)
      it(`erases ${what}`, async () => {
        await record(...entry);
        const found = await findPersonEntries(deps, anna);
        expect(found.flatMap((each) => each.parts)).to.deep.equal(parts);
        await erasePersonEntries(deps, anna.id, found);
        const [row] = await listSealedEntries(deps.store.db, 0, 1);
        expect([row?.whoJson === null, row?.whatJson === null]).to.deep.equal(
          ['who', 'what'].map((part) => parts.includes(part)),
        );
        expect(await verifyAudit(deps)).to.deep.include({ erasedParts: parts.length, faults: [] });
      });

    it('records what it erased, in pieces, and erases nothing the next time', async () => {
      await deps.store.db.transaction().execute(async (trx) => {
        for (let number = 0; number < 501; number += 1)
          await recordChange(trx, deps, 'person.updated', aboutAnna, [], byBen);
      });
      await erasePersonEntries(deps, anna.id, await findPersonEntries(deps, anna));
      expect(await verifyAudit(deps)).to.deep.include({ entries: 503, erasedParts: 501, faults: [] });
      const recorded = await listSealedEntries(deps.store.db, 501, 9);
      expect(recorded.map(({ action, targetId }) => [action, targetId])).to.deep.equal([
        ['person.erased', 'a'],
        ['person.erased', 'a'],
      ]);
      expect(await findPersonEntries(deps, anna)).to.deep.equal([]);
    });

    it('leaves parts that belong to others who share an address', async () => {
      await record({ kind: 'person', id: 'b', name: 'ben' }, [{ name: 'email', after: 'anna@acme.com' }], byBen);
      await record(aboutAnna, [], { ...byBen, name: 'anna@acme.com' });
      const entries = withoutOthers(await findPersonEntries(deps, anna), new Map([['b', 'ben']]));
      expect(entries.map(({ row, parts }) => [row.seq, ...parts])).to.deep.equal([[2, 'what']]);
    });

    it('leaves the entry of an erasure if who erased is erased later', async () => {
      await record(aboutAnna, [], byBen);
      await deps.actors.run(byBen, async () => erasePersonEntries(deps, anna.id, await findPersonEntries(deps, anna)));
      const ben = { id: 'b', isNamedIn: (text: string) => text === 'ben' };
      await erasePersonEntries(deps, ben.id, await findPersonEntries(deps, ben));
      expect(await verifyAudit(deps)).to.deep.include({ entries: 3, erasedParts: 3, faults: [] });
    });

    function record(target: AuditTarget, changes: AuditChange[], actor: Actor): Promise<void> {
      return recordChange(deps.store.db, deps, 'person.updated', target, changes, actor);
    }
  });
});
