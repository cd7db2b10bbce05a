import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { openStore } from '../../src/db/open.ts';
import { startChild } from '../support/childProcess.ts';
import { freshDatabaseUrl } from '../support/stores.ts';

const writer = fileURLToPath(new URL('support/writer.ts', import.meta.url));

describe('a process that is killed in the middle of its writes', () => {
  for (const engine of ['sqlite', 'postgres'] as const) {
    for (const member of ['db', 'relaxed']) {
      it(`loses none that was answered (${member} on ${engine})`, async () => {
        const url = await freshDatabaseUrl(engine);
        const answered = await killedAfter(500, url, member);
        const store = await openStore(url);
        const rows = await store.db.selectFrom('settings').select('name').execute();
        await store.close();
        expect(answered).to.have.lengthOf.at.least(500);
        expect(rows.map((row) => row.name)).to.include.members(answered);
      });
    }
  }
});

/** The names of the settings whose writing was answered before the end, which came after so many of them. */
async function killedAfter(writes: number, url: string, member: string): Promise<string[]> {
  const child = startChild(writer, [url, member]);
  const closed = once(child, 'close');
  const answered: string[] = [];
  for await (const name of createInterface({ input: child.stdout })) {
    answered.push(name);
    if (answered.length === writes) child.kill('SIGKILL');
  }
  await closed;
  return answered;
}
