import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { sql } from 'kysely';
import { migrations } from '../../src/db/migrations.ts';
import { openStore, type Store } from '../../src/db/open.ts';
import { listLoginActivity } from '../../src/store/loginActivity.ts';
import { findSetting, writeSetting } from '../../src/store/settings.ts';
import { outcomeOf, startChild } from '../support/childProcess.ts';
import { whenDone } from '../support/cleanup.ts';
import { freshDatabaseUrl } from '../support/stores.ts';
import { tempFolder } from '../support/tempFolder.ts';

const opener = fileURLToPath(new URL('support/open.ts', import.meta.url));

for (const engine of ['sqlite', 'postgres'] as const) {
  describe(`db/migrations on ${engine}`, () => {
    it('makes all tables in an empty database, and changes nothing the second time', async () => {
      const url = await freshDatabaseUrl(engine);
      const first = await openStore(url);
      await writeSetting(first.db, 'kept', 1);
      const tables = await tablesOf(first);
      await first.close();
      const second = await openStore(url);
      expect(await tablesOf(second))
        .to.deep.equal(tables)
        .and.to.include.members(['users', 'sessions', 'domains']);
      expect(await findSetting(second.db, 'kept')).to.equal(1);
      expect(await positionsOf(second)).to.deep.equal(migrations.map((_, index) => index + 1));
      await second.close();
    });

    it('keeps what was used up under the EntityID of its provider', async () => {
      const url = await freshDatabaseUrl(engine);
      const later = migrations.splice(2);
      whenDone(() => migrations.length === 2 && migrations.push(...later));
      const before = await openStore(url);
      await sql`insert into "identityProviders" values ('one', 'https://idp.example', '', 1, 0, 0, '', '', '', null, 0, 0)`.execute(
        before.db,
      );
      await sql`insert into "usedAssertions" values ('one', '_a', 1), ('gone', '_a', 1)`.execute(before.db);
      await before.close();
      migrations.push(...later);
      const after = await openStore(url);
      const used = await after.db.selectFrom('usedAssertions').select('entityId').orderBy('entityId').execute();
      expect(used).to.deep.equal([{ entityId: 'gone' }, { entityId: 'https://idp.example' }]);
      await after.close();
    });

    it('keeps the sign-in activity, with the references of those who were refused alone', async () => {
      const url = await freshDatabaseUrl(engine);
      const later = migrations.splice(4);
      whenDone(() => migrations.length === 4 && migrations.push(...later));
      const before = await openStore(url);
      const rest = sql`null, 'one', 'idp', 'maya', 'maya@acme.com', '::1', '{}'`;
      await sql`insert into "loginActivity" values ('a', 'AAAA-AAAA', 1, 'sp', 'logged_in', ${rest}),
        ('b', 'BBBB-BBBB', 2, 'idp', 'refused', ${rest})`.execute(before.db);
      await before.close();
      migrations.push(...later);
      const after = await openStore(url);
      const { rows } = await listLoginActivity(after.db, {}, { limit: 9, offset: 0 });
      const kept = { reason: null, domainId: 'one', providerId: 'idp', userId: 'maya', asserted: 'maya@acme.com' };
      expect(rows).to.deep.equal([
        {
          id: 'b',
          reference: 'BBBB-BBBB',
          at: 2,
          flow: 'idp',
          outcome: 'refused',
          ...kept,
          network: '::1',
          detail: {},
        },
        { id: 'a', reference: null, at: 1, flow: 'sp', outcome: 'logged_in', ...kept, network: '::1', detail: {} },
      ]);
      await after.close();
    });

    it('lets several processes start at once', async () => {
      const url = await freshDatabaseUrl(engine);
      const ends = await Promise.all(Array.from({ length: 4 }, () => outcomeOf(startChild(opener, [url]))));
      expect(ends).to.deep.equal(ends.map(() => ({ code: 0, stdout: '', stderr: '' })));
      const store = await openStore(url);
      expect(await positionsOf(store)).to.have.lengthOf(migrations.length);
      await store.close();
    });

    it('refuses a database that a newer version wrote, and lets go of it', async () => {
      const url = await freshDatabaseUrl(engine);
      const store = await openStore(url);
      await sql`insert into migrations values (${migrations.length + 1})`.execute(store.db);
      await store.close();
      expect(await failure(openStore(url))).to.match(/newer version of Anteroom/);
      const { code, stderr } = await outcomeOf(startChild(opener, [url]));
      expect(code).to.equal(1);
      expect(stderr).to.match(/newer version of Anteroom/);
    });

    it('leaves the database as it was when a step fails', async () => {
      const url = await freshDatabaseUrl(engine);
      const before = await openStore(url);
      const tables = await tablesOf(before);
      await before.close();
      await withStep(
        async (db) => {
          await db.schema.createTable('halfway').addColumn('id', 'text').execute();
          await db.schema.alterTable('users').addColumn('halfway', 'text').execute();
          await sql`select * from nowhere`.execute(db);
        },
        async () => expect(await failure(openStore(url))).to.match(/nowhere/),
      );
      const after = await openStore(url);
      expect(await tablesOf(after)).to.deep.equal(tables);
      expect(await columnsOf(after, 'users')).not.to.include('halfway');
      await after.close();
    });

    it('leaves an empty database empty when a step fails', async () => {
      const url = await freshDatabaseUrl(engine);
      await withStep(
        (db) => sql`select * from nowhere`.execute(db).then(() => undefined),
        async () => expect(await failure(openStore(url))).to.match(/nowhere/),
      );
      const after = await openStore(url);
      expect(await positionsOf(after)).to.have.lengthOf(migrations.length);
      await after.close();
    });
  });

  it(`compares and orders keys byte by byte on ${engine}`, async () => {
    const store = await openStore(await freshDatabaseUrl(engine));
    for (const name of ['b', 'B', 'a', 'é', 'Z', '_']) await writeSetting(store.db, name, 1);
    const rows = await store.db.selectFrom('settings').select('name').orderBy('name').execute();
    expect(rows.map((row) => row.name)).to.deep.equal(['B', 'Z', '_', 'a', 'b', 'é']);
    await store.close();
  });
}

describe('a database that cannot be opened', () => {
  it('is named with its reason, and without its password', async () => {
    const folder = tempFolder();
    const urls = [
      `sqlite:${folder}`,
      'postgres://someone:hunter2@localhost:1/db',
      'postgres://someone:hunter2@127.0.0.1:1/db',
    ];
    for (const url of urls) {
      const message = await failure(openStore(url));
      expect(message, url).to.match(/^The database could not be opened: .{10,}/);
      expect(message).not.to.include('hunter2');
    }
  });
});

async function withStep(step: (typeof migrations)[number], work: () => Promise<unknown>): Promise<void> {
  migrations.push(step);
  whenDone(() => migrations.includes(step) && migrations.pop());
  await work();
  migrations.pop();
}

async function failure(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'It did not fail.',
    (error: Error) => error.message,
  );
}

async function tablesOf({ db }: Store): Promise<string[]> {
  const tables = await db.introspection.getTables();
  return tables.map((table) => table.name).sort();
}

async function columnsOf({ db }: Store, name: string): Promise<string[]> {
  const tables = await db.introspection.getTables();
  return tables.find((table) => table.name === name)?.columns.map((column) => column.name) ?? [];
}

async function positionsOf({ db }: Store): Promise<number[]> {
  const { rows } = await sql<{ position: number }>`select position from migrations order by position`.execute(db);
  return rows.map((row) => row.position);
}
