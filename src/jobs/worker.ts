import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { AppError } from '../errors.ts';
import { addToGroup, changePeople } from '../people/bulk.ts';
import { importLines, planLines } from '../people/importPeople.ts';
import { finishRemoval, nextManaged, releasePeople } from '../sources/removal.ts';
import {
  deleteJobItems,
  deleteJobsBefore,
  type ItemOutcome,
  type Job,
  type JobItem,
  type JobKind,
  listJobs,
  lockJob,
  nextJobItems,
  updateJob,
  writeJobItems,
} from '../store/jobs.ts';
import { failJob, getJob } from './jobs.ts';

const BATCH = 100;
const ALL = 1_000_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** How a kind of job processes a batch of its items, in the transaction that records its progress. */
type Steps = {
  next?: (db: Db, job: Job, limit: number) => Promise<JobItem[]>; // nextJobItems by default
  process: (db: Db, deps: Deps, items: JobItem[], job: Job) => Promise<ItemOutcome[]>;
  finish?: (db: Db, deps: Deps, job: Job) => Promise<void>;
};

const steps: Record<JobKind, Steps> = {
  preview: { process: (db, _deps, items) => planLines(db, items) },
  import: { process: importLines },
  activate: { process: (db, deps, items) => changePeople(db, deps, items, 'activate') },
  deactivate: { process: (db, deps, items) => changePeople(db, deps, items, 'deactivate') },
  remove: { process: (db, deps, items) => changePeople(db, deps, items, 'remove') },
  group: { process: (db, deps, items, { input }) => addToGroup(db, deps, items, input.group ?? '') },
  source: {
    next: nextManaged,
    process: (db, deps, items, { input }) => releasePeople(db, deps, items, input.people === 'deactivate'),
    finish: finishRemoval,
  },
};

/** Starts a job: a small one is done when this returns, a large one continues in the background. Returns the job as it is then. */
export async function startJob(deps: Deps, id: string): Promise<Job> {
  const more = await processBatch(deps, id).catch((error: unknown) => fail(deps, id, error));
  const job = await getJob(deps, id);
  if (more) inBackground(deps, id);
  return job;
}

/** Runs a job to its end. Returns the job as it is then. */
export async function runJob(deps: Deps, id: string): Promise<Job> {
  try {
    while (!deps.background.stopping.aborted && (await processBatch(deps, id)));
  } catch (error) {
    await fail(deps, id, error);
  }
  return getJob(deps, id);
}

/** Resumes jobs that have not progressed for some minutes, for example because the server stopped, and deletes old ones. */
export async function sweepJobs(deps: Deps, idleMinutes = 5): Promise<void> {
  const { db } = deps.store;
  const now = deps.now();
  await deleteJobsBefore(db, now - DAY_MS, 'queued');
  await deleteJobsBefore(db, now - DAY_MS, 'done', 'preview');
  for (const state of ['done', 'paused', 'failed'] as const) await deleteJobsBefore(db, now - 30 * DAY_MS, state);
  for (const { id, changedAt } of await listJobs(db, ALL, 'running'))
    if (changedAt <= now - idleMinutes * MINUTE_MS) inBackground(deps, id);
}

/** A failure is recorded with the job. If even that fails, the server is stopping, and sweepJobs resumes the job later. */
function inBackground(deps: Deps, id: string): void {
  const ended = runJob(deps, id).then(
    () => {},
    (error: unknown) => deps.log.warn({ err: error, job: id }, 'job interrupted, will resume'),
  );
  deps.background.add(ended);
}

/**
 * Processes some items in one transaction together with the job's progress: no item is processed twice or by half if the process dies,
 * and several processes may work on one job. Returns whether there are more items.
 */
async function processBatch(deps: Deps, id: string): Promise<boolean> {
  return deps.store.db.transaction().execute(async (trx) => {
    const job = await lockJob(trx, id);
    if (job?.state !== 'running') return false;
    const { next = nextJobItems, process, finish } = steps[job.kind];
    const items = await next(trx, job, BATCH);
    const outcomes = await process(trx, deps, items, job);
    await recordOutcomes(trx, id, items, outcomes);
    const more = items.length === BATCH;
    if (!more) await finish?.(trx, deps, job);
    const [processed, counts] = [job.processed + items.length, countOutcomes(job.counts, outcomes)];
    await updateJob(trx, { ...job, processed, counts, state: more ? 'running' : 'done', changedAt: deps.now() });
    return more;
  });
}

async function recordOutcomes(db: Db, id: string, items: JobItem[], outcomes: ItemOutcome[]): Promise<void> {
  const processed = items.map(({ position }, index) => ({ position, ...outcomes[index] }));
  const kept = processed.flatMap(({ position, outcome = null, keep: item, reason = null }) =>
    item === undefined ? [] : [{ position, item, outcome, reason }],
  );
  const others = processed.filter(({ keep }) => keep === undefined).map(({ position }) => position);
  await deleteJobItems(db, id, others);
  await writeJobItems(db, id, kept);
}

function countOutcomes(counts: Job['counts'], outcomes: ItemOutcome[]): Job['counts'] {
  const sums = { ...counts };
  for (const { outcome } of outcomes) sums[outcome] = (sums[outcome] ?? 0) + 1;
  return sums;
}

async function fail(deps: Deps, id: string, error: unknown): Promise<false> {
  const expected = error instanceof AppError;
  await failJob(deps, id, expected ? error.message : 'An unexpected error occurred. See the server log for details.');
  if (!expected) deps.log.error({ err: error, job: id }, 'job failed');
  return false;
}
