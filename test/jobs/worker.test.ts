import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { openBackground } from '../../src/background.ts';
import { type Db, openStore } from '../../src/db/open.ts';
import { DatabaseFault } from '../../src/errors.ts';
import { createImport, createJob, getJob, LEASE_MS, pauseJob, resumeJob, shownState } from '../../src/jobs/jobs.ts';
import { deleteOldJobs, runJob, startJob, TAKE_OVER_EVERY_MS, takeOverJobs } from '../../src/jobs/worker.ts';
import { personAttributes } from '../../src/people/attributes.ts';
import { readImport } from '../../src/people/importPeople.ts';
import { findJob, listJobItems } from '../../src/store/jobs.ts';
import { findUser } from '../../src/store/users.ts';
import { outcomeOf, startChild } from '../support/childProcess.ts';
import { aUser, insertUser } from '../support/rows.ts';
import { freshDatabaseUrl, withStores } from '../support/stores.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

const DAY_MS = 86_400_000;

describe('jobs/worker', () => {
  withStores((open) => {
    let deps: TestDeps;
    let ids: string[];

    beforeEach(async () => {
      deps = await testDeps({ store: await open() });
      const people = Array.from({ length: 250 }, () => aUser());
      ids = people.map(({ id }) => id);
      await deps.store.db.transaction().execute(async (trx) => {
        for (const person of people) await insertUser(trx, person, null);
      });
    });

    it('runs a small job at once and a large one in the background', async () => {
      const few = await run('deactivate', ids.slice(0, 3));
      expect(few).to.include({ state: 'done', processed: 3, total: 3, startedBy: 'Maya' });
      const many = await run('deactivate', ids);
      expect(many).to.include({ state: 'running', processed: 100 });
      expect(await ended(many.id)).to.deep.include({ processed: 250, counts: { done: 247, unchanged: 3 } });
      expect(await activeOnes()).to.equal(0);
    });

    it('takes over a job whose process has ended within 15 seconds, and shows it as interrupted until then', async () => {
      const started = await createJob(deps, { kind: 'deactivate', input: {}, items: ids }, 'Maya');
      const slow = heldBefore(deps, 2);
      const dead = runJob(slow.deps, started.id); // after its first batch, this process does nothing more
      await slow.held;
      deps.clock.advance(LEASE_MS - 1);
      await takeOverJobs(deps);
      expect(await stateOf(started.id)).to.deep.equal(['running', 100]);
      deps.clock.advance(1);
      expect(await stateOf(started.id)).to.deep.equal(['interrupted', 100]);
      expect(LEASE_MS + TAKE_OVER_EVERY_MS).to.be.lessThan(15_000);
      await takeOverJobs(deps);
      expect(await ended(started.id)).to.deep.include({ state: 'done', processed: 250, counts: { done: 250 } });
      slow.resume();
      expect(await dead).to.deep.include({ state: 'done', processed: 250, counts: { done: 250 } });
    });

    it('extends the lease with each batch', async () => {
      const { id } = await createJob(deps, { kind: 'deactivate', input: {}, items: ids }, 'Maya');
      const slow = heldBefore(deps, 2);
      deps.clock.advance(LEASE_MS - 1);
      const work = runJob(slow.deps, id);
      await slow.held;
      deps.clock.advance(1);
      await takeOverJobs(deps);
      expect(await stateOf(id)).to.deep.equal(['running', 100]);
      slow.resume();
      await work;
    });

    it('leaves a job to the next server when this one stops', async () => {
      const { id } = await createJob(deps, { kind: 'deactivate', input: {}, items: ids }, 'Maya');
      const slow = heldBefore(deps, 2);
      const work = runJob(slow.deps, id);
      await slow.held;
      deps.background.stop();
      slow.resume();
      await work;
      expect(await stateOf(id)).to.deep.equal(['interrupted', 200]);
      const next = { ...deps, background: openBackground() };
      await takeOverJobs(next);
      await next.background.finished();
      expect(await stateOf(id)).to.deep.equal(['done', 250]);
    });

    it('shows a job as interrupted whose process ended while it was prepared', async () => {
      const job = await createJob(deps, { kind: 'deactivate', input: {}, items: ids }, 'Maya');
      expect(shownState({ ...job, state: 'queued' }, deps.now() + LEASE_MS)).to.equal('interrupted');
      expect(shownState({ ...job, state: 'paused' }, deps.now() + LEASE_MS)).to.equal('paused');
    });

    it('lets several processes run one job, each person once', async () => {
      const { id } = await createJob(deps, { kind: 'remove', input: {}, items: ids }, 'Maya');
      await Promise.all([runJob(deps, id), runJob(deps, id), runJob(deps, id)]);
      expect(await getJob(deps, id)).to.deep.include({ state: 'done', processed: 250, counts: { done: 250 } });
      expect(await findUser(deps.store.db, ids[249] ?? '')).to.equal(undefined);
      expect(await listJobItems(deps.store.db, id, 'done', { limit: 9, after: 0 })).to.deep.equal([]);
    });

    it('pauses after the current batch and resumes', async () => {
      const job = await createJob(deps, { kind: 'deactivate', input: {}, items: ids }, 'Maya');
      const slow = heldBefore(deps, 3);
      const work = runJob(slow.deps, job.id);
      await slow.held;
      expect(await pauseJob(deps, job.id)).to.include({ state: 'paused', processed: 200 });
      slow.resume();
      expect(await work).to.include({ state: 'paused', processed: 200 });
      expect(await activeOnes()).to.equal(50);
      deps.clock.advance(LEASE_MS);
      await takeOverJobs(deps);
      expect((await getJob(deps, job.id)).state).to.equal('paused');
      await resumeJob(deps, job.id);
      expect((await runJob(deps, job.id)).state).to.equal('done');
      expect(await activeOnes()).to.equal(0);
      expect(await failure(resumeJob(deps, job.id))).to.contain('is not paused');
      expect((await pauseJob(deps, job.id)).state).to.equal('done');
    });

    it('records why a job failed, and undoes the failed batch', async () => {
      const group = await run('group', ids.slice(0, 2), { group: 'gone' });
      expect(group).to.include({ state: 'failed', failure: 'This group does not exist.', processed: 0 });

      const { id } = await createJob(deps, { kind: 'import', input: {}, items: [null] }, 'Maya');
      expect((await startJob(deps, id)).failure).to.contain('See the server log');
      expect(deps.logged.map(({ msg }) => msg)).to.include('job failed');
    });

    it('does not fail a job because the database is away: it is taken over later', async () => {
      const { id } = await createJob(deps, { kind: 'deactivate', input: {}, items: ids }, 'Maya');
      const { db } = deps.store;
      const begin = db.transaction.bind(db);
      const away = new DatabaseFault(503, 'The database is away.');
      db.transaction = () => {
        db.transaction = begin;
        throw away;
      };
      expect(await startJob(deps, id).catch((error: unknown) => error)).to.equal(away);
      expect(await getJob(deps, id)).to.include({ state: 'running', processed: 0, failure: null });
    });

    it('deletes a job after a month, and a preview after a day', async () => {
      const done = await run('deactivate', ids.slice(0, 1));
      const preview = await run('preview', []);
      deps.clock.advance(DAY_MS + 1);
      await deleteOldJobs(deps);
      expect([await kept(done.id), await kept(preview.id)]).to.deep.equal([true, false]);
      deps.clock.advance(30 * DAY_MS);
      await deleteOldJobs(deps);
      expect(await kept(done.id)).to.equal(false);
      expect(await failure(getJob(deps, done.id))).to.contain('no longer exists');
    });

    async function run(kind: 'deactivate' | 'remove' | 'group' | 'preview', items: unknown[], input = {}) {
      const { id } = await createJob(deps, { kind, input, items }, 'Maya');
      return startJob(deps, id);
    }

    async function ended(id: string) {
      let job = await getJob(deps, id);
      while (job.state === 'running') {
        await setImmediate(); // lets the background run
        job = await getJob(deps, id);
      }
      return job;
    }

    async function stateOf(id: string) {
      const job = await getJob(deps, id);
      return [shownState(job, deps.now()), job.processed];
    }

    async function activeOnes(): Promise<number> {
      const rows = await deps.store.db.selectFrom('users').select('id').where('active', '=', 1).execute();
      return rows.length;
    }

    async function kept(id: string): Promise<boolean> {
      return (await findJob(deps.store.db, id)) !== undefined;
    }
  });
});

describe('a process that is killed during an import', () => {
  for (const engine of ['sqlite', 'postgres'] as const)
    it(`leaves no line half written, and another process resumes the job (${engine})`, async () => {
      const url = await freshDatabaseUrl(engine);
      const before = await testDeps({ store: await openStore(url) });
      const lines = Array.from({ length: 1_500 }, (_, index) => `p${index},p${index}@acme.example,p${index + 1}`);
      const read = await readImport(
        Buffer.from(`userName,email,manager\n${lines.join('\n')}\np1500,,\n`),
        personAttributes,
      );
      if (!read.ok) throw new Error('the file is invalid');
      const preview = await createJob(before, read.value, 'Maya');
      await runJob(before, preview.id);
      const { id } = await createImport(before, preview.id, 'Maya');
      await before.store.close();
      await killedAfter(500, url, id);
      const deps = await testDeps({ store: await openStore(url), seed: 'another' });
      const { processed, counts } = await getJob(deps, id);
      expect(processed).to.be.within(500, 1_500);
      expect([counts, await wholePeople(deps)]).to.deep.equal([{ create: processed }, processed]);
      expect(await runJob(deps, id)).to.deep.include({ state: 'done', processed: 1_501, counts: { create: 1_501 } });
      expect(await wholePeople(deps)).to.equal(1_501);
      await deps.store.close();
    });
});

/** Deps that wait before a transaction, the first being 1. `held` settles when the transaction is about to start. */
function heldBefore(deps: TestDeps, transaction: number) {
  const [reached, resumed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let started = 0;
  const { db } = deps.store;
  const begin = () => ({
    execute: async (work: (trx: Db) => Promise<unknown>) => {
      started += 1;
      if (started === transaction) {
        reached.resolve();
        await resumed.promise;
      }
      return db.transaction().execute(work);
    },
  });
  const slow = new Proxy(db, {
    get: (target, name) => {
      if (name === 'transaction') return begin;
      const member = Reflect.get(target, name, target);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
  return { deps: { ...deps, store: { ...deps.store, db: slow } }, held: reached.promise, resume: resumed.resolve };
}

/** The number of people, each with search words and (except the last) e-mail address and manager. */
async function wholePeople({ store }: TestDeps): Promise<number> {
  const people = await store.db.selectFrom('users').select(['id', 'userName', 'managerId']).execute();
  const tokens = new Set(
    (await store.db.selectFrom('userTokens').select('userId').execute()).map(({ userId }) => userId),
  );
  const emails = await store.db.selectFrom('userEmails').select('userId').execute();
  const byName = new Map(people.map((person) => [person.userName, person.id]));
  for (const { id, userName, managerId } of people) {
    expect(tokens.has(id)).to.equal(true);
    expect(managerId).to.equal(byName.get(`p${Number(userName.slice(1)) + 1}`) ?? null);
  }
  expect(emails).to.have.length(people.length - 1);
  return people.length;
}

/** Runs a job in another process, which kills itself after some items. */
async function killedAfter(items: number, url: string, id: string): Promise<void> {
  const runner = fileURLToPath(new URL('support/runJob.ts', import.meta.url));
  const { stderr } = await outcomeOf(startChild(runner, [url, id, String(items)]));
  expect(stderr).to.equal('');
}

async function failure(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => '',
    (error: Error) => error.message,
  );
}
