import { runJob } from '../jobs/worker.ts';
import type { Job } from '../store/jobs.ts';
import { type Call, Refused } from './command.ts';

const PROGRESS_FROM = 1_000;

/** Runs a job to its end, and shows its progress in steps of 5 %. @throws Refused as `finished` does */
export async function runShown({ deps, progress }: Call, { id, total }: Job, doing: string): Promise<Job> {
  let shown = 0;
  const job = await runJob(deps, id, ({ processed }) => {
    const percent = Math.floor((100 * processed) / total);
    if (total < PROGRESS_FROM || percent < shown + 5) return;
    shown = percent;
    progress(`${doing}: ${processed.toLocaleString('en')} of ${total.toLocaleString('en')} (${percent} %)`);
  });
  return finished(job);
}

/** Returns a job that ran to its end. @throws Refused if it failed, was interrupted, or someone paused it */
export function finished(job: Job): Job {
  if (job.state === 'done') return job;
  const resume = `Completed changes are kept. Resume with: anteroom job resume ${job.id}`;
  if (job.failure !== null) throw new Refused(job.failure);
  const done = `${job.processed.toLocaleString('en')} of ${job.total.toLocaleString('en')}`;
  throw new Refused(`${job.state === 'paused' ? 'Paused' : 'Interrupted'} after ${done}. ${resume}`);
}
