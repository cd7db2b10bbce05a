import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { Kysely, sql } from 'kysely';
import { isRelaxedWrite } from '../../src/db/durability.ts';
import { openFaults } from '../../src/db/faults.ts';
import { type Db, openStore } from '../../src/db/open.ts';
import { inserter } from '../../src/db/query.ts';
import type { Schema } from '../../src/db/schema.ts';
import { openSqlite } from '../../src/db/sqlite.ts';
import { startChild } from '../support/childProcess.ts';
import { whenDone } from '../support/cleanup.ts';
import { freshDatabaseUrl, openTestStore } from '../support/stores.ts';
import { tempFolder } from '../support/tempFolder.ts';

const writer = fileURLToPath(new URL('support/writer.ts', import.meta.url));

/** Writes of the two tables of a test, each with whether it has to wait for the disk. */
const writes: [title: string, isDurable: boolean, write: (db: Db) => Promise<unknown>][] = [
  ['a statement on a durable table', true, (db) => writeDurable(db)],
  ['a statement on a relaxed table', false, (db) => writeRelaxed(db)],
  ['inserted rows of a durable table', true, (db) => inserter('settings')(db, [{ name: 'a', valueJson: '1' }])],
  ['inserted rows of a relaxed table', false, (db) => inserter('attempts')(db, [attempt('a')])],
  ['a transaction of a relaxed table', false, (db) => db.transaction().execute((trx) => writeRelaxed(trx))],
  [
    'a transaction that writes both, the durable table first',
    true,
    (db) => writeBoth(db, [writeDurable, writeRelaxed]),
  ],
  ['a transaction that writes both, the durable table last', true, (db) => writeBoth(db, [writeRelaxed, writeDurable])],
  ['SQL of unknown content', true, (db) => sql`insert into settings values ('a', '1')`.execute(db)],
];

describe('db/durability', () => {
  it('recognizes a write of one relaxed table, however it is made', async () => {
    const { db } = await openTestStore();
    const relaxed = [
      db.insertInto('attempts').values(attempt('a')),
      db.updateTable('attempts').set({ failures: 2 }),
      db.updateTable('sessions as s').set({ lastSeenAt: 2 }),
      db.deleteFrom('loginRequests').where('expiresAt', '<', 1),
    ];
    expect(relaxed.map((query) => isRelaxedWrite(query.toOperationNode()))).to.deep.equal([true, true, true, true]);
    const durable = [
      db.insertInto('usedAssertions').values({ entityId: 'a', assertionId: 'b', expiresAt: 1 }),
      db.updateTable(['sessions', 'users']).set({ lastLoginAt: 2 }),
      db.updateTable('users').set({ lastLoginAt: 2 }),
      db.deleteFrom('users as sessions'),
      db.deleteFrom(['sessions', 'users']),
      db.schema.dropTable('sessions'),
    ];
    for (const query of durable) expect(isRelaxedWrite(query.toOperationNode())).to.equal(false);
  });

  describe('on SQLite', () => {
    for (const [title, isDurable, write] of writes)
      it(`${isDurable ? 'waits' : 'does not wait'} for the disk after ${title}`, async () => {
        const syncs: number[] = [];
        const openLog = () => ({ sync: async () => void syncs.push(1), close: () => {} });
        const engine = openSqlite(join(tempFolder(), 'test.db'), openFaults(), openLog);
        whenDone(() => engine.close());
        const db = new Kysely<Schema>({ dialect: engine.dialect });
        await db.schema.createTable('settings').addColumn('name', 'text').addColumn('valueJson', 'text').execute();
        await sql`create table attempts (name text, failures integer, "expiresAt" integer)`.execute(db);
        syncs.length = 0;
        await write(db);
        expect(syncs.length > 0).to.equal(isDurable);
      });
  });

  describe('on PostgreSQL', () => {
    for (const [title, isDurable, write] of writes)
      it(`commits with synchronous_commit ${isDurable ? 'on' : 'off'} after ${title}`, async () => {
        const { db } = await openTestStore('postgres');
        await noteCommits(db);
        await write(db);
        const commits = sql<{ mode: string }>`select mode from commits order by position`;
        const [first] = (await commits.execute(db)).rows;
        expect(first?.mode).to.equal(isDurable ? 'on' : 'off');
        await db.insertInto('settings').values({ name: 'later', valueJson: '1' }).execute();
        expect((await commits.execute(db)).rows.at(-1)?.mode, 'the next transaction').to.equal('on');
      });

    it('undoes a relaxed statement that fails and keeps the connection usable', async () => {
      const { db } = await openTestStore('postgres');
      await writeRelaxed(db);
      const twice = db.insertInto('attempts').values(attempt('a')).execute();
      expect(await twice.catch((error: Error) => error.message)).to.contain('duplicate key');
      await Promise.all(Array.from({ length: 40 }, (_, n) => inserter('attempts')(db, [attempt(`n${n}`)])));
      expect(await db.selectFrom('attempts').select('name').execute()).to.have.length(41);
    });
  });
});

describe('a process that is killed while it writes', () => {
  for (const engine of ['sqlite', 'postgres'] as const) {
    for (const table of ['settings', 'attempts'] as const) {
      it(`loses no write of ${table} that has settled (${engine})`, async () => {
        const url = await freshDatabaseUrl(engine);
        const settled = await killedAfter(500, url, table);
        const store = await openStore(url);
        const rows = await store.db.selectFrom(table).select('name').execute();
        await store.close();
        expect(settled).to.have.lengthOf.at.least(500);
        expect(rows.map((row) => row.name)).to.include.members(settled);
      });
    }
  }
});

function attempt(name: string) {
  return { name, failures: 1, expiresAt: 1 };
}

async function writeDurable(db: Db): Promise<void> {
  await db.insertInto('settings').values({ name: 'durable', valueJson: '1' }).execute();
}

async function writeRelaxed(db: Db): Promise<void> {
  await db.insertInto('attempts').values(attempt('a')).execute();
}

async function writeBoth(db: Db, steps: ((db: Db) => Promise<void>)[]): Promise<void> {
  await db.transaction().execute(async (trx) => {
    for (const step of steps) await step(trx);
  });
}

/** Has each commit of the two tables noted with its mode, in a trigger that runs at the commit. */
async function noteCommits(db: Db): Promise<void> {
  await sql`create table commits (position serial, mode text)`.execute(db);
  await sql`create function note_commit() returns trigger language plpgsql as
    $$ begin insert into commits (mode) values (current_setting('synchronous_commit')); return null; end $$`.execute(
    db,
  );
  for (const table of ['settings', 'attempts'])
    await sql`create constraint trigger note_commit after insert on ${sql.table(table)}
      deferrable initially deferred for each row execute function note_commit()`.execute(db);
}

/** The names that a process printed, which is killed after so many of them. */
async function killedAfter(writes: number, url: string, table: string): Promise<string[]> {
  const child = startChild(writer, [url, table]);
  const closed = once(child, 'close');
  const settled: string[] = [];
  for await (const name of createInterface({ input: child.stdout })) {
    settled.push(name);
    if (settled.length === writes) child.kill('SIGKILL');
  }
  await closed;
  return settled;
}
