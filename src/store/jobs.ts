import type { Db } from '../db/open.ts';
import { insertRows } from '../db/query.ts';
import type { JobRow } from '../db/schema.ts';

/** Work on many people or lines. `input` is what it was told, `counts` how many of its items had which outcome. */
export type Job = Omit<JobRow, 'inputJson' | 'countsJson' | 'state'> & {
  state: 'filling' | 'running' | 'stopped' | 'done';
  input: Record<string, string>;
  counts: Record<string, number>;
};

/** One thing of a job. `outcome` is null until its turn has come. */
export type JobItem = { position: number; item: unknown; outcome: string | null; reason: string | null };

export async function insertJob(db: Db, job: Job): Promise<void> {
  await db.insertInto('jobs').values(toRow(job)).execute();
}

export async function updateJob(db: Db, job: Job): Promise<void> {
  const { id, ...changes } = toRow(job);
  await db.updateTable('jobs').set(changes).where('id', '=', id).execute();
}

/** Removes a job with its items. */
export async function deleteJob(db: Db, id: string): Promise<void> {
  await db.deleteFrom('jobs').where('id', '=', id).execute();
}

export async function findJob(db: Db, id: string): Promise<Job | undefined> {
  const row = await db.selectFrom('jobs').selectAll().where('id', '=', id).executeTakeFirst();
  return row && fromRow(row);
}

/** A job that nobody else changes until the transaction ends. (A statement that changes nothing takes the lock on both engines.) */
export async function lockJob(db: Db, id: string): Promise<Job | undefined> {
  const row = await db
    .updateTable('jobs')
    .set((e) => ({ worked: e.ref('worked') }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst();
  return row && fromRow(row);
}

/** Jobs, the newest first; those of one state alone where it is named. */
export async function listJobs(db: Db, limit: number, state?: Job['state']): Promise<Job[]> {
  const all = db.selectFrom('jobs').selectAll().orderBy('id', 'desc').limit(limit);
  return (await (state ? all.where('state', '=', state) : all).execute()).map(fromRow);
}

/** The next items to work off, in their order. */
export async function nextJobItems(
  db: Db,
  { id, worked }: Pick<Job, 'id' | 'worked'>,
  limit: number,
): Promise<JobItem[]> {
  const rows = await db
    .selectFrom('jobItems')
    .selectAll()
    .where('jobId', '=', id)
    .where('position', '>', worked)
    .orderBy('position')
    .limit(limit)
    .execute();
  return rows.map(itemFromRow);
}

/** A page of the items that had an outcome, behind a position. */
export async function listJobItems(
  db: Db,
  jobId: string,
  outcome: string,
  page: { limit: number; after: number },
): Promise<JobItem[]> {
  const rows = await db
    .selectFrom('jobItems')
    .selectAll()
    .where('jobId', '=', jobId)
    .where('outcome', '=', outcome)
    .where('position', '>', page.after)
    .orderBy('position')
    .limit(page.limit)
    .execute();
  return rows.map(itemFromRow);
}

/** Adds items, or writes those that are there anew. */
export async function writeJobItems(db: Db, jobId: string, items: JobItem[]): Promise<void> {
  const rows = items.map(({ item, ...rest }) => ({ jobId, ...rest, itemJson: JSON.stringify(item) }));
  await insertRows(db, 'jobItems', rows, { key: ['jobId', 'position'], existing: 'replace' });
}

export async function deleteJobItems(db: Db, jobId: string, positions: number[]): Promise<void> {
  if (positions.length === 0) return;
  await db.deleteFrom('jobItems').where('jobId', '=', jobId).where('position', 'in', positions).execute();
}

/** Removes jobs of a state (and kind) that nothing has happened to since a time, with their items. */
export async function deleteJobsBefore(db: Db, before: number, state: Job['state'], kind?: string): Promise<void> {
  const old = db.deleteFrom('jobs').where('changedAt', '<', before).where('state', '=', state);
  await (kind === undefined ? old : old.where('kind', '=', kind)).execute();
}

function fromRow({ inputJson, countsJson, state, ...row }: JobRow): Job {
  return { ...row, state: state as Job['state'], input: JSON.parse(inputJson), counts: JSON.parse(countsJson) };
}

function toRow({ input, counts, ...job }: Job): JobRow {
  return { ...job, inputJson: JSON.stringify(input), countsJson: JSON.stringify(counts) };
}

function itemFromRow(row: {
  position: number;
  itemJson: string;
  outcome: string | null;
  reason: string | null;
}): JobItem {
  return { position: row.position, item: JSON.parse(row.itemJson), outcome: row.outcome, reason: row.reason };
}
