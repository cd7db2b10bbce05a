import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { expect } from 'chai';
import { openStore } from '../../src/db/open.ts';
import { findSetting, writeSetting } from '../../src/store/settings.ts';
import { errorsIn, openFaultyStore } from '../faults/support/faultyStore.ts';
import { inParallel, startLoad } from '../faults/support/load.ts';
import { whenDone } from '../support/cleanup.ts';
import { hasPgBouncer, startPgBouncer } from '../support/pgBouncer.ts';
import { freshDatabaseUrl } from '../support/stores.ts';

const ALLOWED = ['user', 'database', 'client_encoding', 'application_name']; // what PgBouncer takes without configuration

describe('PostgreSQL behind a pooler', () => {
  it('gets no startup parameter that poolers refuse', async () => {
    const target = new URL(await freshDatabaseUrl('postgres'));
    const port = Number(target.port);
    const seen = new Set<string>();
    const proxy = createServer((socket) => {
      const onward = connect(port, target.hostname);
      socket.once('data', (first: Buffer) => {
        const parameters = first.subarray(8).toString().split('\0').filter(Boolean);
        for (const [index, name] of parameters.entries()) if (index % 2 === 0) seen.add(name);
      });
      for (const end of [socket, onward]) end.on('error', () => {}); // the database is dropped after the test
      socket.pipe(onward).pipe(socket);
    }).listen(0, '127.0.0.1');
    whenDone(() => proxy.close());
    await once(proxy, 'listening');
    target.port = String((proxy.address() as AddressInfo).port);
    const store = await openStore(target.href);
    whenDone(() => store.close());
    await writeSetting(store.db, 'writeCheck', 1);
    expect(await findSetting(store.db, 'writeCheck')).to.equal(1);
    expect([...seen].filter((name) => !ALLOWED.includes(name))).to.deep.equal([]);
    expect([...seen]).to.contain('user');
  });

  if (hasPgBouncer)
    it('works through PgBouncer, whose few sessions are shared by many', async () => {
      const direct = await freshDatabaseUrl('postgres');
      const store = await openFaultyStore((await startPgBouncer(direct))(direct));
      const load = await startLoad(store);
      const responses = await inParallel(8, () => load.createResponse());
      const logins = responses.map((response) => load.deliver(response));
      const people = await inParallel(16, (worker) => load.scim('POST', '/Users', { userName: `person-${worker}` }));
      expect(new Set(await Promise.all(logins))).to.deep.equal(new Set([303]));
      expect(new Set(people.map(({ status }) => status))).to.deep.equal(new Set([201]));
      expect(errorsIn(store)).to.deep.equal({});
    });
});
