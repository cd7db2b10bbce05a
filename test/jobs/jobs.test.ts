import { expect } from 'chai';
import { createImport, createJob, getJob, pauseJob, resumeJob, undoOf } from '../../src/jobs/jobs.ts';
import { runJob } from '../../src/jobs/worker.ts';
import { personAttributes } from '../../src/people/attributes.ts';
import { readImport } from '../../src/people/importPeople.ts';
import { insertGroup } from '../../src/store/groups.ts';
import type { JobKind } from '../../src/store/jobs.ts';
import { countActiveUsers, findUserByUserName } from '../../src/store/users.ts';
import { aGroup, aUser, findMemberIds, insertUser } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

describe('jobs/jobs', () => {
  withStores((open) => {
    let deps: TestDeps;

    beforeEach(async () => {
      deps = await testDeps({ store: await open() });
    });

    it('creates a job with all its items, ready to run', async () => {
      const { id } = await create(
        'remove',
        Array.from({ length: 250 }, (_, index) => `person ${index}`),
      );
      const job = await getJob(deps, id);
      expect(job).to.deep.include({ state: 'running', total: 250, processed: 0, counts: {}, startedBy: 'Maya' });
      expect(await runJob(deps, id)).to.deep.include({ state: 'done', counts: { unchanged: 250 } });
    });

    it('throws NotFound for a job that does not exist', async () => {
      for (const call of [getJob, pauseJob, resumeJob, undoOf])
        expect(await failure(call(deps, 'none'))).to.equal('This job no longer exists.');
      expect(await failure(createImport(deps, 'none', 'Maya'))).to.equal('This job no longer exists.');
    });

    it('imports a preview once, as a job of its own', async () => {
      const read = await readImport(Buffer.from('userName\nnoor\nmaya\n'), personAttributes);
      if (!read.ok) throw new Error('the file is invalid');
      const preview = await createJob(deps, read.value, 'Maya');
      expect(await failure(createImport(deps, preview.id, 'Noor'))).to.contain('no preview');
      await runJob(deps, preview.id);
      expect(await findUserByUserName(deps.store.db, 'noor')).to.equal(undefined);
      const [first, second] = await Promise.all([1, 2].map(() => createImport(deps, preview.id, 'Noor')));
      expect(second?.id).to.equal(first?.id);
      expect(await runJob(deps, first?.id ?? '')).to.deep.include({
        kind: 'import',
        startedBy: 'Noor',
        state: 'done',
        total: 2,
        counts: { create: 2 },
      });
      expect(await findUserByUserName(deps.store.db, 'noor')).to.include({ active: true });
      expect(await getJob(deps, preview.id)).to.deep.include({ kind: 'preview', state: 'done', counts: { create: 2 } });
    });

    it('pauses a running job and resumes it', async () => {
      const { id } = await create('remove', ['someone']);
      expect(await pauseJob(deps, id)).to.include({ state: 'paused' });
      expect(await runJob(deps, id)).to.include({ state: 'paused', processed: 0 });
      expect(await resumeJob(deps, id)).to.include({ state: 'running', failure: null });
      expect(await failure(resumeJob(deps, id))).to.equal('This job is not paused.');
      expect(await runJob(deps, id)).to.include({ state: 'done' });
      expect(await pauseJob(deps, id)).to.include({ state: 'done' });
    });

    it('resumes a failed job without its failure', async () => {
      const { id } = await create('group', ['someone'], { group: 'deleted' });
      expect(await runJob(deps, id)).to.include({ state: 'failed', failure: 'This group does not exist.' });
      expect(await resumeJob(deps, id)).to.include({ state: 'running', failure: null });
    });

    it('undoes a job only for the people it changed, and deactivates no one who undoes it', async () => {
      const people = Array.from({ length: 5 }, () => aUser());
      for (const person of people) await insertUser(deps.store.db, person, null);
      const ids = people.map(({ id }) => id);
      await runJob(deps, (await create('deactivate', ids.slice(0, 2))).id);
      const second = await create('deactivate', ids);
      await runJob(deps, second.id);
      const undo = await createJob(deps, await undoOf(deps, second.id), 'Maya');
      expect(await runJob(deps, undo.id)).to.deep.include({ kind: 'activate', counts: { done: 3 } });
      expect(await countActiveUsers(deps.store.db, 'Intranet User')).to.equal(3);
      expect(await undoOf(deps, undo.id, ids[4])).to.deep.include({ kind: 'deactivate', items: ids.slice(2, 4) });
    });

    it('undoes additions to a group, but no deletion', async () => {
      const [anna, bert, group] = [aUser(), aUser(), aGroup()];
      for (const person of [anna, bert]) await insertUser(deps.store.db, person, null);
      await insertGroup(deps.store.db, group);
      await runJob(deps, (await create('group', [anna.id], { group: group.id })).id);
      const second = await create('group', [anna.id, bert.id], { group: group.id });
      await runJob(deps, second.id);
      await runJob(deps, (await createJob(deps, await undoOf(deps, second.id), 'Maya')).id);
      expect(await findMemberIds(deps.store.db, group.id)).to.deep.equal([anna.id]);
      const removal = await create('remove', [anna.id]);
      expect(await failure(undoOf(deps, removal.id))).to.equal('This job cannot be undone.');
    });

    function create(kind: JobKind, items: unknown[], input = {}) {
      return createJob(deps, { kind, input, items }, 'Maya');
    }
  });
});

function failure(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'It did not fail.',
    (error: Error) => error.message,
  );
}
