import { shownState, titleOf } from '../jobs/jobs.ts';
import { listJobs } from '../store/jobs.ts';
import { type Command, isoTime, table } from './command.ts';

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
      const rows = jobs.map(({ title, state, processed, total, startedBy, createdAt }) => [
        title,
        state,
        `${processed} of ${total}`,
        startedBy,
        createdAt ?? '',
      ]);
      return { json: jobs, text: table(['JOB', 'STATE', 'DONE', 'STARTED BY', 'STARTED'], rows, 'There are no jobs.') };
    },
  },
];
