import { setImmediate } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type Db, openStore } from '../../src/db/open.ts';
import { addJob, continueJob, getJob, runJob, stopJob, sweepJobs, undoOf, workOff } from '../../src/jobs/jobs.ts';
import { readImport } from '../../src/people/importPeople.ts';
import { findJob, listJobItems } from '../../src/store/jobs.ts';
import { findUser } from '../../src/store/users.ts';
import { insertUser } from '../../src/store/writeUsers.ts';
import { outcomeOf, startChild } from '../support/childProcess.ts';
import { aUser } from '../support/rows.ts';
import { freshDatabaseUrl, withStores } from '../support/stores.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

const DAY_MS = 86_400_000;

describe('directory/jobs', () => {
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

    it('does what is quick at once, and the rest in the background', async () => {
      const few = await run('deactivate', ids.slice(0, 3));
      expect(few).to.include({ state: 'done', worked: 3, total: 3, startedBy: 'Maya' });
      const many = await run('deactivate', ids);
      expect(many).to.include({ state: 'running', worked: 100 });
      expect(await ended(many.id)).to.deep.include({ worked: 250, counts: { done: 247, unchanged: 3 } });
      expect(await activeOnes()).to.equal(0);
    });

    it('goes on where nothing has happened to it for some minutes', async () => {
      const { id } = await addJob(deps, { kind: 'deactivate', input: {}, items: ids }, 'Maya');
      await sweepJobs(deps);
      expect((await getJob(deps, id)).worked).to.equal(0);
      deps.clock.advance(5 * 60_000);
      await sweepJobs(deps);
      expect(await ended(id)).to.deep.include({ state: 'done', counts: { done: 250 } });
    });

    it('is worked off by several processes at once, each person once', async () => {
      const { id } = await addJob(deps, { kind: 'remove', input: {}, items: ids }, 'Maya');
      await Promise.all([workOff(deps, id), workOff(deps, id), workOff(deps, id)]);
      expect(await getJob(deps, id)).to.deep.include({ state: 'done', worked: 250, counts: { done: 250 } });
      expect(await findUser(deps.store.db, ids[249] ?? '')).to.equal(undefined);
      expect(await listJobItems(deps.store.db, id, 'done', { limit: 9, after: 0 })).to.deep.equal([]);
    });

    it('is stopped between two people, and gone on with', async () => {
      const job = await addJob(deps, { kind: 'deactivate', input: {}, items: ids }, 'Maya');
      const slow = heldBefore(deps, 3);
      const work = workOff(slow.deps, job.id);
      await slow.held;
      expect(await stopJob(deps, job.id)).to.include({ state: 'stopped', worked: 200 });
      slow.goOn();
      expect(await work).to.include({ state: 'stopped', worked: 200 });
      expect(await activeOnes()).to.equal(50);
      await sweepJobs(deps, 0);
      expect((await getJob(deps, job.id)).state).to.equal('stopped');
      await continueJob(deps, job.id);
      expect((await workOff(deps, job.id)).state).to.equal('done');
      expect(await activeOnes()).to.equal(0);
      expect(await failure(continueJob(deps, job.id))).to.contain('under way already');
      expect((await stopJob(deps, job.id)).state).to.equal('done');
    });

    it('says why it stopped, with the slice that failed undone', async () => {
      const group = await run('group', ids.slice(0, 2), { group: 'gone' });
      expect(group).to.include({ state: 'stopped', fault: 'There is no such group.', worked: 0 });

      const { id } = await addJob(deps, { kind: 'import', input: {}, items: [null] }, 'Maya');
      expect((await runJob(deps, id)).fault).to.contain('the log of the server says what');
      expect(deps.logged.map(({ msg }) => msg)).to.include('a job stopped');
    });

    it('activates those again whom it has deactivated, and nobody else', async () => {
      await run('deactivate', ids.slice(0, 2));
      const second = await run('deactivate', ids.slice(0, 5));
      const undone = await addJob(deps, await undoOf(deps, second.id), 'Maya');
      expect(await workOff(deps, undone.id)).to.deep.include({ kind: 'activate', counts: { done: 3 } });
      expect(await activeOnes()).to.equal(248);
      expect(await failure(undoOf(deps, undone.id))).to.contain('cannot be undone');
    });

    it('is forgotten after a month, and a plan that nobody agreed to after a day', async () => {
      const done = await run('deactivate', ids.slice(0, 1));
      const plan = await run('plan', []);
      deps.clock.advance(DAY_MS + 1);
      await sweepJobs(deps);
      expect([await kept(done.id), await kept(plan.id)]).to.deep.equal([true, false]);
      deps.clock.advance(30 * DAY_MS);
      await sweepJobs(deps);
      expect(await kept(done.id)).to.equal(false);
      expect(await failure(getJob(deps, done.id))).to.contain('not on record');
    });

    async function run(kind: 'deactivate' | 'remove' | 'group' | 'plan', items: unknown[], input = {}) {
      const { id } = await addJob(deps, { kind, input, items }, 'Maya');
      return runJob(deps, id);
    }

    async function ended(id: string) {
      let job = await getJob(deps, id);
      while (job.state === 'running') {
        await setImmediate(); // reads alone leave no turn to others
        job = await getJob(deps, id);
      }
      return job;
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

describe('a process that is killed in the middle of an import', () => {
  for (const engine of ['sqlite', 'postgres'] as const)
    it(`leaves no line half done, and none undone when another goes on (${engine})`, async () => {
      const url = await freshDatabaseUrl(engine);
      const before = await testDeps({ store: await openStore(url) });
      const lines = Array.from({ length: 1_500 }, (_, index) => `p${index},p${index}@acme.example,p${index + 1}`);
      const read = await readImport(Buffer.from(`userName,email,manager\n${lines.join('\n')}\np1500,,\n`));
      if (!read.ok) throw new Error('the file is not read');
      const { id } = await addJob(before, read.value, 'Maya');
      await workOff(before, id);
      await continueJob(before, id);
      await before.store.close();
      await killedAfter(500, url, id);
      const deps = await testDeps({ store: await openStore(url), seed: 'another' });
      const { worked, counts } = await getJob(deps, id);
      expect(worked).to.be.within(500, 1_500);
      expect([counts, await wholePeople(deps)]).to.deep.equal([{ create: worked }, worked]);
      expect(await workOff(deps, id)).to.deep.include({ state: 'done', worked: 1_501, counts: { create: 1_501 } });
      expect(await wholePeople(deps)).to.equal(1_501);
      await deps.store.close();
    });
});

/** A program that waits before one of its transactions, the first being 1. `held` settles when it has come there. */
function heldBefore(deps: TestDeps, transaction: number) {
  const [came, goes] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  let begun = 0;
  const { db } = deps.store;
  const begin = () => ({
    execute: async (work: (trx: Db) => Promise<unknown>) => {
      begun += 1;
      if (begun === transaction) {
        came.resolve();
        await goes.promise;
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
  return { deps: { ...deps, store: { ...deps.store, db: slow } }, held: came.promise, goOn: goes.resolve };
}

/** How many people there are, of whom each has their search words and, but for the last, their address and their manager. */
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

/** Has another process work a job off, which is killed when so many items are done. */
async function killedAfter(items: number, url: string, id: string): Promise<void> {
  const worker = fileURLToPath(new URL('support/jobWorker.ts', import.meta.url));
  const { stderr } = await outcomeOf(startChild(worker, [url, id, String(items)]));
  expect(stderr).to.equal('');
}

async function failure(attempt: Promise<unknown>): Promise<string> {
  return attempt.then(
    () => '',
    (error: Error) => error.message,
  );
}
