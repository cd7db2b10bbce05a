import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import { sql } from 'kysely';
import { openStore } from '../../src/db/open.ts';
import { addPerson, startAnteroom } from '../support/anteroom.ts';
import { whenDone } from '../support/cleanup.ts';
import { logInLocally, openClient } from '../support/client.ts';
import { sendRaw } from '../support/hostClient.ts';
import { tempFolder } from '../support/tempFolder.ts';
import { testDeps } from '../support/testDeps.ts';
import { errorsIn, openFaultyStore } from './support/faultyStore.ts';
import { startLoad } from './support/load.ts';

describe('SQLite with faults', () => {
  let file: string;

  beforeEach(() => {
    file = join(tempFolder(), 'anteroom.db');
  });

  it('serves reads while another process has the write lock, and writes as soon as it is free', async () => {
    const load = await startLoad(await openFaultyStore(`sqlite:${file}`));
    const response = await load.createResponse();
    const other = lock(file);
    const login = load.deliver(response);
    const created = load.scim('POST', '/Users', { userName: 'waiting' });
    for (let number = 0; number < 20; number += 1) {
      expect((await sendRaw(load, '/healthz')).status).to.equal(200);
      expect((await load.scim('GET', '/Users')).status).to.equal(200);
    }
    other.exec('COMMIT');
    expect(await login).to.equal(303);
    expect((await created).status).to.equal(201);
  });

  it('refuses writes with 503 after a limit, and is ready again once the lock is free', async () => {
    const store = await openFaultyStore(`sqlite:${file}`);
    const load = await startLoad(store);
    const other = lock(file);
    const { status, body } = await load.scim('POST', '/Users', { userName: 'too late' });
    expect([status, body.detail]).to.deep.equal([
      503,
      'The database does not respond at the moment. Try again in a few seconds.',
    ]);
    const ready = await sendRaw(load, '/readyz');
    expect([ready.status, store.fault()]).to.deep.equal([503, 'another process holds the write lock of the database']);
    expect(errorsIn(store)).to.deep.equal({ 'another process holds the write lock of the database': 1 });
    other.exec('COMMIT');
    expect((await sendRaw(load, '/readyz')).text).to.equal('ok\n');
    expect((await load.scim('POST', '/Users', { userName: 'in time' })).status).to.equal(201);
  });

  it('costs a request that reads a damaged page, and not the process', async () => {
    const before = await openStore(`sqlite:${file}`);
    await addPerson(await testDeps({ store: before }), {});
    await before.close();
    damageTable(file, 'users');
    const store = await openFaultyStore(`sqlite:${file}`);
    const { url } = await startAnteroom({ store });
    const client = openClient({ url });
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const reply = await client.post('/local-login', { userName: 'maya.koch', password: 'x', return: '/' });
      expect(reply.status).to.equal(500);
      expect(reply.text).to.contain('Something went wrong on our side');
    }
    expect((await client.get('/local-login')).status).to.equal(200);
    expect(await sendRaw({ url }, '/readyz')).to.deep.include({
      status: 503,
      text: 'the database is damaged: restore it from a backup\n',
    });
    expect(errorsIn(store)).to.deep.equal({ 'the database is damaged: restore it from a backup': 1 });
  });

  it('serves reads while the disk is full, logs it once, loses nothing, and continues when there is space', async () => {
    const store = await openFaultyStore(`sqlite:${file}`);
    const load = await startLoad(store);
    await addPerson(load.deps, {});
    const client = await logInLocally(load);
    const pages = (await sql<{ page_count: number }>`PRAGMA page_count`.execute(store.db)).rows[0]?.page_count ?? 0;
    await sql.raw(`PRAGMA max_page_count = ${pages + 10}`).execute(store.db);
    const created: string[] = [];
    let refused = 0;
    for (let number = 0; refused < 5; number += 1) {
      const { status, body } = await load.scim('POST', '/Users', { userName: `${'x'.repeat(200)}-${number}` });
      expect(status).to.be.oneOf([201, 503]);
      if (status === 201) created.push(body.id);
      else refused += 1;
    }
    for (let number = 0; number < 20; number += 1)
      expect((await load.scim('GET', '/Users?count=1')).status).to.equal(200);
    expect((await client.get('/people')).status).to.equal(200);
    expect((await sendRaw(load, '/readyz')).text).to.equal('the disk of the database is full\n');
    expect(errorsIn(store)).to.deep.equal({ 'the disk of the database is full': 1 });
    await sql.raw(`PRAGMA max_page_count = ${pages + 10_000}`).execute(store.db);
    expect((await sendRaw(load, '/readyz')).text).to.equal('ok\n');
    expect((await load.scim('POST', '/Users', { userName: 'after' })).status).to.equal(201);
    for (const id of created) expect((await load.scim('GET', `/Users/${id}`)).status).to.equal(200);
    expect(load.deps.logged.filter(({ level }) => level >= 50)).to.deep.equal([]);
  });
});

/** Begins a write transaction on a connection of its own, as another process would. */
function lock(file: string): DatabaseSync {
  const other = new DatabaseSync(file);
  whenDone(() => other.close());
  other.exec('BEGIN IMMEDIATE');
  return other;
}

/** Overwrites the first page of a table. The database must be closed. */
function damageTable(file: string, table: string): void {
  const db = new DatabaseSync(file);
  db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  const { rootpage } = db.prepare('select rootpage from sqlite_schema where name = ?').get(table) as {
    rootpage: number;
  };
  const { page_size: size } = db.prepare('PRAGMA page_size').get() as { page_size: number };
  db.close();
  const descriptor = openSync(file, 'r+');
  writeSync(descriptor, Buffer.alloc(size, 0xa5), 0, size, (rootpage - 1) * size);
  closeSync(descriptor);
}
