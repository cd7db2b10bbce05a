import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { openStore } from '../../src/db/open.ts';
import { readCount } from '../../src/store/directoryCounts.ts';
import { findUser } from '../../src/store/users.ts';
import { whenDone } from '../support/cleanup.ts';
import { freshDatabaseUrl } from '../support/stores.ts';

const program = fileURLToPath(new URL('support/crashWriter.ts', import.meta.url));
const WRITES = 1_000;
const AT_ONCE = 20;

describe('scim, killed during 1,000 writes', () => {
  it('has stored every person that it responded with, and its log and counts are consistent', async () => {
    const url = await freshDatabaseUrl('sqlite');
    const child = spawn(process.execPath, [program, url], { stdio: ['ignore', 'pipe', 'inherit'] });
    whenDone(() => child.kill('SIGKILL'));
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    const { port, token } = JSON.parse(String(line));
    const created: string[] = [];
    let next = 0;
    const write = async () => {
      while (next < WRITES) {
        const userName = `user-${next++}`;
        const response = await fetch(`http://127.0.0.1:${port}/Users`, {
          method: 'POST',
          headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
          body: JSON.stringify({ userName, emails: [{ value: `${userName}@acme.com` }] }),
        });
        const { id } = (await response.json()) as { id: string };
        created.push(id);
        if (created.length === WRITES / 2) child.kill('SIGKILL');
      }
    };
    await Promise.allSettled(Array.from({ length: AT_ONCE }, write));
    expect(created.length).to.be.within(WRITES / 2, WRITES - 1);
    const { db, close } = await openStore(url);
    whenDone(close);
    for (const id of created) expect((await findUser(db, id))?.id).to.equal(id);
    const people = await db.selectFrom('users').select('id').execute();
    expect(await readCount(db, 'users')).to.equal(people.length);
    const logged = await db.selectFrom('scimLog').select('resourceId').where('status', '=', 201).execute();
    expect(new Set(logged.map((row) => row.resourceId))).to.deep.equal(new Set(people.map((row) => row.id)));
  });
});
