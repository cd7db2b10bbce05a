import type { Slice } from '../db/longReads.ts';
import type { Db } from '../db/open.ts';
import { changesOne, containsText, inserter } from '../db/query.ts';
import type { JobItemRow, JobRow } from '../db/schema.ts';
import type { Actor } from './audit.ts';

const SEARCHED_AT_ONCE = 2_000;

export type JobKind =
  | ('preview' | 'import' | 'source' | 'attribute')
  | ('activate' | 'deactivate' | 'remove' | 'group' | 'ungroup');

/** A queued job is still being written. A paused or failed one can be resumed. */
export type JobState = 'queued' | 'running' | 'paused' | 'done' | 'failed';

/** A change of many people or lines in the background. `counts` is the number of processed items by outcome. */
export type Job = Omit<JobRow, 'kind' | 'state' | 'inputJson' | 'countsJson' | 'actorJson'> & {
  kind: JobKind;
  state: JobState;
  input: Record<string, string>;
  counts: Record<string, number>;
  actor: Actor; // who started it, for the audit log
};

/** One item of a job: the ID of a person, or a line of a file. `outcome` is null until the item is processed. */
export type JobItem = { position: number; item: unknown; outcome: string | null; reason: string | null };

/** A job to create, with its items; `total` counts them if the job finds them itself. */
export type NewJob = { kind: JobKind; input: Record<string, string>; items?: unknown[]; total?: number };

/** The outcome of an item, and what stays of the item on record (nothing if `keep` is undefined). */
export type ItemOutcome = { outcome: string; keep?: unknown; reason?: string };

/** Returns items that are not processed yet. @param after the position before the first one */
export function newItems(items: unknown[], after = 0): JobItem[] {
  return items.map((item, index) => ({ position: after + index + 1, item, outcome: null, reason: null }));
}

export async function insertJob(db: Db, job: Job): Promise<void> {
  await db.insertInto('jobs').values(toRow(job)).execute();
}

export async function updateJob(db: Db, job: Job): Promise<void> {
  const { id, ...changes } = toRow(job);
  await db.updateTable('jobs').set(changes).where('id', '=', id).execute();
}

/** Deletes a job with its items. */
export async function deleteJob(db: Db, id: string): Promise<void> {
  await db.deleteFrom('jobs').where('id', '=', id).execute();
}

export async function findJob(db: Db, id: string): Promise<Job | undefined> {
  const row = await db.selectFrom('jobs').selectAll().where('id', '=', id).executeTakeFirst();
  return row && fromRow(row);
}

/** Returns a job and locks it until the transaction ends. An update that changes nothing takes the lock on both engines. */
export async function lockJob(db: Db, id: string): Promise<Job | undefined> {
  const row = await db
    .updateTable('jobs')
    .set((e) => ({ processed: e.ref('processed') }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
  return row && fromRow(row);
}

/** Extends the lease of a job, which says that a process works on it. */
export async function extendLease(db: Db, id: string, until: number): Promise<void> {
  await db.updateTable('jobs').set({ leasedUntil: until }).where('id', '=', id).execute();
}

/** Takes over a running job whose lease has ended. Returns true to only one of several concurrent calls. */
export async function takeLease(db: Db, id: string, now: number, until: number): Promise<boolean> {
  return changesOne(
    db
      .updateTable('jobs')
      .set({ leasedUntil: until })
      .where('id', '=', id)
      .where('state', '=', 'running')
      .where('leasedUntil', '<=', now),
  );
}

/** Returns the IDs of running jobs whose lease has ended. */
export async function listUnleasedJobs(db: Db, now: number): Promise<string[]> {
  const unleased = db.selectFrom('jobs').select('id').where('state', '=', 'running').where('leasedUntil', '<=', now);
  return (await unleased.execute()).map(({ id }) => id);
}

/** Returns the newest jobs, optionally only those in one state. */
export async function listJobs(db: Db, limit: number, state?: JobState): Promise<Job[]> {
  const all = db.selectFrom('jobs').selectAll().orderBy('id', 'desc').limit(limit);
  return (await (state ? all.where('state', '=', state) : all).execute()).map(fromRow);
}

/** Returns the next items to process, in order. */
export async function nextJobItems(
  db: Db,
  { id, processed }: Pick<Job, 'id' | 'processed'>,
  limit: number,
): Promise<JobItem[]> {
  return (await itemsAfter(db, id, processed, limit).execute()).map(itemFromRow);
}

/** Returns a page of the items with an outcome, after a position. */
export async function listJobItems(
  db: Db,
  jobId: string,
  outcome: string,
  { after, limit }: { limit: number; after: number },
): Promise<JobItem[]> {
  return (await itemsAfter(db, jobId, after, limit).where('outcome', '=', outcome).execute()).map(itemFromRow);
}

function itemsAfter(db: Db, jobId: string, position: number, limit: number) {
  const items = db.selectFrom('jobItems').selectAll().where('jobId', '=', jobId).where('position', '>', position);
  return items.orderBy('position').limit(limit);
}

/** Inserts items, or replaces them. */
export async function writeJobItems(db: Db, jobId: string, items: JobItem[]): Promise<void> {
  const rows = items.map(({ item, ...rest }) => ({ jobId, ...rest, itemJson: JSON.stringify(item) }));
  await writeItems(db, rows);
}

const writeItems = inserter('jobItems', { key: ['jobId', 'position'], existing: 'replace' });

/** Copies up to `limit` items of a job after a position to another one, as not processed, unless they are there already. */
export async function copyJobItems(
  db: Db,
  fromJobId: string,
  toJobId: string,
  { after, limit }: { after: number; limit: number },
): Promise<void> {
  await db
    .insertInto('jobItems')
    .columns(['jobId', 'position', 'itemJson'])
    .expression((e) =>
      e
        .selectFrom('jobItems')
        .select([e.val(toJobId).$castTo<string>().as('jobId'), 'position', 'itemJson'])
        .where('jobId', '=', fromJobId)
        .where('position', '>', after)
        .where('position', '<=', after + limit),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Deletes up to `limit` items of a job. Returns how many there were. */
export async function deleteSomeJobItems(db: Db, jobId: string, limit: number): Promise<number> {
  const some = db.selectFrom('jobItems').select('position').where('jobId', '=', jobId).orderBy('position').limit(limit);
  const result = await db
    .deleteFrom('jobItems')
    .where('jobId', '=', jobId)
    .where('position', 'in', some)
    .executeTakeFirst();
  return Number(result.numDeletedRows);
}

/** Lists the items that contain one of some texts, with their jobs. All items are read, in slices. */
export async function findItemsWith(db: Db, texts: string[], slice: Slice): Promise<(JobItem & { jobId: string })[]> {
  const found: (JobItem & { jobId: string })[] = [];
  const ends = db
    .selectFrom('jobItems')
    .select(['jobId', (e) => e.fn.max('position').as('last')])
    .groupBy('jobId');
  for (const { jobId, last } of await slice(() => ends.execute()))
    for (let after = 0; after < last; after += SEARCHED_AT_ONCE) {
      const items = itemsAfter(db, jobId, after, SEARCHED_AT_ONCE).where('position', '<=', after + SEARCHED_AT_ONCE);
      const having = items.where((e) => e.or(texts.map((text) => containsText(db, 'itemJson', text))));
      for (const row of await slice(() => having.execute())) found.push({ jobId, ...itemFromRow(row) });
    }
  return found;
}

export async function deleteJobItems(db: Db, jobId: string, positions: number[]): Promise<void> {
  if (positions.length === 0) return;
  await db.deleteFrom('jobItems').where('jobId', '=', jobId).where('position', 'in', positions).execute();
}

/** Returns the IDs of jobs of a state (and kind) that have not changed since a time. */
export async function listJobsBefore(db: Db, before: number, state: JobState, kind?: JobKind): Promise<string[]> {
  const old = db.selectFrom('jobs').select('id').where('changedAt', '<', before).where('state', '=', state);
  return (await (kind === undefined ? old : old.where('kind', '=', kind)).execute()).map(({ id }) => id);
}

function fromRow({ inputJson, countsJson, actorJson, ...row }: JobRow): Job {
  const { kind, state } = row as Pick<Job, 'kind' | 'state'>;
  // Only jobs from before the audit log have none.
  const actor =
    actorJson === null ? { kind: 'server', id: null, name: row.startedBy, address: null } : JSON.parse(actorJson);
  return { ...row, kind, state, input: JSON.parse(inputJson), counts: JSON.parse(countsJson), actor };
}

function toRow({ input, counts, actor, ...job }: Job): JobRow {
  return {
    ...job,
    inputJson: JSON.stringify(input),
    countsJson: JSON.stringify(counts),
    actorJson: JSON.stringify(actor),
  };
}

function itemFromRow({ position, itemJson, outcome, reason }: JobItemRow): JobItem {
  return { position, item: JSON.parse(itemJson), outcome, reason };
}
