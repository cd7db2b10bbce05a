import { getJob, resumeJob, shownState, titleOf } from '../jobs/jobs.ts';
import { listJobs } from '../store/jobs.ts';
import { type Call, type Command, isoTime, type Output, Refused, runShown, table } from './command.ts';

const LISTED = 100;

export const jobCommands: Command[] = [
  {
    name: 'job list',
    operands: '',
    summary: 'List the newest imports and bulk changes.',
    run: async ({ deps }) => {
      const jobs = (await listJobs(deps.store.db, LISTED)).map((job) => ({
        id: job.id,
        title: titleOf(job),
        state: shownState(job, deps.now()),
        processed: job.processed,
        total: job.total,
        failure: job.failure,
        startedBy: job.startedBy,
        createdAt: isoTime(job.createdAt),
        changedAt: isoTime(job.changedAt),
      }));
      const rows = jobs.map(({ id, title, state, processed, total, startedBy, createdAt }) => [
        title,
        state,
        `${processed} of ${total}`,
        startedBy,
        createdAt ?? '',
        id,
      ]);
      const titles = ['JOB', 'STATE', 'DONE', 'STARTED BY', 'STARTED', 'ID'];
      return { json: jobs, text: table(titles, rows, 'There are no jobs.') };
    },
  },
  {
    name: 'job resume',
    operands: 'ID',
    summary: 'Continue a job that was paused, interrupted or failed, and wait until it is done.',
    run: resume,
  },
];

async function resume(call: Call): Promise<Output> {
  const { deps, operands } = call;
  const [id = ''] = operands;
  const found = await getJob(deps, id);
  if (found.state === 'done') throw new Refused('This job is done.');
  const job = shownState(found, deps.now()) === 'interrupted' ? found : await resumeJob(deps, id);
  const { state, processed, counts } = await runShown(call, job, titleOf(job));
  const outcomes = Object.entries(counts).map(([outcome, count]) => `${outcome} ${count.toLocaleString('en')}`);
  return {
    json: { id, state, processed, counts },
    text: `${titleOf(job)}: done.${outcomes.length > 0 ? ` (${outcomes.join(', ')})` : ''}`,
  };
}
