import { getJob, resumeJob, shownState, titleOf } from '../jobs/jobs.ts';
import { listJobs } from '../store/jobs.ts';
import { command, Refused } from './command.ts';
import { operand } from './options.ts';
import { isoTime, table } from './print.ts';
import { runShown } from './shownJob.ts';

const LISTED = 100;

export const jobCommands = [
  command({
    name: 'job list',
    summary: 'List the newest imports and bulk changes.',
    async run({ deps }) {
      const jobs = await listJobs(deps.store.db, LISTED);
      const json = jobs.map((job) => ({
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
      const rows = json.map(({ id, title, state, processed, total, startedBy, createdAt }) => ({
        ...{ JOB: title, STATE: state, DONE: `${processed} of ${total}` },
        ...{ 'STARTED BY': startedBy, STARTED: createdAt, ID: id },
      }));
      return { json, text: table(rows, 'There are no jobs.') };
    },
  }),
  command({
    name: 'job resume',
    operands: [operand('ID')],
    summary: 'Continue a job that was paused, interrupted or failed, and wait until it is done.',
    async run(call, id) {
      const { deps } = call;
      const found = await getJob(deps, id);
      if (found.state === 'done') throw new Refused('This job is done.');
      const job = shownState(found, deps.now()) === 'interrupted' ? found : await resumeJob(deps, id);
      const { state, processed, counts } = await runShown(call, job, titleOf(job));
      const outcomes = Object.entries(counts).map(([outcome, count]) => `${outcome} ${count.toLocaleString('en')}`);
      return {
        json: { id, state, processed, counts },
        text: `${titleOf(job)}: done.${outcomes.length > 0 ? ` (${outcomes.join(', ')})` : ''}`,
      };
    },
  }),
];
