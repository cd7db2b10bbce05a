import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect } from 'chai';
import { type Engine, openStore, type Store } from '../../src/db/open.ts';
import { shownState } from '../../src/jobs/jobs.ts';
import { type Job, listJobs } from '../../src/store/jobs.ts';
import { startChild } from '../support/childProcess.ts';
import { whenDone } from '../support/cleanup.ts';
import { commandLine, startServer } from '../support/program.ts';
import { freshDatabaseUrl } from '../support/stores.ts';
import { tempFolder } from '../support/tempFolder.ts';

const LINES = 2_000;

describe('a process that is killed during an import, beside a running server', () => {
  it('leaves a job that is shown as interrupted, and that the server finishes', async () => {
    // Both engines at once, because each waits for the end of the lease.
    await Promise.all((['sqlite', 'postgres'] as const).map(killAnImport));
  }).timeout(120_000);
});

async function killAnImport(engine: Engine): Promise<void> {
  const env = { DATABASE_URL: await freshDatabaseUrl(engine), DATA_DIR: tempFolder() };
  await startServer(env);
  const file = join(env.DATA_DIR, 'people.csv');
  const lines = Array.from({ length: LINES }, (_, index) => `p${index},p${index}@acme.example`);
  writeFileSync(file, `userName,email\n${lines.join('\n')}\n`);
  const store = await openStore(env.DATABASE_URL);
  whenDone(() => store.close());
  const importing = startChild(commandLine, ['people', 'import', file], env);
  await importOf(store, ({ processed }) => processed > LINES / 10);
  importing.kill('SIGKILL');
  const { processed } = await importOf(store, (job) => shownState(job, Date.now()) === 'interrupted');
  expect(processed, engine).to.be.within(1, LINES - 1);
  expect((await importOf(store, ({ state }) => state === 'done')).processed, engine).to.equal(LINES);
  const names = await store.db.selectFrom('users').select('userName').execute();
  const distinct = new Set(names.map(({ userName }) => userName)).size;
  expect([names.length, distinct], engine).to.deep.equal([LINES, LINES]);
}

/** Waits until there is an import in some state. */
async function importOf({ db }: Store, isWanted: (job: Job) => boolean): Promise<Job> {
  for (;;) {
    const found = (await listJobs(db, 9)).find((job) => job.kind === 'import' && isWanted(job));
    if (found) return found;
    await setTimeout(20);
  }
}
