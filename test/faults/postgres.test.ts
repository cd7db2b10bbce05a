import { expect } from 'chai';

import pg from 'pg';
import { readCount } from '../../src/store/directoryCounts.ts';
import { listLoginActivity } from '../../src/store/loginSearch.ts';
import { whenDone } from '../support/cleanup.ts';
import { sendRaw } from '../support/hostClient.ts';
import { freshDatabaseUrl } from '../support/stores.ts';
import { errorsIn, openFaultyStore, shortLimits } from './support/faultyStore.ts';
import { inParallel, type Load, startLoad } from './support/load.ts';

const MEMBER = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

describe('PostgreSQL with faults', () => {
  let url: string;

  beforeEach(async () => {
    url = await freshDatabaseUrl('postgres');
  });

  it('loses nothing acknowledged and accepts nothing twice while random connections are cut', async () => {
    const store = await openFaultyStore(url);
    const load = await startLoad(store);
    const responses = await inParallel(12, () => load.createResponse());
    const cut = await openCutter(url);
    const created: string[] = [];
    const statuses = new Set<number>();
    const provision = inParallel(4, async (worker) => {
      for (let number = 0; number < 40; number += 1) {
        const sent = load.scim('POST', '/Users', { userName: `person-${worker}-${number}` });
        if (number % 2 === 0) await cut();
        const { status, body } = await sent;
        statuses.add(status);
        if (status === 201) created.push(body.id);
      }
    });
    const accepted = inParallel(responses.length, async (index) => {
      // Twice at the same time, and again after a 503, as a client would.
      const outcomes = await inParallel(2, () => deliverUntilDecided(load, responses[index] ?? '', statuses));
      return outcomes.filter((status) => status === 303).length;
    });
    await provision;
    const acceptedTimes = await accepted;
    expect(cut.count()).to.be.greaterThan(20);
    expect([...statuses].filter((status) => ![201, 303, 403, 409, 503].includes(status))).to.deep.equal([]);
    expect(acceptedTimes.filter((times) => times > 1)).to.deep.equal([]);
    const people = await store.db.selectFrom('users').select('id').execute();
    const stored = new Set(people.map(({ id }) => id));
    expect(created.filter((id) => !stored.has(id))).to.deep.equal([]);
    expect(await readCount(store.db, 'users')).to.equal(people.length);
    const { rows } = await listLoginActivity(store.db, { outcome: 'logged_in' }, { limit: 100 });
    expect(rows.length).to.be.within(acceptedTimes.filter((times) => times === 1).length, responses.length);
  });

  it('repeats what others abort, with serializable transactions by default', async () => {
    await makeSerializable(url);
    const store = await openFaultyStore(url);
    const load = await startLoad(store);
    const responses = await inParallel(12, () => load.createResponse());
    const { body: group } = await load.scim('POST', '/Groups', { displayName: 'Everyone' });
    const statuses = new Map<string, number>();
    const count = (what: string, status: number) =>
      statuses.set(`${what} ${status}`, (statuses.get(`${what} ${status}`) ?? 0) + 1);
    const members: string[] = [];
    const provision = inParallel(4, async (worker) => {
      for (let number = 0; number < 8; number += 1) {
        const { status, body } = await load.scim('POST', '/Users', { userName: `person-${worker}-${number}` });
        count('POST', status);
        const operation = { op: 'add', path: 'members', value: [{ value: body.id }] };
        const added = await load.scim('PATCH', `/Groups/${group.id}`, { schemas: [MEMBER], Operations: [operation] });
        count('group', Math.floor(added.status / 100));
        members.push(body.id);
        const title = { op: 'replace', path: 'title', value: 'Clerk' };
        const changed = await load.scim('PATCH', `/Users/${body.id}`, { schemas: [MEMBER], Operations: [title] });
        count('PATCH', changed.status);
      }
    });
    const logins = inParallel(4, async (worker) => {
      for (let index = worker; index < responses.length; index += 4)
        count('login', await load.deliver(responses[index] ?? ''));
    });
    await Promise.all([provision, logins]);
    expect(Object.fromEntries(statuses)).to.deep.equal({
      'POST 201': 32,
      'group 2': 32,
      'PATCH 200': 32,
      'login 303': 12,
    });
    const rows = await store.db.selectFrom('groupMembers').select('userId').execute();
    expect(new Set(rows.map(({ userId }) => userId))).to.deep.equal(new Set(members));
    expect(errorsIn(store)).to.deep.equal({});
  });

  it('limits the wait for a lock, stays alive meanwhile, and recovers', async () => {
    const store = await openFaultyStore(url, { limits: shortLimits, poolSize: 4 });
    const load = await startLoad(store);
    const responses = await inParallel(8, () => load.createResponse());
    const lock = await connectBeside(url);
    await lock.query('begin; lock table users in access exclusive mode');
    const logins = Promise.all(responses.map((response) => load.deliver(response)));
    expect((await sendRaw(load, '/healthz')).status).to.equal(200);
    expect(new Set(await logins)).to.deep.equal(new Set([503]));
    const page = await sendRaw(load, '/people', { headers: { host: new URL(load.url).host } });
    expect(page.status).to.equal(303); // it needs no locked table
    await lock.query('commit');
    expect(await load.deliver(responses[0] ?? '')).to.equal(303);
  });

  it('waits for a connection if the server allows fewer than the pool', async () => {
    const store = await openFaultyStore(await limitConnections(url, 3), {
      limits: { acquire: 25_000, statement: 10_000 },
    });
    const load = await startLoad(store);
    const statuses = await inParallel(
      16,
      async (worker) => (await load.scim('POST', '/Users', { userName: `p${worker}` })).status,
    );
    expect(statuses.filter((status) => status !== 201)).to.deep.equal([]);
    expect(errorsIn(store)).to.deep.equal({});
  });
});

async function deliverUntilDecided(load: Load, response: string, statuses: Set<number>): Promise<number> {
  for (;;) {
    const status = await load.deliver(response);
    statuses.add(status);
    if (status !== 503) return status;
  }
}

/** Returns a function that cuts a random connection that is in use, and counts. */
async function openCutter(url: string) {
  const pool = new pg.Pool({ connectionString: url });
  whenDone(() => pool.end());
  let cuts = 0;
  const cut = async () => {
    const { rows } = await pool.query(`select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and query not like '%pg_terminate%' and state <> 'idle' order by random() limit 1`);
    cuts += rows.length;
  };
  return Object.assign(cut, { count: () => cuts });
}

async function connectBeside(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  whenDone(() => client.end());
  return client;
}

async function makeSerializable(url: string): Promise<void> {
  const client = await connectBeside(url);
  const name = new URL(url).pathname.slice(1);
  await client.query(`alter database ${name} set default_transaction_isolation to 'serializable'`);
}

/** Returns the URL of a role that owns the database and may open only some connections. The role is dropped after the test. */
async function limitConnections(url: string, limit: number): Promise<string> {
  const client = await connectBeside(url);
  const name = new URL(url).pathname.slice(1);
  await client.query(`create role ${name} login connection limit ${limit}`);
  await client.query(`alter database ${name} owner to ${name}; grant all on schema public to ${name}`);
  const admin = await connectBeside(process.env.TEST_POSTGRES_URL ?? url);
  whenDone(async () => {
    await client.query(`reassign owned by ${name} to current_user; drop owned by ${name}; drop role ${name}`);
    void admin;
  });
  const limited = new URL(url);
  limited.username = name;
  return limited.href;
}
