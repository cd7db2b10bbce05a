import { readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { sql } from 'kysely';
import pg from 'pg';
import { migrations } from '../../src/db/migrations.ts';
import { type Engine, openStore, type Store } from '../../src/db/open.ts';
import { recordFailure } from '../../src/store/attempts.ts';
import { readCount } from '../../src/store/directoryCounts.ts';
import { listDomains } from '../../src/store/domains.ts';
import { findGroupByName } from '../../src/store/groups.ts';
import { listProviders, listProvidersAt } from '../../src/store/identityProviders.ts';
import { listJobs } from '../../src/store/jobs.ts';
import { findLoginRequest } from '../../src/store/loginRequests.ts';
import { listLoginActivity } from '../../src/store/loginSearch.ts';
import { findPendingLogin } from '../../src/store/pendingLogins.ts';
import { listSources, listSourceTokens } from '../../src/store/profileSources.ts';
import { findSetting, writeSetting } from '../../src/store/settings.ts';
import { isAssertionUsed } from '../../src/store/usedAssertions.ts';
import { searchUsers } from '../../src/store/userSearch.ts';
import { findPasswordHash, findUserByUserName, findUsersByEmail } from '../../src/store/users.ts';
import { outcomeOf, startChild } from '../support/childProcess.ts';
import { whenDone } from '../support/cleanup.ts';
import { findMemberIds } from '../support/rows.ts';
import { freshDatabaseUrl } from '../support/stores.ts';
import { tempFolder } from '../support/tempFolder.ts';
import { testStart } from '../support/testDeps.ts';

const LATEST = 5 + migrations.length; // trial versions wrote steps 1 to 5

/** Columns that trial versions did not have. */
const added = [
  'creatorId',
  'mayGrantPowerUser',
  'maySetPasswords',
  'mayTakeOver',
  'leasedUntil',
  'times',
  'lastAt',
  'refusedFrom',
  'restarted',
  'usedAt',
  'refuseUnknownAttributes',
  'refuseUnknownMembers',
  'spEntityId',
  'acsPath',
  'ownership',
  'mappingJson',
  'automatic',
  'messageSealed',
  'role',
  'roleSince',
  'autoLoginPausedAt',
  'idleMinutes',
  'longestMinutes',
  'emailFirst',
  'signers',
  'selected',
  'peopleJson',
  'actorJson',
  'fetchedFrom',
  'sentFrom',
];

const opener = fileURLToPath(new URL('support/open.ts', import.meta.url));

for (const engine of ['sqlite', 'postgres'] as const) {
  describe(`db/migrations on ${engine}`, () => {
    it('creates all tables in an empty database, and changes nothing the second time', async () => {
      const url = await freshDatabaseUrl(engine);
      const first = await openStore(url);
      await writeSetting(first.db, 'writeCheck', 1);
      const tables = await tablesOf(first);
      await first.close();
      const second = await openStore(url);
      expect(await tablesOf(second))
        .to.deep.equal(tables)
        .and.to.include.members(['users', 'sessions', 'domains']);
      expect(await findSetting(second.db, 'writeCheck')).to.equal(1);
      expect(await positionsOf(second)).to.deep.equal([LATEST]);
      await second.close();
    });

    it('upgrades a database of the last trial version without losing anything', async () => {
      const url = await trialDatabase(engine);
      const tables = trialTables();
      const before = await rowsOf(url, tables);
      for (const [table, rows] of Object.entries(before)) expect(rows, table).not.to.deep.equal([]);
      await (await openStore(url)).close();
      const entries = Object.entries(before).map(([table, rows]) => [renamed(table), rows.map(renamed).sort()]);
      expect(await rowsOf(url, tables.map(renamed), added)).to.deep.equal(Object.fromEntries(entries));
    });

    it('gives an upgraded database the same schema as a new one', async () => {
      const [upgraded, fresh] = [await trialDatabase(engine), await freshDatabaseUrl(engine)];
      for (const url of [upgraded, fresh]) await (await openStore(url)).close();
      expect(await schemaOf(upgraded)).to.deep.equal(await schemaOf(fresh));
    });

    it('reads upgraded data', async () => {
      const store = await openStore(await trialDatabase(engine));
      const { db } = store;
      const at = testStart;
      const maya = await findUserByUserName(db, 'MAYA@acme.com');
      expect(maya).to.include({ displayName: 'Maya Müller', userType: 'Power User', lastLoginAt: at + 5 });
      expect(await findPasswordHash(db, maya?.id ?? '')).to.match(/^\$argon2id\$/);
      const found = await searchUsers(db, { text: 'mull' }, { limit: 9 });
      expect(found.rows.map(({ userName }) => userName)).to.deep.equal(['maya@acme.com']);
      expect(await readCount(db, 'users')).to.equal(2);
      const [provider] = await listProviders(db);
      for (const { id } of await listDomains(db)) expect(await listProvidersAt(db, id)).to.deep.equal([provider]);
      const group = await findGroupByName(db, 'sales');
      expect(await findMemberIds(db, group?.id ?? '')).to.have.lengthOf(2);
      const [source] = await listSources(db);
      const rights = { mayGrantPowerUser: false, maySetPasswords: true, mayTakeOver: true };
      expect(source).to.deep.include({ name: 'JumpCloud', networks: ['192.0.2.0/24'], lastCallAt: at, ...rights });
      expect(await listSourceTokens(db, source?.id ?? '')).to.have.lengthOf(1);
      const { rows } = await listLoginActivity(db, {}, { limit: 9 });
      expect(rows.map(({ reference, outcome }) => [reference, outcome])).to.deep.equal([
        [null, 'tested'],
        ['AAAA-BBBB', 'refused'],
        [null, 'logged_in'],
      ]);
      const pending = await findPendingLogin(db, 'YqL-09bgjESDX85x8CIQsd2r-wZuOe3x5sJhmI-CTdM', at);
      expect(JSON.parse(pending ?? '{}'))
        .to.have.property('login')
        .that.includes({ domainId: '0198-domain' });
      expect(await findLoginRequest(db, '_request')).to.include({ returnPath: '/people?q=a%27b', test: 1 });
      const used = { entityId: 'https://idp.example.com/acme', assertionId: '_used' };
      expect(await isAssertionUsed(db, used)).to.equal(true);
      const jobs = (await listJobs(db, 9)).map(({ kind, state }) => `${kind} ${state}`);
      expect(jobs.sort()).to.deep.equal([
        'activate paused',
        'deactivate done',
        'group failed',
        'group queued',
        'preview done',
      ]);
      await store.close();
    });

    it('finds people by names that were stored in another form, unless another person has the name by then', async () => {
      const url = await trialDatabase(engine);
      const [maya, noor] = ['maya@acme.com', 'noor@acme.com'];
      const [decomposed, composed] = ['re\u0301ne\u0301e\u200b', 'r\u00e9n\u00e9e'];
      const write = (key: string, name: string) =>
        `update "users" set "userNameKey" = '${name}' where "userNameKey" = '${key}';`;
      await query(url, `update "userEmails" set "valueKey" = 'e\u0301@acme.com' where "valueKey" = '${maya}'`);
      await query(url, write(maya, decomposed));
      const store = await openStore(url);
      expect(await findUserByUserName(store.db, composed)).to.include({ displayName: 'Maya Müller' });
      expect(await findUsersByEmail(store.db, '\u00e9@acme.com')).to.have.lengthOf(1);
      await store.close();
      const both = await trialDatabase(engine);
      await query(both, write(maya, decomposed) + write(noor, composed));
      const other = await openStore(both);
      expect(await findUserByUserName(other.db, composed)).to.include({ userName: noor });
      await other.close();
    });

    it('refuses a database of an older trial version and says what to do', async () => {
      const url = await trialDatabase(engine);
      await query(url, 'delete from migrations where position = 5');
      expect(await failure(openStore(url))).to.match(/Start commit 7479b98 with it first\.$/);
    });

    it('lets several processes start at once', async () => {
      const url = await freshDatabaseUrl(engine);
      const ends = await Promise.all(Array.from({ length: 4 }, () => outcomeOf(startChild(opener, [url]))));
      expect(ends).to.deep.equal(ends.map(() => ({ code: 0, stdout: '', stderr: '' })));
      const store = await openStore(url);
      expect(await positionsOf(store)).to.deep.equal([LATEST]);
      await store.close();
    });

    it('refuses a database that a newer version wrote, and closes it', async () => {
      const url = await freshDatabaseUrl(engine);
      const store = await openStore(url);
      await sql`insert into migrations values (${LATEST + 1})`.execute(store.db);
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
  });

  it(`compares and orders keys byte by byte on ${engine}`, async () => {
    const store = await openStore(await freshDatabaseUrl(engine));
    for (const name of ['b', 'B', 'a', 'é', 'Z', '_']) await recordFailure(store.db, name, 0, 1);
    const rows = await store.db.selectFrom('attempts').select('name').orderBy('name').execute();
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

/** The URL of a database as commit 7479b98 wrote it, with a row or more in every table. */
async function trialDatabase(engine: Engine): Promise<string> {
  const url = await freshDatabaseUrl(engine);
  const read = (file: string) => readFileSync(new URL(`fixtures/${file}`, import.meta.url), 'utf8');
  await query(url, read(`trial.${engine}.sql`) + read('trial.rows.sql'));
  return url;
}

function trialTables(): string[] {
  const rows = readFileSync(new URL('fixtures/trial.rows.sql', import.meta.url), 'utf8');
  return [...rows.matchAll(/^insert into "(\w+)"/gm)].flatMap(([, table = '']) =>
    table === 'migrations' ? [] : [table],
  );
}

/** Every row of some tables as JSON, without some columns. */
async function rowsOf(url: string, tables: string[], without: string[] = []): Promise<Record<string, string[]>> {
  const rows = await Promise.all(tables.map((table) => query(url, `select * from "${table}"`)));
  const asText = (row: unknown) => JSON.stringify(row, (name, value) => (without.includes(name) ? undefined : value));
  return Object.fromEntries(tables.map((table, index) => [table, (rows[index] ?? []).map(asText).sort()]));
}

/** What a row or table of a trial database looks like today. */
function renamed(text: string): string {
  const names = {
    signInActivity: 'loginActivity',
    pendingSignIns: 'pendingLogins',
    signInJson: 'loginJson',
    lastSignInAt: 'lastLoginAt',
    '"signed_in"': '"logged_in"',
    '\\"signIn\\":': '\\"login\\":',
    patchAnswer: 'patchResponse',
    '"worked":': '"processed":',
    '"fault":': '"failure":',
    '"kind":"plan"': '"kind":"preview"',
    '"state":"filling"': '"state":"queued"',
    '"state":"stopped"': text.includes('"fault":null') ? '"state":"paused"' : '"state":"failed"',
  };
  return Object.entries(names).reduce((result, [old, name]) => result.replaceAll(old, name), text);
}

/** Columns, references, indexes and triggers, by what they say and in no order. */
async function schemaOf(url: string): Promise<Record<string, string[]>> {
  const statements = url.startsWith('sqlite:')
    ? {
        columns: `select t.name as "table", c.name, c.type, c."notnull", c.pk from sqlite_master t, pragma_table_info(t.name) c
          where t.name not like 'sqlite_%'`,
        references: 'select t.name, f.* from sqlite_master t, pragma_foreign_key_list(t.name) f',
        indexes: `select coalesce(sql, name) from sqlite_master where type = 'index'`,
        triggers: `select sql from sqlite_master where type = 'trigger'`,
      }
    : {
        columns: `select table_name, column_name, data_type, collation_name, is_nullable from information_schema.columns
          where table_schema = 'public'`,
        references: `select conrelid::regclass, conname, pg_get_constraintdef(oid) from pg_constraint where contype <> 'n'`,
        indexes: `select indexdef from pg_indexes where schemaname = 'public'`,
        triggers: `select pg_get_triggerdef(t.oid), p.prosrc from pg_trigger t join pg_proc p on p.oid = tgfoid where not tgisinternal`,
      };
  const found = Object.entries(statements).map(async ([name, statement]) => {
    const rows = await query(url, statement);
    return [name, rows.map((row) => JSON.stringify(row).toLowerCase()).sort()];
  });
  return Object.fromEntries(await Promise.all(found));
}

/** Runs SQL beside Anteroom. */
async function query(url: string, statements: string): Promise<unknown[]> {
  if (url.startsWith('sqlite:')) {
    const db = new DatabaseSync(url.replace('sqlite:', ''));
    try {
      if (/^select/.test(statements)) return db.prepare(statements).all();
      db.exec(statements);
      return [];
    } finally {
      db.close();
    }
  }
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  const { rows } = await client.query(statements).finally(() => client.end());
  return rows;
}

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
