import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { AppError, Conflict, NotFound } from '../errors.ts';
import { newId } from '../identifier.ts';
import {
  deleteJobItems,
  deleteJobsBefore,
  findJob,
  insertJob,
  type Job,
  type JobItem,
  listJobItems,
  listJobs,
  lockJob,
  updateJob,
  writeJobItems,
} from '../store/jobs.ts';
import { type JobKind, jobSteps, type NewJob, type Outcome } from './steps.ts';

const AT_ONCE = 100;
const ALL = 1_000_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** The job with an ID. @throws NotFound */
export async function getJob({ store }: Deps, id: string): Promise<Job> {
  const job = await findJob(store.db, id);
  if (!job) throw new NotFound('This work is not on record any more.');
  return job;
}

/** Writes a job down, ready to be worked off. @param startedBy the name of who began it */
export async function addJob(deps: Deps, { kind, input, items = [], total }: NewJob, startedBy: string): Promise<Job> {
  const { db } = deps.store;
  const now = deps.now();
  const bookkeeping = { worked: 0, counts: {}, fault: null, createdAt: now, changedAt: now };
  const job: Job = {
    id: newId(deps),
    kind,
    input,
    startedBy,
    total: total ?? items.length,
    state: 'filling',
    ...bookkeeping,
  };
  await insertJob(db, job);
  for (let start = 0; start < items.length; start += AT_ONCE)
    await db
      .transaction()
      .execute((trx) => writeJobItems(trx, job.id, newItems(items.slice(start, start + AT_ONCE), start)));
  const ready: Job = { ...job, state: 'running' };
  await updateJob(db, ready);
  return ready;
}

/** Runs a job: what is quick is done when this returns, and the rest goes on in the background. Returns how it stands. */
export async function runJob(deps: Deps, id: string): Promise<Job> {
  const more = await workSlice(deps, id).catch((error: unknown) => stopped(deps, id, error));
  const job = await getJob(deps, id);
  if (more) inBackground(deps, id);
  return job;
}

/** Works a job off to its end. Returns how it stands then. */
export async function workOff(deps: Deps, id: string): Promise<Job> {
  try {
    while (await workSlice(deps, id));
  } catch (error) {
    await stopped(deps, id, error);
  }
  return getJob(deps, id);
}

/** Lets a job run that was stopped; or one of the kind 'plan' do what it has found out. @throws NotFound, Conflict */
export async function continueJob(deps: Deps, id: string): Promise<Job> {
  return change(deps, id, (job) => {
    if (job.state === 'stopped') return { ...job, state: 'running', fault: null };
    if (job.kind !== 'plan' || job.state !== 'done') throw new Conflict('This is under way already.');
    return { ...job, kind: 'import' satisfies JobKind, state: 'running', worked: 0, counts: {} };
  });
}

/** Stops a job after the slice that is under way. What is done stays done. @throws NotFound */
export async function stopJob(deps: Deps, id: string): Promise<Job> {
  return change(deps, id, (job) => (job.state === 'running' ? { ...job, state: 'stopped' } : job));
}

/** The job that activates those again whom a job has deactivated. @throws NotFound, Conflict where it has not */
export async function undoOf(deps: Deps, id: string): Promise<NewJob> {
  const { kind, input } = await getJob(deps, id);
  if (kind !== 'deactivate') throw new Conflict('This cannot be undone.');
  const done = await listJobItems(deps.store.db, id, 'done', { limit: ALL, after: 0 });
  return { kind: 'activate', input, items: done.map(({ item }) => item) };
}

/** Goes on with jobs to which nothing has happened for some minutes, such as when the server was stopped, and forgets old ones. */
export async function sweepJobs(deps: Deps, idleMinutes = 5): Promise<void> {
  const { db } = deps.store;
  const now = deps.now();
  await deleteJobsBefore(db, now - DAY_MS, 'filling');
  await deleteJobsBefore(db, now - DAY_MS, 'done', 'plan');
  for (const state of ['done', 'stopped'] as const) await deleteJobsBefore(db, now - 30 * DAY_MS, state);
  for (const { id, changedAt } of await listJobs(db, ALL, 'running'))
    if (changedAt <= now - idleMinutes * MINUTE_MS) inBackground(deps, id);
}

function newItems(items: unknown[], before: number): JobItem[] {
  return items.map((item, index) => ({ position: before + index + 1, item, outcome: null, reason: null }));
}

/** Whatever fails here has been written down with the job; where it could not be, the server is ending, and goes on when it begins anew. */
function inBackground(deps: Deps, id: string): void {
  workOff(deps, id).catch((error: unknown) => deps.log.warn({ err: error, job: id }, 'a job waits to be gone on with'));
}

/**
 * Works off some items in one transaction, together with how far the job is: whatever ends the process, no item is done twice or by half, and
 * several processes may work on one job. Returns whether there is more to do.
 */
async function workSlice(deps: Deps, id: string): Promise<boolean> {
  return deps.store.db.transaction().execute(async (trx) => {
    const job = await lockJob(trx, id);
    if (job?.state !== 'running') return false;
    const step = jobSteps[job.kind as JobKind];
    const items = await step.next(trx, job, AT_ONCE);
    const outcomes = await step.work(trx, deps, items, job);
    await keep(trx, id, items, outcomes);
    const more = items.length === AT_ONCE;
    if (!more) await step.finish?.(trx, deps, job);
    const [worked, counts] = [job.worked + items.length, counted(job.counts, outcomes)];
    await updateJob(trx, { ...job, worked, counts, state: more ? 'running' : 'done', changedAt: deps.now() });
    return more;
  });
}

async function keep(db: Db, id: string, items: JobItem[], outcomes: Outcome[]): Promise<void> {
  const worked = items.map(({ position }, index) => ({ position, ...outcomes[index] }));
  const kept = worked.flatMap(({ position, outcome = null, keep: item, reason = null }) =>
    item === undefined ? [] : [{ position, item, outcome, reason }],
  );
  await deleteJobItems(
    db,
    id,
    worked.filter(({ keep: item }) => item === undefined).map(({ position }) => position),
  );
  await writeJobItems(db, id, kept);
}

function counted(counts: Job['counts'], outcomes: Outcome[]): Job['counts'] {
  const sums = { ...counts };
  for (const { outcome } of outcomes) sums[outcome] = (sums[outcome] ?? 0) + 1;
  return sums;
}

async function change(deps: Deps, id: string, changed: (job: Job) => Job): Promise<Job> {
  return deps.store.db.transaction().execute(async (trx) => {
    const job = await lockJob(trx, id);
    if (!job) throw new NotFound('This work is not on record any more.');
    const after = { ...changed(job), changedAt: deps.now() };
    await updateJob(trx, after);
    return after;
  });
}

/** Writes down why a job did not go on. Where not even that can be written, it goes on by itself later. */
async function stopped(deps: Deps, id: string, error: unknown): Promise<false> {
  const fault = error instanceof AppError ? error.message : 'Something went wrong; the log of the server says what.';
  await change(deps, id, (job) => ({ ...job, state: 'stopped', fault }));
  if (!(error instanceof AppError)) deps.log.error({ err: error, job: id }, 'a job stopped');
  return false;
}
