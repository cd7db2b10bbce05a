import { setTimeout } from 'node:timers/promises';
import { actAs } from '../audit/actor.ts';
import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { AppError, DatabaseFault } from '../errors.ts';
import { changeMembers, changePeople } from '../people/bulk.ts';
import { nextWithValue, rewriteValues } from '../people/changeCustomAttribute.ts';
import { refreshAttributes } from '../people/customAttributes.ts';
import { addPeopleIn, removePeopleIn } from '../people/groups.ts';
import { importLines, planLines } from '../people/importPeople.ts';
import { finishRemoval, nextManaged, releasePeople } from '../sources/removal.ts';
import {
  deleteJobItems,
  extendLease,
  type ItemOutcome,
  type Job,
  type JobItem,
  type JobKind,
  listJobsBefore,
  listUnleasedJobs,
  lockJob,
  nextJobItems,
  takeLease,
  updateJob,
  writeJobItems,
} from '../store/jobs.ts';
import { failJob, getJob, leaseFrom, removeJob } from './jobs.ts';

const BATCH = 100;
const DAY_MS = 86_400_000;

/** How often each server looks for jobs to take over, in milliseconds. With the lease, a job waits for twelve seconds at most. */
export const TAKE_OVER_EVERY_MS = 3_000;

/** How a kind of job processes a batch of its items, in the transaction that records its progress. */
type Steps = {
  next?: (db: Db, job: Job, limit: number) => Promise<JobItem[]>; // nextJobItems by default
  process: (db: Db, deps: Deps, items: JobItem[], job: Job) => Promise<ItemOutcome[]>;
  finish?: (db: Db, deps: Deps, job: Job) => Promise<void>;
};

const steps: Record<JobKind, Steps> = {
  preview: { process: planLines },
  import: { process: importLines },
  activate: { process: (db, deps, items) => changePeople(db, deps, items, 'activate') },
  deactivate: { process: (db, deps, items) => changePeople(db, deps, items, 'deactivate') },
  remove: { process: (db, deps, items) => changePeople(db, deps, items, 'remove') },
  group: { process: (db, deps, items, { input }) => changeMembers(db, deps, items, input.group ?? '', addPeopleIn) },
  ungroup: {
    process: (db, deps, items, { input }) => changeMembers(db, deps, items, input.group ?? '', removePeopleIn),
  },
  source: {
    next: nextManaged,
    process: (db, deps, items, { input }) => releasePeople(db, deps, items, input.people === 'deactivate'),
    finish: finishRemoval,
  },
  attribute: { next: nextWithValue, process: rewriteValues },
};

/** Starts a job: a small one is done when this returns, a large one continues in the background. Returns the job as it is then. */
export async function startJob(deps: Deps, id: string): Promise<Job> {
  const more = await processBatch(deps, id).catch((error: unknown) => fail(deps, id, error));
  const job = await getJob(deps, id);
  if (more) inBackground(deps, id);
  return job;
}

/** Runs a job to its end, or until the process stops. Returns the job as it is then. @param onBatch called after each batch */
export async function runJob(deps: Deps, id: string, onBatch?: (job: Job) => void): Promise<Job> {
  const { stopping } = deps.background;
  try {
    while (!stopping.aborted && (await processBatchAndPause(deps, id))) onBatch?.(await getJob(deps, id));
    if (stopping.aborted) await extendLease(deps.store.db, id, 0); // the next server need not wait
  } catch (error) {
    await fail(deps, id, error);
  }
  return getJob(deps, id);
}

/** Continues running jobs whose process has ended. Each is taken over by only one of several servers. */
export async function takeOverJobs(deps: Deps): Promise<void> {
  const { db } = deps.store;
  for (const id of await listUnleasedJobs(db, deps.now())) {
    if (!(await takeLease(db, id, deps.now(), leaseFrom(deps)))) continue;
    deps.log.info({ job: id }, 'job taken over');
    inBackground(deps, id);
  }
}

/** Deletes jobs that ended, or were never completely written, some time ago. */
export async function deleteOldJobs(deps: Deps): Promise<void> {
  const { db } = deps.store;
  const [yesterday, lastMonth] = [deps.now() - DAY_MS, deps.now() - 30 * DAY_MS];
  const old = [
    listJobsBefore(db, yesterday, 'queued'),
    listJobsBefore(db, yesterday, 'done', 'preview'),
    ...(['done', 'paused', 'failed'] as const).map((state) => listJobsBefore(db, lastMonth, state)),
  ];
  for (const id of (await Promise.all(old)).flat()) await removeJob(deps, id);
}

/** A failure is recorded with the job. If even that fails, the server is stopping, and takeOverJobs resumes the job later. */
function inBackground(deps: Deps, id: string): void {
  const ended = runJob(deps, id).then(
    () => {},
    (error: unknown) => deps.log.warn({ err: error, job: id }, 'job interrupted, will resume'),
  );
  deps.background.add(ended);
}

/**
 * Pauses after a batch for as long as it took: half of the time belongs to requests. On SQLite a batch has the write lock, for which
 * other processes wait.
 */
async function processBatchAndPause(deps: Deps, id: string): Promise<boolean> {
  const start = deps.now();
  const more = await processBatch(deps, id);
  await setTimeout(more ? deps.now() - start : 0);
  return more;
}

/**
 * Processes some items in one transaction together with the job's progress: no item is processed twice or by half if the process dies,
 * and several processes may work on one job. Returns whether there are more items.
 */
async function processBatch(deps: Deps, id: string): Promise<boolean> {
  await refreshAttributes(deps); // another process may have changed them
  return deps.store.db.transaction().execute(async (trx) => {
    const job = await lockJob(trx, id);
    if (job?.state !== 'running') return false;
    const { next = nextJobItems, process, finish } = steps[job.kind];
    const items = await next(trx, job, BATCH);
    const outcomes = await actAs(deps, job.actor, () => process(trx, deps, items, job));
    await recordOutcomes(trx, id, items, outcomes);
    const more = items.length === BATCH;
    if (!more) await actAs(deps, job.actor, async () => finish?.(trx, deps, job));
    const [processed, counts] = [job.processed + items.length, countOutcomes(job.counts, outcomes)];
    const state = more ? ('running' as const) : ('done' as const);
    const times = { changedAt: deps.now(), leasedUntil: leaseFrom(deps) };
    await updateJob(trx, { ...job, processed, counts, state, ...times });
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
  if (error instanceof DatabaseFault) throw error; // not the job's fault: takeOverJobs resumes it
  const expected = error instanceof AppError;
  await failJob(deps, id, expected ? error.message : 'An unexpected error occurred. See the server log for details.');
  if (!expected) deps.log.error({ err: error, job: id }, 'job failed');
  return false;
}
