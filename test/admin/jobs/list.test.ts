import { expect } from 'chai';
import { titleOf } from '../../../src/jobs/jobs.ts';
import { insertJob, type Job } from '../../../src/store/jobs.ts';
import { startAsPowerUser } from '../../support/client.ts';
import { testStart } from '../../support/testDeps.ts';

describe('admin/jobs/list', () => {
  it('shows each job with its title and state', async () => {
    const { anteroom, client } = await startAsPowerUser();
    expect((await client.get('/settings/jobs')).text).to.contain('No jobs yet');
    const jobs: [Partial<Job>, string, string][] = [
      [{ kind: 'remove', state: 'queued' }, 'Delete 1,200 people', 'Queued'],
      [{ kind: 'activate', state: 'running', processed: 100 }, 'Activate 1,200 people', '100 of 1,200'],
      [{ kind: 'activate', state: 'running', leasedUntil: testStart }, 'Activate 1,200 people', 'Interrupted'],
      [{ kind: 'deactivate', state: 'paused', total: 1 }, 'Deactivate 1 person', 'Paused'],
      [{ kind: 'group', state: 'failed', input: { name: 'Sales' } }, 'Add 1,200 people to Sales', 'Failed'],
      [{ kind: 'source', state: 'done', input: { name: 'Okta' } }, 'Remove Okta', 'Done'],
      [{ kind: 'preview', state: 'done' }, 'Preview of changes', 'Not imported'],
      [{ kind: 'import', state: 'done' }, 'Import people from a CSV file', 'Done'],
      [{ kind: 'preview', state: 'done', input: { importId: 'job 7' } }, 'Preview of changes', 'Done'],
    ];
    for (const [index, [values, title]] of jobs.entries()) {
      const job = aJob({ id: `job ${index}`, ...values });
      await insertJob(anteroom.deps.store.db, job);
      expect(titleOf(job)).to.equal(title);
    }
    const page = (await client.get('/settings/jobs')).text;
    const rows = [
      ...page.matchAll(/<tr>\s*<td class="text-break"><a [^>]*>([^<]+)<.*?<span class="badge [^"]*">([^<]+)</gs),
    ];
    expect(rows.map(([, title, state]) => [title, state]).reverse()).to.deep.equal(
      jobs.map(([, title, state]) => [title, state]),
    );
  });
});

function aJob(values: Partial<Job>): Job {
  const progress = { total: 1_200, processed: 0, counts: {}, failure: null };
  const times = { createdAt: testStart, changedAt: testStart, leasedUntil: testStart + 1 };
  const actor = { kind: 'person' as const, id: 'maya', name: 'maya', address: null };
  const base = { id: 'job', kind: 'remove' as const, state: 'done' as const, input: {}, startedBy: 'Maya', actor };
  return { ...base, ...progress, ...times, ...values };
}
