import { expect } from 'chai';
import { sql } from 'kysely';
import { hashOf } from '../../src/audit/chain.ts';
import { signCheckpoint } from '../../src/audit/checkpoint.ts';
import { entryNamed, erasureOf } from '../../src/audit/erasure.ts';
import { makeCheckpoint } from '../../src/audit/makeCheckpoint.ts';
import { recordChange } from '../../src/audit/record.ts';
import { sealEntries } from '../../src/audit/seal.ts';
import { signText } from '../../src/audit/signature.ts';
import type { Verification } from '../../src/audit/verification.ts';
import { type VerifyOptions, verifyAudit } from '../../src/audit/verify.ts';
import type { AuditEntryRow } from '../../src/db/schema.ts';
import { deriveSecrets } from '../../src/secrets.ts';
import type { AuditChange } from '../../src/store/audit.ts';
import { listSealedEntries, type SealedRow } from '../../src/store/auditChain.ts';
import { type AuditCheckpoint, insertCheckpoint } from '../../src/store/auditCheckpoints.ts';
import { listAudit } from '../../src/store/auditSearch.ts';
import { withStores } from '../support/stores.ts';
import { type TestDeps, testDeps, testStart } from '../support/testDeps.ts';

const ENTRIES = 6;

const columns = [
  'id',
  'at',
  'action',
  'actorKind',
  'actorId',
  'targetKind',
  'targetId',
  'whoJson',
  'whatJson',
  'whoDigest',
  'whatDigest',
  'hash',
] as const satisfies (keyof AuditEntryRow)[];

describe('audit/verify', () => {
  withStores((open) => {
    let deps: TestDeps;

    beforeEach(async () => {
      deps = await testDeps({ store: await open() });
      for (let number = 1; number <= ENTRIES; number += 1) await record('person.updated', `person ${number}`);
      await sealEntries(deps);
    });

    it('finds nothing wrong with a log that was left alone, and adds what is new', async () => {
      await checkpoint();
      await record('settings.updated', 'General');
      expect(await verifyAudit(deps)).to.deep.include({
        at: deps.now(),
        entries: ENTRIES + 1,
        first: 1,
        last: ENTRIES + 1,
        deletedUpTo: 0,
        checkpoints: 1,
        erasedParts: 0,
        faultCount: 0,
        faults: [],
        notes: [],
      });
    });

    it('finds nothing wrong with an empty log', async () => {
      const found = await verifyAudit(await testDeps({ store: await open() }));
      expect(found).to.deep.include({ entries: 0, first: null, last: null, newestCheckpoint: null, faults: [] });
    });

    for (const column of columns)
      it(`names the entry of which one character was changed: ${column}`, async () => {
        await tamper(3, (row) => ({ [column]: changed(row[column]) }));
        const found = await verifyAudit(deps);
        expect(found.faults.map(({ seq }) => seq)).to.deep.equal(column.endsWith('Digest') ? [3, 3] : [3]);
        for (const { sentence } of found.faults) expect(sentence).to.match(/^Entry 3 was changed/);
      });

    it('names an entry that was removed in the middle', async () => {
      await remove(3);
      expect(await faultsOf()).to.deep.equal(['Entry 3 is missing: removed, but not by retention.']);
    });

    it('names entries that were removed at the start', async () => {
      await remove(1, 2);
      expect(await faultsOf()).to.deep.equal(['Entries 1 to 2 are missing: removed, but not by retention.']);
    });

    it('names entries that were removed at the end, with a checkpoint', async () => {
      const kept = await checkpoint();
      await remove(5, 6);
      const sentence = 'Entries 5 to 6 are missing: the log ends before the last entry that a checkpoint vouches for.';
      expect(await faultsOf()).to.deep.equal([sentence]);
      await deps.store.db.deleteFrom('auditCheckpoints').execute();
      expect(await faultsOf(), 'nothing in the database says so any more').to.deep.equal([]);
      expect(await faultsOf({ checkpoint: kept }), 'a checkpoint kept elsewhere').to.deep.equal([sentence]);
    });

    it('names the entries after the end, if new ones took the place of those that were removed', async () => {
      await checkpoint();
      await remove(6);
      await record('settings.updated', 'General');
      expect(await faultsOf()).to.deep.equal([
        'Entry 6 is not the one that its checkpoint vouches for: the log was rewritten.',
      ]);
    });

    it('names entries that were swapped', async () => {
      const { db } = deps.store;
      const move = (from: number, to: number) =>
        db.updateTable('auditEntries').set({ seq: to }).where('seq', '=', from).execute();
      await move(3, 100);
      await move(5, 3);
      await move(100, 5);
      const named = (await verifyAudit(deps)).faults.map(({ seq }) => seq);
      expect(named).to.include.members([3, 5]);
    });

    it('names an entry that was inserted', async () => {
      const { db } = deps.store;
      const last = await entry(ENTRIES);
      await tamper(ENTRIES, () => ({ seq: ENTRIES + 1 }));
      await db
        .insertInto('auditEntries')
        .values({ ...last, id: 'inserted' })
        .execute();
      expect((await verifyAudit(deps)).faults.map(({ seq }) => seq)).to.include.members([ENTRIES, ENTRIES + 1]);
    });

    it('finds entries that have the number of another one, wherever reading pauses', async () => {
      await Promise.all(Array.from({ length: 250 - ENTRIES }, () => record('settings.updated', 'General')));
      await sealEntries(deps);
      const { db } = deps.store;
      const last = await entry(250);
      await db.schema.dropIndex('auditEntriesBySeq').execute();
      await db
        .insertInto('auditEntries')
        .values({ ...last, id: 'inserted', action: 'inserted' })
        .execute();
      expect((await verifyAudit(deps)).faultCount).to.be.above(0);
    });

    it('names an entry with an impossible number', async () => {
      await tamper(3, () => ({ seq: -4 }));
      const [first, second] = await faultsOf();
      expect(first).to.match(/^The entry with the ID .+ was inserted: its number is -4\.$/);
      expect(second).to.equal('Entry 3 is missing: removed, but not by retention.');
    });

    it('names a number that is too large for a number of JavaScript, lists the entry, and seals new ones', async () => {
      const { db } = deps.store;
      await sql`update "auditEntries" set "seq" = 9223372036854775807 where "seq" = 6`.execute(db);
      const { rows } = await listAudit(db, {}, { limit: 9 });
      expect(rows.map(({ seq }) => seq)).to.deep.equal([2 ** 63, 5, 4, 3, 2, 1]);
      await record('settings.updated', 'General');
      expect(await sealEntries(deps)).to.equal(1);
      const [first, ...others] = await faultsOf();
      expect(first).to.match(/^The entry with the ID .+ was inserted: its number is 9223372036854776000\.$/);
      expect(others).to.deep.equal([]);
      await sql`delete from "auditEntries" where "seq" > 6`.execute(db);
      await checkpoint();
      await sql`update "auditCheckpoints" set "seq" = 9223372036854775807`.execute(db);
      await faultsOf(); // as if there were none on PostgreSQL
    });

    it('notices with a checkpoint that everything was computed again', async () => {
      const kept = await checkpoint();
      await tamper(2, () => ({ action: 'person.created' }));
      const entries = await listSealedEntries(deps.store.db, 0, ENTRIES);
      let previous = entries[0]?.hash ?? '';
      for (const entry of entries.slice(1)) {
        previous = hashOf(previous, entry);
        await tamper(entry.seq, () => ({ hash: previous }));
      }
      const sentence = 'Entry 6 is not the one that its checkpoint vouches for: the log was rewritten.';
      expect(await faultsOf()).to.deep.equal([sentence]);
      await deps.store.db.deleteFrom('auditCheckpoints').execute();
      expect(await faultsOf({ checkpoint: kept })).to.deep.equal([sentence]);
    });

    it('names a checkpoint that was forged or changed', async () => {
      const made = await checkpoint();
      const forged = 'The checkpoint of entry 6 is forged or was changed: its signature does not fit.';
      for (const change of [{ signature: 'x' }, { publicKey: 'x' }, { at: 1 }, { cut: 1 as const }, { hash: 'x' }]) {
        await deps.store.db.updateTable('auditCheckpoints').set(change).execute();
        expect(await faultsOf(), JSON.stringify(change)).to.deep.equal([forged]);
        await deps.store.db
          .updateTable('auditCheckpoints')
          .set({ ...made, cut: 0 })
          .execute();
      }
      expect(await faultsOf({ checkpoint: { ...made, seq: 5 } })).to.deep.equal([forged.replace('6', '5')]);
      await insertCheckpoint(deps.store.db, 'beyond', { ...made, seq: 9 });
      expect(await faultsOf()).to.deep.equal([forged.replace('6', '9')]);
    });

    it('tells that the secret key was replaced, unless the old key is trusted', async () => {
      const { publicKey } = await checkpoint();
      const now = { ...deps, secrets: deriveSecrets(Buffer.alloc(32, 8), deps.randomBytes) };
      await record('settings.updated', 'General');
      await sealEntries(now);
      await makeCheckpoint(now);
      expect((await verifyAudit(now)).faults).to.deep.equal([
        {
          seq: 6,
          sentence: `The checkpoint of entry 6 is signed with another key. If the secret key has been replaced since, and this is the public key of the old one, verify again and trust it (--trust): ${publicKey}`,
        },
      ]);
      expect((await verifyAudit(now, { trust: [publicKey] })).faults).to.deep.equal([]);
    });

    it('accepts no cut that another key has signed', async () => {
      const [, second] = await listSealedEntries(deps.store.db, 0, 2);
      await remove(1, 2);
      const secrets = deriveSecrets(Buffer.alloc(32, 8), deps.randomBytes);
      const facts = { seq: 2, hash: second?.hash ?? '', at: testStart, cut: true };
      await insertCheckpoint(deps.store.db, 'cut', signCheckpoint({ secrets }, facts));
      expect((await faultsOf())[0]).to.match(/^The checkpoint of entry 2 is signed with another key\./);
    });

    it('accepts that parts are missing only if an entry says that a person was erased', async () => {
      await tamper(2, () => ({ whatJson: null }));
      await tamper(3, () => ({ whoJson: null }));
      expect(await faultsOf()).to.deep.equal([
        'Entry 2 was changed: what was changed is missing, and no erasure of a person lists it.',
        'Entry 3 was changed: who made the change is missing, and no erasure of a person lists it.',
      ]);
      await erase({ who: [], what: [2] });
      await erase({ who: [2, 3], what: [] });
      const found = await verifyAudit(deps);
      expect([found.faults, found.erasedParts]).to.deep.equal([[], 2]);
    });

    it('accepts no erasure that the server has not signed', async () => {
      const target = { kind: 'person', id: 'p', name: '' } as const;
      await tamper(2, () => ({ whatJson: null }));
      const [second, third] = [await entry(2), await entry(3)];
      for (const changes of [
        erasureOf({ secrets: deriveSecrets(Buffer.alloc(32, 8), deps.randomBytes) }, { who: [], what: [second] }),
        erasureOf(deps, { who: [], what: [third] }).map((change) =>
          change.removed ? { ...change, removed: [entryNamed(second)] } : change,
        ),
        [{ name: 'what', removed: [entryNamed(second)] }],
        [null as unknown as AuditChange],
      ])
        await recordChange(deps.store.db, deps, 'person.erased', target, changes);
      const faults = await faultsOf();
      expect(faults).to.have.length(5);
      expect(faults[0]).to.contain('Entry 2 was changed: what was changed is missing');
      expect(faults[1]).to.match(/^Entry 7 is a forged erasure of a person\./);
    });

    it('accepts no erasure of an entry for another one that has taken its number', async () => {
      await erase({ who: [], what: [6] });
      await sealEntries(deps);
      const erasure = await entry(7);
      await remove(6, 7);
      await record('person.updated', 'another person');
      await sealEntries(deps);
      await tamper(6, () => ({ whatJson: null }));
      const unsealed = { seq: null, whoDigest: null, whatDigest: null, hash: null };
      await deps.store.db
        .insertInto('auditEntries')
        .values({ ...erasure, ...unsealed })
        .execute();
      expect(await faultsOf()).to.deep.equal([
        'Entry 6 was changed: what was changed is missing, and no erasure of a person lists it.',
      ]);
    });

    it('accepts erasures of earlier versions, which name only numbers, until the first one that names hashes', async () => {
      const named = [['what', ['2']]];
      const signature = signText(deps, JSON.stringify({ version: 1, erased: named }));
      const eraseAsBefore = () =>
        recordChange(deps.store.db, deps, 'person.erased', { kind: 'person', id: 'p', name: '' }, [
          { name: 'what', removed: ['2'] },
          { name: 'signature', after: signature },
        ]);
      await tamper(2, () => ({ whatJson: null }));
      await eraseAsBefore();
      expect(await faultsOf()).to.deep.equal([]);
      await remove(ENTRIES + 1);
      await erase({ who: [3], what: [] });
      await eraseAsBefore();
      expect(await faultsOf()).to.deep.equal([
        'Entry 2 was changed: what was changed is missing, and no erasure of a person lists it.',
      ]);
    });

    it('notes that a clock was set back by more than a minute, which is no fault', async () => {
      deps.clock.advance(-60_000);
      await record('settings.updated', 'General');
      await sealEntries(deps);
      deps.clock.advance(-3_600_000);
      await record('settings.updated', 'General');
      await record('settings.updated', 'General');
      const { faults, notes } = await verifyAudit(deps);
      expect([faults, notes]).to.deep.equal([
        [],
        ['Entry 8 is dated earlier than the entry before it: the clock of a server was set back.'],
      ]);
    });

    it('verifies what is added while it reads', async () => {
      const verifying = verifyAudit(deps);
      await record('settings.updated', 'General');
      await sealEntries(deps);
      await checkpoint();
      expect((await verifying).faults).to.deep.equal([]);
    });

    it('names the first hundred faults, and counts the others', async () => {
      await Promise.all(Array.from({ length: 120 }, () => record('settings.updated', 'General')));
      await sealEntries(deps);
      await deps.store.db.updateTable('auditEntries').set({ action: 'x' }).execute();
      const { faults, faultCount } = await verifyAudit(deps);
      expect([faults.length, faultCount]).to.deep.equal([100, ENTRIES + 120]);
    });

    function record(action: 'person.updated' | 'settings.updated', name: string): Promise<void> {
      const kind = action === 'person.updated' ? 'person' : 'settings';
      const actor = { kind: 'person', id: 'maya', name: 'Maya', address: '192.0.2.1' } as const;
      return recordChange(deps.store.db, deps, action, { kind, id: name, name }, [], actor);
    }

    async function erase(parts: { who: number[]; what: number[] }): Promise<void> {
      const target = { kind: 'person', id: 'p', name: '' } as const;
      const [who, what] = await Promise.all([parts.who, parts.what].map((numbers) => Promise.all(numbers.map(entry))));
      const changes = erasureOf(deps, { who: who ?? [], what: what ?? [] });
      await recordChange(deps.store.db, deps, 'person.erased', target, changes);
    }

    async function entry(seq: number): Promise<SealedRow> {
      const [row] = await listSealedEntries(deps.store.db, seq - 1, 1);
      if (!row) throw new Error(`no entry ${seq}`);
      return row;
    }

    async function checkpoint(): Promise<AuditCheckpoint> {
      const made = await makeCheckpoint(deps);
      if (!made) throw new Error('no entry');
      return made;
    }

    /** Changes an entry as someone with access to the database may. */
    async function tamper(seq: number, change: (row: SealedRow) => Partial<AuditEntryRow>): Promise<void> {
      await deps.store.db
        .updateTable('auditEntries')
        .set(change(await entry(seq)))
        .where('seq', '=', seq)
        .execute();
    }

    async function remove(...numbers: number[]): Promise<void> {
      await deps.store.db.deleteFrom('auditEntries').where('seq', 'in', numbers).execute();
    }

    async function faultsOf(options?: VerifyOptions): Promise<string[]> {
      const found: Verification = await verifyAudit(deps, options);
      return found.faults.map(({ sentence }) => sentence);
    }
  });
});

function changed(value: string | number | null): string | number {
  if (typeof value === 'number') return value + 1;
  return `${(value ?? '').slice(0, -1)}~`;
}
