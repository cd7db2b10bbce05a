import { currentActor } from '../audit/actor.ts';
import { changesBetween } from '../audit/changes.ts';
import { type AuditTarget, recordChange } from '../audit/record.ts';
import { counted } from '../counted.ts';
import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { Conflict, NotFound } from '../errors.ts';
import { newId } from '../identifier.ts';
import {
  copyJobItems,
  deleteJob,
  deleteSomeJobItems,
  extendLease,
  findJob,
  insertJob,
  type Job,
  type JobKind,
  type JobState,
  listJobItems,
  lockJob,
  type NewJob,
  newItems,
  updateJob,
  writeJobItems,
} from '../store/jobs.ts';

const BATCH = 100;
const COPIED_AT_ONCE = 500;
const DELETED_AT_ONCE = 500;
const ALL = 1_000_000;

/** How long a job counts as worked on after each batch, in milliseconds. Afterwards, another process takes it over. */
export const LEASE_MS = 9_000;

/** Returns the job with an ID. @throws NotFound */
export async function getJob({ store }: Deps, id: string): Promise<Job> {
  return known(await findJob(store.db, id));
}

/** Returns the title of a job: what it does to how many people. */
export function titleOf({ kind, total, input: { name, reason } }: Job): string {
  const people = counted(total, 'person', 'people');
  const titles: Record<JobKind, string> = {
    preview: 'Preview of changes',
    import: 'Import people from a CSV file',
    activate: `Activate ${people}`,
    deactivate: `Deactivate ${people}`,
    remove: `Delete ${people}`,
    group: `Add ${people} to ${name}`,
    ungroup: `Remove ${people} from ${name}`,
    source: `Remove ${name}`,
    attribute: reason === 'removal' ? `Delete the values of ${name}` : `Update the values of ${name}`,
  };
  return titles[kind];
}

/** Returns the state of a job as people see it: interrupted if the process that worked on it has ended. */
export function shownState({ state, leasedUntil }: Job, now: number): JobState | 'interrupted' {
  return (state === 'running' || state === 'queued') && leasedUntil <= now ? 'interrupted' : state;
}

/** Creates a job that is ready to run. @param startedBy the name of the person who started it */
export async function createJob(deps: Deps, added: NewJob, startedBy: string): Promise<Job> {
  const { db } = deps.store;
  const job = newJob(deps, added, startedBy);
  await insertJob(db, { ...job, state: 'queued' });
  const items = newItems(added.items ?? []);
  for (let start = 0; start < items.length; start += BATCH)
    await db.transaction().execute(async (trx) => {
      await writeJobItems(trx, job.id, items.slice(start, start + BATCH));
      await extendLease(trx, job.id, leaseFrom(deps));
    });
  const ready = { ...job, leasedUntil: leaseFrom(deps) };
  await db.transaction().execute(async (trx) => {
    await updateJob(trx, ready);
    await recordStart(trx, deps, ready);
  });
  return ready;
}

/**
 * Creates the job that imports what a preview shows, once: later calls return the same job. Its items are copied in several transactions,
 * so that others can write in between; a later call continues an interrupted copy.
 * @throws NotFound, Conflict if the preview is not done
 */
export async function createImport(deps: Deps, previewId: string, startedBy: string): Promise<Job> {
  const { db } = deps.store;
  let job = await db.transaction().execute((trx) => findOrInsertImport(trx, deps, previewId, startedBy));
  for (let after = 0; job.state === 'queued'; after += COPIED_AT_ONCE)
    job = await db.transaction().execute(async (trx) => {
      const copying = known(await lockJob(trx, job.id));
      if (copying.state !== 'queued') return copying;
      await copyJobItems(trx, previewId, job.id, { after, limit: COPIED_AT_ONCE });
      const state = after + COPIED_AT_ONCE < job.total ? ('queued' as const) : ('running' as const);
      const copied = { ...copying, state, leasedUntil: leaseFrom(deps) };
      await updateJob(trx, copied);
      return copied;
    });
  return job;
}

async function findOrInsertImport(db: Db, deps: Deps, previewId: string, startedBy: string): Promise<Job> {
  const preview = known(await lockJob(db, previewId));
  if (preview.input.importId) return known(await findJob(db, preview.input.importId));
  if (preview.kind !== 'preview' || preview.state !== 'done') throw new Conflict('There is no preview to import.');
  const added = newJob(deps, { kind: 'import', input: {}, total: preview.total }, startedBy);
  const job: Job = { ...added, state: 'queued' };
  await insertJob(db, job);
  await recordStart(db, deps, job);
  await updateJob(db, { ...preview, input: { ...preview.input, importId: job.id } });
  return job;
}

/** Deletes a job with its items, in several transactions, so that others can write in between. */
export async function removeJob({ store }: Deps, id: string): Promise<void> {
  while ((await deleteSomeJobItems(store.db, id, DELETED_AT_ONCE)) === DELETED_AT_ONCE);
  await deleteJob(store.db, id);
}

/** Lets a paused or failed job run again. @throws NotFound, Conflict if it is neither */
export async function resumeJob(deps: Deps, id: string): Promise<Job> {
  return changeJob(deps, id, (job) => {
    if (job.state !== 'paused' && job.state !== 'failed') throw new Conflict('This job is not paused.');
    return { ...job, state: 'running', failure: null, leasedUntil: leaseFrom(deps) };
  });
}

/** Pauses a running job after the current batch. Completed changes are kept. @throws NotFound */
export async function pauseJob(deps: Deps, id: string): Promise<Job> {
  return changeJob(deps, id, (job) => (job.state === 'running' ? { ...job, state: 'paused' } : job));
}

/** Returns until when a process that works on a job now has it to itself. */
export function leaseFrom({ now }: Deps): number {
  return now() + LEASE_MS;
}

/** Writes down why a job failed. @throws NotFound */
export async function failJob(deps: Deps, id: string, failure: string): Promise<Job> {
  return changeJob(deps, id, (job) => ({ ...job, state: 'failed', failure }));
}

/** The kinds of jobs that another job undoes, with its kind. What was deleted or imported is not brought back. */
export const undoKinds: Partial<Record<JobKind, JobKind>> = {
  activate: 'deactivate',
  deactivate: 'activate',
  group: 'ungroup',
  ungroup: 'group',
};

/**
 * Returns a new job that undoes another one for the people that it changed.
 * @param byId who undoes it: people do not deactivate themselves
 * @throws NotFound, Conflict if a job of this kind cannot be undone
 */
export async function undoOf(deps: Deps, id: string, byId?: string): Promise<NewJob> {
  const { kind: done, input } = await getJob(deps, id);
  const kind = undoKinds[done];
  if (!kind) throw new Conflict('This job cannot be undone.');
  const people = (await listJobItems(deps.store.db, id, 'done', { limit: ALL, after: 0 })).map(({ item }) => item);
  return {
    kind,
    input: { ...input, undoes: id },
    items: kind === 'deactivate' ? people.filter((person) => person !== byId) : people,
  };
}

function newJob(deps: Deps, { kind, input, items, total = items?.length ?? 0 }: NewJob, startedBy: string): Job {
  const [id, now] = [newId(deps), deps.now()];
  const progress = { state: 'running' as const, processed: 0, counts: {}, failure: null };
  return {
    id,
    kind,
    input,
    startedBy,
    total,
    ...progress,
    createdAt: now,
    changedAt: now,
    leasedUntil: leaseFrom(deps),
    actor: currentActor(deps),
  };
}

/** A preview changes nothing. */
async function recordStart(db: Db, deps: Deps, job: Job): Promise<void> {
  const { kind, total, input } = job;
  if (kind === 'preview') return;
  const { back: _, ...what } = input; // a path
  const changes = changesBetween(undefined, { ...what, kind, total });
  await recordChange(db, deps, 'job.started', targetOf(job), changes);
}

function targetOf(job: Job): AuditTarget {
  return { kind: 'job', id: job.id, name: titleOf(job) };
}

async function changeJob(deps: Deps, id: string, change: (job: Job) => Job): Promise<Job> {
  return deps.store.db.transaction().execute(async (trx) => {
    const before = known(await lockJob(trx, id));
    const job = { ...change(before), changedAt: deps.now() };
    await updateJob(trx, job);
    const changes = changesBetween({ state: before.state }, { state: job.state });
    if (changes.length > 0) await recordChange(trx, deps, 'job.changed', targetOf(job), changes);
    return job;
  });
}

function known(job: Job | undefined): Job {
  if (!job) throw new NotFound('This job no longer exists.');
  return job;
}
