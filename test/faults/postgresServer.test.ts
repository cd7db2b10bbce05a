import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { expect } from 'chai';
import pg from 'pg';
import { pino } from 'pino';
import { openStore } from '../../src/db/open.ts';
import { whenDone } from '../support/cleanup.ts';
import { sendRaw } from '../support/hostClient.ts';
import { startPostgres } from '../support/postgresServer.ts';
import { runServer } from '../support/program.ts';
import { freshDatabaseUrl } from '../support/stores.ts';
import { errorsIn, openFaultyStore, shortLimits } from './support/faultyStore.ts';
import { inParallel, startLoad } from './support/load.ts';

describe('a PostgreSQL server that fails', () => {
  let server: string;
  let url: string;
  let admin: pg.Client;
  let databases = 0;

  before(async () => {
    server = await startPostgres();
  });

  beforeEach(async () => {
    admin = new pg.Client({ connectionString: server });
    admin.on('error', () => {});
    await admin.connect();
    whenDone(() => admin.end());
    databases += 1;
    await admin.query(`create database test_${databases}`);
    url = new URL(`/test_${databases}`, server).href;
  });

  /** Returns the process IDs of the server and all its children. */
  async function processIds(): Promise<number[]> {
    const { rows } = await admin.query(
      `select pid from pg_stat_activity union select split_part(pg_read_file('postmaster.pid'), e'\\n', 1)::int`,
    );
    return rows.map(({ pid }) => Number(pid));
  }

  it('gets 503 after a limit while it hangs, with liveness at once, and recovers', async () => {
    const store = await openFaultyStore(url, { limits: shortLimits, poolSize: 4 });
    const load = await startLoad(store);
    const response = await load.createResponse();
    const pids = await processIds();
    const signalAll = (signal: 'SIGSTOP' | 'SIGCONT') => {
      for (const pid of pids) process.kill(pid, signal);
    };
    signalAll('SIGSTOP');
    const statuses = inParallel(8, async (worker) => {
      if (worker < 4) return load.deliver(response);
      return (await load.scim('POST', '/Users', { userName: `person-${worker}` })).status;
    });
    const health = [await sendRaw(load, '/healthz'), await sendRaw(load, '/readyz')].map(({ status }) => status);
    const hanging = await statuses;
    signalAll('SIGCONT');
    expect(health).to.deep.equal([200, 503]);
    expect(new Set(hanging)).to.deep.equal(new Set([503]));
    expect(errorsIn(store)).to.deep.equal({ 'the database does not respond': 1 });
    expect(await load.deliver(response)).to.equal(303);
    expect((await sendRaw(load, '/readyz')).text).to.equal('ok\n');
  });

  it('crashes and recovers: requests wait for it or get 503, and nothing acknowledged is lost', async () => {
    const store = await openFaultyStore(url);
    const load = await startLoad(store);
    const created: string[] = [];
    const statuses = await inParallel(8, async (worker) => {
      const seen: number[] = [];
      for (let number = 0; number < 10; number += 1) {
        const sent = load.scim('POST', '/Users', { userName: `crash-${worker}-${number}` });
        if (worker === 0 && number === 5) await crash();
        const { status, body } = await sent;
        seen.push(status);
        if (status === 201) created.push(body.id);
      }
      return seen;
    });
    expect(statuses.flat().filter((status) => status !== 201 && status !== 503)).to.deep.equal([]);
    while ((await sendRaw(load, '/readyz')).status !== 200); // it may still be starting
    const stored = await store.db.selectFrom('users').select('id').where('id', 'in', created).execute();
    expect(stored.length).to.equal(created.length).and.greaterThan(0);
  });

  /** Kills one of the server's processes, after which it ends all others and starts again. */
  async function crash(): Promise<void> {
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => {});
    await client.connect();
    const { rows } = await client.query('select pg_backend_pid() as pid');
    process.kill(rows[0].pid, 'SIGKILL');
  }
});

describe('two PostgreSQL hosts', () => {
  it('uses the host that takes writes, and the other one after a failover', async () => {
    const [former, next] = [new URL(await startPostgres()), new URL(await freshDatabaseUrl('postgres'))];
    const database = next.pathname.slice(1);
    const admin = new pg.Client({ connectionString: former.href });
    await admin.connect();
    whenDone(() => admin.end());
    await admin.query(`create database ${database}`);
    await (await openStore(next.href)).close();
    const url = `postgres://postgres@127.0.0.1:1,${former.host},${next.host}/${database}?target_session_attrs=read-write`;
    const store = await openFaultyStore(url, { poolSize: 4 });
    const names = async () => (await store.db.selectFrom('settings').select('name').execute()).map(({ name }) => name);
    const write = (name: string) => store.db.insertInto('settings').values({ name, valueJson: '1' }).execute();
    await inParallel(4, (worker) => write(`former ${worker}`));
    await admin.query('alter system set default_transaction_read_only to on');
    await admin.query('select pg_reload_conf()');
    let written = 0;
    // The connections of the former primary notice the change one by one.
    do await inParallel(4, () => write(`next ${written++}`));
    while ((await names()).includes('former 0'));
    const left = new pg.Client({ connectionString: `postgres://postgres@${former.host}/${database}` });
    await left.connect();
    const { rows } = await left.query('select name from settings');
    await left.end();
    expect(rows.length + (await names()).length).to.equal(4 + written);
    expect(errorsIn(store)).to.deep.equal({});
  });
});

describe('a PostgreSQL server at the start', () => {
  it('is waited for', async () => {
    const target = new URL(await freshDatabaseUrl('postgres'));
    const port = await freePort();
    const logged: string[] = [];
    const log = pino({}, { write: (line: string) => void logged.push(line) });
    const through = new URL(target);
    through.port = String(port);
    const opening = openFaultyStore(through.href, { log, waitMs: 20_000 });
    while (logged.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(logged[0]).to.contain('waiting for the database').and.contain('ECONNREFUSED');
    const proxy = createServer((socket) => {
      const onward = connect(Number(target.port), target.hostname);
      onward.on('error', () => socket.destroy());
      socket.on('error', () => onward.destroy());
      socket.pipe(onward).pipe(socket);
    }).listen(port, '127.0.0.1');
    whenDone(() => proxy.close());
    await (await opening).db.selectFrom('settings').select('name').execute();
  });

  it('that is not there is an error after the wait', async () => {
    const url = `postgres://a@127.0.0.1:${await freePort()}/a`;
    const ended = await runServer({ DATABASE_URL: url, DATABASE_WAIT: '1' });
    expect(ended.code).to.equal(1);
    expect(ended.stdout).to.contain('waiting for the database');
    expect(ended.stderr).to.match(/^The database could not be opened: connect ECONNREFUSED [\d.:]+\n$/);
  });

  it('that never answers is an error after a limit', async () => {
    const silent = createServer(() => {}).listen(0, '127.0.0.1');
    whenDone(() => silent.close());
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    const ended = await runServer({ DATABASE_URL: `postgres://a@127.0.0.1:${port}/a`, DATABASE_WAIT: '0' });
    expect(ended.code).to.equal(1);
    expect(ended.stderr).to.match(/^The database could not be opened: .*timeout\n$/);
    const waited = await runServer({ DATABASE_URL: `postgres://a@127.0.0.1:${port}/a`, DATABASE_WAIT: '2' });
    expect(waited.code).to.equal(1);
    expect(waited.stdout).to.contain('waiting for the database').and.contain('no response yet');
  });

  it('without the database is an error at once', async () => {
    const url = new URL(await freshDatabaseUrl('postgres'));
    url.pathname = '/missing';
    const ended = await runServer({ DATABASE_URL: url.href, DATABASE_WAIT: '60' });
    expect([ended.code, ended.stderr]).to.deep.equal([
      1,
      'The database could not be opened: database "missing" does not exist\n',
    ]);
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
