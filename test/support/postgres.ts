import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { openStore } from '../../src/db/open.ts';
import { whenDone, whenRunDone } from './cleanup.ts';
import { startPgBouncer } from './pgBouncer.ts';
import { startPostgres } from './postgresServer.ts';

let own: Promise<string> | undefined;

/**
 * How the tests use PostgreSQL. TEST_POSTGRES=serializable makes transactions serializable by default, TEST_POSTGRES=pgbouncer connects
 * through PgBouncer in transaction mode.
 */
const variant = process.env.TEST_POSTGRES ?? '';

/** Returns the URL of a new empty database, dropped after the test. */
export async function freshPostgresUrl(): Promise<string> {
  const server = await serverUrl();
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await create(server, name);
  whenDone(() => run(server, `drop database ${name} with (force)`));
  return throughPooler(urlOf(server, name));
}

async function create(server: string, name: string): Promise<void> {
  await run(server, `create database ${name}`);
  if (variant === 'serializable')
    await run(server, `alter database ${name} set default_transaction_isolation to 'serializable'`);
}

let pooler: Promise<(url: string) => string> | undefined;

async function throughPooler(url: string): Promise<string> {
  if (variant !== 'pgbouncer') return url;
  pooler ??= startPgBouncer(await serverUrl());
  return (await pooler)(url);
}

/**
 * Returns the URL of a database with all tables and no rows. Creating one takes longer than most tests, so databases stay on the server and
 * are used again: one is taken by locking its number, and emptied. If a test changed its tables, it is created again.
 */
export async function emptyPostgresUrl(): Promise<string> {
  const database = idle.pop() ?? (await claim());
  whenDone(() => idle.push(database));
  database.client ??= await connectTo(database);
  await database.client.query(EMPTY);
  const { rows } = await database.client.query(SHAPE);
  if (rows[0].shape !== database.shape) await recreate(database);
  return throughPooler(database.url);
}

/** A database that this process has locked, the shape of its tables, and a connection to empty it, unless a test ended it. */
type Claimed = { name: string; url: string; shape: string; client: pg.Client | undefined };

/** Claimed databases that no test uses. */
const idle: Claimed[] = [];

/** The connection that holds the locks, and the last number it tried. It closes with the process, which releases the databases. */
let locks: { client: pg.Client; last: number } | undefined;

const SCHEMA = schemaHash();

/**
 * Closes connections left open by a failed test, waits for what they still write, and empties each table that has rows. To delete a few rows
 * takes a tenth of the time of `truncate`, which makes new files for a table and all that refer to it; many are truncated, also those deleted
 * before. Every reference cascades.
 */
const EMPTY = `
  select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid();
  do $$ declare names text; largest bigint; begin
    select string_agg(relid::regclass::text, ', '), max(pg_relation_size(relid)) into names, largest from pg_stat_user_tables
      where relname <> 'migrations' and pg_relation_size(relid) > 0;
    if largest > 131072 then execute 'truncate ' || names || ' cascade';
    elsif names is not null then
      execute 'lock table ' || names || ' in share row exclusive mode';
      execute (select string_agg('delete from ' || part, ';') from unnest(string_to_array(names, ', ')) as part);
    end if;
  end $$`;

/** A hash of the names of all tables, indexes, triggers and functions. */
const SHAPE = `select md5(string_agg(name, ',' order by name)) as shape from (
  select relname as name from pg_class where relnamespace = 'public'::regnamespace
  union all select tgname from pg_trigger where not tgisinternal
  union all select proname from pg_proc where pronamespace = 'public'::regnamespace) as everything`;

/** Locks the first database that no other process uses, created where it is missing. A comment on it says its shape. */
async function claim(): Promise<Claimed> {
  const server = await serverUrl();
  locks ??= { client: await connect(server), last: 0 };
  if (locks.last === 0) whenRunDone(release);
  const { client } = locks;
  for (;;) {
    locks.last += 1;
    const [name, number] = [`test_${(SCHEMA >>> 0).toString(16)}_${locks.last}`, locks.last];
    const { rows } = await client.query('select pg_try_advisory_lock($1, $2) as locked', [SCHEMA, number]);
    if (!rows[0].locked) continue;
    const described = `select shobj_description(oid, 'pg_database') as shape from pg_database where datname = $1`;
    const [found] = (await client.query(described, [name])).rows;
    const database = { name, url: urlOf(server, name), shape: found?.shape, client: undefined };
    if (!found?.shape) await recreate(database);
    return database;
  }
}

async function recreate(database: Claimed): Promise<void> {
  await database.client?.end();
  await locks?.client.query(`drop database if exists ${database.name} with (force)`);
  await create(await serverUrl(), database.name);
  await (await openStore(database.url)).close();
  database.client = await connectTo(database);
  database.shape = (await database.client.query(SHAPE)).rows[0].shape;
  await locks?.client.query(`comment on database ${database.name} is '${database.shape}'`);
}

async function connectTo(database: Claimed): Promise<pg.Client> {
  const client = await connect(database.url);
  // EMPTY must see what was committed while it waited, also if transactions are serializable by default.
  await client.query(`set default_transaction_isolation = 'read committed'`);
  client.on('error', () => {
    database.client = undefined;
  });
  return client;
}

async function release(): Promise<void> {
  for (const { client } of idle.splice(0)) await client?.end();
  await locks?.client.end();
  locks = undefined;
}

/** Databases of other branches on the same server have other tables. */
function schemaHash(): number {
  const folder = join(import.meta.dirname, '..', '..', 'src', 'db');
  const sources = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
  return createHash('sha256').update(variant).update(sources.sort().join('\n')).digest().readInt32BE();
}

/** Returns the server that `npm test` started, or starts one for this process. */
async function serverUrl(): Promise<string> {
  if (process.env.TEST_POSTGRES_URL) return process.env.TEST_POSTGRES_URL;
  own ??= startPostgres();
  return own;
}

function urlOf(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => {}); // the server may end a connection that no query uses; the next query fails
  await client.connect();
  return client;
}

async function run(url: string, statement: string): Promise<void> {
  const client = await connect(url);
  await client.query(statement).finally(() => client.end());
}
