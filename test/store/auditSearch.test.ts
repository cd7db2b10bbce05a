import { expect } from 'chai';
import type { Db } from '../../src/db/open.ts';
import { insertAuditEntry } from '../../src/store/audit.ts';
import { type AuditFilter, findNeighbours, listAudit, streamAudit } from '../../src/store/auditSearch.ts';
import { anAuditEntry } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';
import { testStart } from '../support/testDeps.ts';

describe('store/auditSearch', () => {
  withStores((open) => {
    let db: Db;

    beforeEach(async () => {
      ({ db } = await open());
    });

    /** Inserts entries that are named by their targets, a second apart. */
    const insert = async (...entries: Parameters<typeof anAuditEntry>[0][]) => {
      for (const [index, entry] of entries.entries())
        await insertAuditEntry(db, anAuditEntry({ at: testStart + index * 1_000, ...entry }));
    };
    const found = async (filter: AuditFilter) => {
      const { rows } = await listAudit(db, filter, { limit: 10 });
      return rows
        .map(({ what }) => what?.name.charAt(0) ?? '-')
        .sort()
        .join('');
    };
    const text = (part: string, ...ids: string[]) => ({ text: part, ids, names: [] as string[] });

    it('lists the newest first, page by page', async () => {
      await insert(...['a', 'b', 'c'].map((name) => ({ what: { name } })));
      const first = await listAudit(db, {}, { limit: 2 });
      expect(first.rows.map(({ what }) => what?.name)).to.deep.equal(['c', 'b']);
      expect(first.next).to.equal(first.rows[1]?.id);
      const second = await listAudit(db, {}, { limit: 2, before: first.next });
      expect(second.rows.map(({ what }) => what?.name)).to.deep.equal(['a']);
      expect(second).to.include({ next: undefined, searchedTo: undefined });
    });

    it('lists entries of which someone has damaged one', async () => {
      await insert({ what: { name: 'a' } }, { what: { name: 'b' } }, { what: { name: 'c' } });
      for (const whatJson of ['{', '5', 'null', '"x"', '{"name":"unreadable"}']) {
        const second = db.selectFrom('auditEntries').select('id').orderBy('id').limit(1).offset(1);
        await db.updateTable('auditEntries').set({ whatJson }).where('id', '=', second).execute();
        expect(await found({}), whatJson).to.equal('acu');
        expect(await found({ search: text('a', 'x') }), whatJson).to.contain('a');
      }
    });

    it('combines filters', async () => {
      await insert(
        { actorId: 'm', targetId: 'x', what: { name: 'a' } },
        { actorId: 'm', targetId: 'y', action: 'person.deleted', what: { name: 'b' } },
        { actorKind: 'source', actorId: 's', targetKind: 'group', action: 'group.updated', what: { name: 'c' } },
        { actorKind: 'commandLine', action: 'personal.thing', who: { name: 'root' }, what: { name: 'd' } },
      );
      for (const [filter, expected] of [
        [{}, 'abcd'],
        [{ actorKind: 'person' }, 'ab'],
        [{ actor: { id: 'm' } }, 'ab'],
        [{ actor: { id: 'm' }, target: { id: 'y' } }, 'b'],
        [{ actor: text('ROO') }, 'd'],
        [{ actor: text('nothing', 's') }, 'c'],
        [{ actor: text('salt') }, ''],
        [{ target: { id: 'x' } }, 'a'],
        [{ target: text('B') }, 'b'],
        [{ target: text('nothing', 'x', 'y') }, 'ab'],
        [{ targetKind: 'group' }, 'c'],
        [{ action: 'person.deleted' }, 'b'],
        [{ action: 'person.*' }, 'ab'],
        [{ action: 'group.*', actorKind: 'person' }, ''],
        [{ from: testStart + 1_000, until: testStart + 3_000 }, 'bc'],
      ] as [AuditFilter, string][])
        expect(await found(filter), JSON.stringify(filter)).to.equal(expected);
    });

    it('searches names and values, and neither wildcards nor what JSON consists of', async () => {
      const id = '0199c5a0-0000-7000-8000-000000000001';
      await insert(
        { what: { name: 'a', changes: [{ name: 'title', before: 'Engi"neer\\', after: '50 %' }] } },
        { what: { name: 'b', changes: [{ name: 'members', added: [id] }] } },
        { what: { name: 'c', changes: [{ name: 'photo', secret: true }] }, targetId: id },
        {
          what: { name: 'd', changes: [{ name: 'limits', after: { idle_minutes: 15 } }] },
          who: { address: '10.1.1.1' },
        },
      );
      for (const [search, expected] of [
        [text('ENGI"NEER\\'), 'a'],
        [text('%'), 'a'],
        [text('_'), 'd'],
        [text('maya.koch'), 'abcd'],
        [text('salt'), ''],
        [text('changes'), ''],
        [text('secret'), ''],
        [text('photo'), 'c'],
        [text('idle_min'), 'd'],
        [text('10.1.1.1'), 'd'],
        [{ ...text('Idle limits'), names: ['LIMITS'] }, 'd'],
        [{ ...text('Engineer'), names: ['engi'] }, ''],
        [text(id, id), 'bc'],
        [text('Anna', id), 'bc'],
        [text('Anna', id, ...'123456'), 'c'], // too many people are called so to be sought in values
      ] as [AuditFilter['search'], string][])
        expect(await found({ search }), JSON.stringify(search)).to.equal(expected);
    });

    it('finds an entry by its ID and by its number, and those from networks', async () => {
      await insert(
        { what: { name: 'a' }, who: { address: '10.1.2.3', name: '\0"address":"192.0.2.9"' } },
        { what: { name: 'b' }, who: { address: '2001:db8::1' } },
        { what: { name: 'c' }, who: { address: null } },
      );
      const [{ id } = { id: '' }] = (await listAudit(db, {}, { limit: 1 })).rows;
      await db.updateTable('auditEntries').set({ seq: 7 }).where('id', '=', id).execute();
      expect(await found({ id })).to.equal('c');
      expect(await found({ number: 7 })).to.equal('c');
      expect(await found({ number: 8 })).to.equal('');
      expect(await found({ networks: ['10.0.0.0/8'] })).to.equal('a');
      expect(await found({ networks: ['192.0.2.0/24', '2001:db8::/32'] })).to.equal('b');
    });

    it('shows what was erased as missing, and finds it by what is left', async () => {
      await insert({ targetId: 'x', what: { name: 'a' } });
      await db.updateTable('auditEntries').set({ whoJson: null, whatJson: null }).execute();
      const { rows } = await listAudit(db, { target: { id: 'x' } }, { limit: 5 });
      expect(rows.map(({ who, what }) => [who, what])).to.deep.equal([[undefined, undefined]]);
      expect(await found({ search: text('a') })).to.equal('');
      expect(await found({ networks: ['0.0.0.0/0'] })).to.equal('');
    });

    it('names the entries of the same target before and after one', async () => {
      await insert(...[1, 2, 3, 4].map((n) => ({ targetId: n === 2 ? 'y' : 'x' })), { targetId: null });
      const ids = (await listAudit(db, {}, { limit: 5 })).rows.map(({ id }) => id).reverse();
      expect(await findNeighbours(db, { id: ids[2] ?? '', targetId: 'x' })).to.deep.equal({
        previous: ids[0],
        next: ids[3],
      });
      expect(await findNeighbours(db, { id: ids[4] ?? '', targetId: null })).to.deep.equal({
        previous: undefined,
        next: undefined,
      });
    });

    it('stops a search that finds little, and says how far it came and where it goes on', async () => {
      const unsealed = { seq: null, whoDigest: null, whatDigest: null, hash: null };
      const entry = (i: number) => anAuditEntry({ at: testStart + i, what: { name: i === 7 ? 'anna' : 'ben' } });
      for (let start = 0; start < 4_500; start += 500) {
        const rows = Array.from({ length: 500 }, (_, i) => ({ ...entry(start + i), ...unsealed }));
        await db.insertInto('auditEntries').values(rows).execute();
      }
      const anna: AuditFilter = { search: text('anna') };
      const first = await listAudit(db, anna, { limit: 5, most: 2 });
      expect(first).to.deep.include({ rows: [], searchedTo: testStart + 500 });
      const second = await listAudit(db, anna, { limit: 5, most: 2, before: first.next });
      expect(second.rows.map(({ at }) => at)).to.deep.equal([testStart + 7]);
      expect(second).to.include({ next: undefined, searchedTo: undefined });
      const parts = await Array.fromAsync(streamAudit(db, { until: testStart + 250 }));
      expect(parts.map((part) => part.length)).to.deep.equal([100, 100, 50]);
      const gone = new AbortController();
      const left = streamAudit(db, {}, gone.signal);
      await left.next();
      gone.abort();
      expect(await left.next().catch((error: unknown) => error)).to.equal(gone.signal.reason);
    });
  });
});
