import type { Slice } from '../db/longReads.ts';
import type { Db } from '../db/open.ts';
import { containsText, inserter } from '../db/query.ts';
import type { ScimLogRow } from '../db/schema.ts';
import { minIdAt } from '../identifier.ts';
import { collectNewest, type IdRange, isWithin, type PageOfLog, readPage, streamPages } from './newestFirst.ts';

/** One attribute of a person or a group that a request changed; undefined without a value. */
export type Change = { attribute: string; before?: unknown; after?: unknown };

/** One request of a SCIM client, or one change of a profile source by a Power User, which has an empty `method`. */
export type ScimLogEntry = Omit<ScimLogRow, 'changesJson'> & { changes: Change[] };

export type ScimLogFilter = {
  sourceId?: string | undefined;
  event?: string | undefined;
  withoutLookups?: boolean | undefined;
  outcome?: 'succeeded' | 'refused' | undefined; // status below 400, or 400 and above
  resourceId?: string | undefined;
  text?: string | undefined; // in the path, the name of the resource or the reason of a refusal
  from?: number | undefined; // epoch milliseconds
  until?: number | undefined;
};

const MOST_FOUND = 1_000_000;
const STREAMED_AT_ONCE = 500;
const ERASED = '/erased';

/** Inserts entries, except those that are there already. Returns how many were inserted. */
export async function insertScimLog(db: Db, entries: ScimLogEntry[]): Promise<number> {
  return insertNew(db, entries.map(toRow));
}

const insertNew = inserter('scimLog', { key: ['id'], existing: 'keep' });

/** Returns a page of the log, the newest entries first. It is searched to its end. */
export async function listScimLog(
  db: Db,
  filter: ScimLogFilter,
  page: PageOfLog,
): Promise<{ rows: ScimLogEntry[]; next: string | undefined }> {
  const read = (range: IdRange, limit: number) => newestIn(db, filter, range).limit(limit).execute();
  const lead = filter.resourceId ? { column: 'resourceId', value: filter.resourceId } : undefined;
  const all = { ...page, most: Number.POSITIVE_INFINITY };
  const { rows, next } = await readPage(db, 'scimLog', { ...filter, lead }, all, read);
  return { rows: rows.map(fromRow), next };
}

/**
 * Yields the filtered log, the newest entries first.
 * @throws Error if `stop` is aborted, even while nothing is found
 */
export async function* streamScimLog(
  db: Db,
  filter: ScimLogFilter,
  stop?: AbortSignal,
): AsyncIterableIterator<ScimLogEntry> {
  const pages = streamPages((before) => listScimLog(db, filter, { limit: STREAMED_AT_ONCE, before, stop }));
  for await (const rows of pages) yield* rows;
}

export async function findScimLogEntry(db: Db, id: string): Promise<ScimLogEntry | undefined> {
  const row = await db.selectFrom('scimLog').selectAll().where('id', '=', id).executeTakeFirst();
  return row && fromRow(row);
}

/** Returns all entries that contain one of some texts anywhere, in any case, the newest first. */
export async function findScimLogWith(db: Db, texts: string[], slice: Slice): Promise<ScimLogEntry[]> {
  const columns = ['path', 'resourceId', 'resourceName', 'detail', 'body', 'changesJson'] as const;
  const read = (range: IdRange, most: number) =>
    newestIn(db, {}, range)
      .where((e) => e.or(columns.flatMap((column) => texts.map((text) => containsText(db, column, text)))))
      .limit(most)
      .execute();
  const { rows } = await collectNewest(db, 'scimLog', { wanted: MOST_FOUND, slice }, read);
  return rows.map(fromRow);
}

/** Takes people out of entries: what was sent and changed, and what the entry is about unless that `stays`, because it is a group. */
export async function eraseFromScimLog(db: Db, ids: string[], stays: boolean): Promise<void> {
  if (ids.length === 0) return;
  const content = { changesJson: null, body: null, detail: null };
  const resource = stays ? {} : { resourceId: null, resourceName: null, path: ERASED };
  await db
    .updateTable('scimLog')
    .set({ ...content, ...resource })
    .where('id', 'in', ids)
    .execute();
}

/** Deletes up to `limit` entries older than a time. Returns how many there were. */
export async function deleteScimLogBefore(db: Db, time: number, limit: number): Promise<number> {
  const end = minIdAt(time);
  const old = db.selectFrom('scimLog').select('id').where('id', '<', end).orderBy('id').limit(limit);
  const result = await db.deleteFrom('scimLog').where('id', 'in', old).executeTakeFirst();
  return Number(result.numDeletedRows);
}

function newestIn(db: Db, filter: ScimLogFilter, range: IdRange) {
  let query = db.selectFrom('scimLog').selectAll().where(isWithin(range)).orderBy('id', 'desc');
  if (filter.sourceId) query = query.where('sourceId', '=', filter.sourceId);
  if (filter.event) query = query.where('event', '=', filter.event);
  if (filter.withoutLookups)
    query = query.where((e) => e.or([e('event', 'is', null), e('event', 'not like', '%_lookup_provision')]));
  if (filter.outcome) query = query.where('status', filter.outcome === 'succeeded' ? '<' : '>=', 400);
  if (filter.resourceId) query = query.where('resourceId', '=', filter.resourceId);
  const text = filter.text?.trim();
  if (!text) return query;
  return query.where((e) => e.or(['path', 'resourceName', 'detail'].map((column) => containsText(db, column, text))));
}

function fromRow({ changesJson, ...row }: ScimLogRow): ScimLogEntry {
  return { ...row, changes: changesJson === null ? [] : JSON.parse(changesJson) };
}

function toRow({ changes, ...entry }: ScimLogEntry): ScimLogRow {
  return { ...entry, changesJson: changes.length === 0 ? null : JSON.stringify(changes) };
}
