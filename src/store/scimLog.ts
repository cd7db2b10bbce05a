import { sql } from 'kysely';
import type { Db } from '../db/open.ts';
import { insertRows } from '../db/query.ts';
import type { ScimLogRow } from '../db/schema.ts';
import { minIdAt } from '../identifier.ts';

/** One attribute of a person or a group that a request changed; undefined where there was or is nothing. */
export type Change = { attribute: string; before?: unknown; after?: unknown };

/** One request of a SCIM client, or one change of a profile source by a Power User (`method` is empty then). */
export type ScimLogEntry = Omit<ScimLogRow, 'changesJson'> & { changes: Change[] };

export type ScimLogFilter = {
  sourceId?: string | undefined;
  event?: string | undefined;
  outcome?: 'worked' | 'refused' | undefined; // status below 400, or from there on
  resourceId?: string | undefined;
  text?: string | undefined; // within path, name of the resource, reason of a refusal
  from?: number | undefined; // epoch milliseconds
  until?: number | undefined;
};

export async function insertScimLog(db: Db, entries: ScimLogEntry[]): Promise<void> {
  await insertRows(db, 'scimLog', entries.map(toRow));
}

/**
 * A page of the log, the newest first. `before` is the id of the last entry of the page before (undefined: the first page);
 * `next` is what to give for the one after.
 */
export async function listScimLog(
  db: Db,
  filter: ScimLogFilter,
  page: { limit: number; before?: string | undefined },
): Promise<{ rows: ScimLogEntry[]; next: string | undefined }> {
  let query = filtered(db, filter);
  if (page.before !== undefined) query = query.where('id', '<', page.before);
  const rows = await query
    .selectAll()
    .orderBy('id', 'desc')
    .limit(page.limit + 1)
    .execute();
  const shown = rows.slice(0, page.limit).map(fromRow);
  return { rows: shown, next: rows.length > page.limit ? shown.at(-1)?.id : undefined };
}

/** The whole log under a filter, the newest first, read in steps so that any size can be exported. */
export async function* streamScimLog(db: Db, filter: ScimLogFilter): AsyncIterableIterator<ScimLogEntry> {
  let before: string | undefined;
  do {
    const page = await listScimLog(db, filter, { limit: 500, before });
    yield* page.rows;
    before = page.next;
  } while (before !== undefined);
}

export async function findScimLogEntry(db: Db, id: string): Promise<ScimLogEntry | undefined> {
  const row = await db.selectFrom('scimLog').selectAll().where('id', '=', id).executeTakeFirst();
  return row && fromRow(row);
}

/** Removes what is older than a time: at most `limit` entries, so that nothing else waits long. Returns how many there were. */
export async function deleteScimLogBefore(db: Db, time: number, limit: number): Promise<number> {
  const end = minIdAt(time);
  const old = db.selectFrom('scimLog').select('id').where('id', '<', end).orderBy('id').limit(limit);
  const result = await db.deleteFrom('scimLog').where('id', 'in', old).executeTakeFirst();
  return Number(result.numDeletedRows);
}

function filtered(db: Db, filter: ScimLogFilter) {
  let query = db.selectFrom('scimLog');
  if (filter.sourceId) query = query.where('sourceId', '=', filter.sourceId);
  if (filter.event) query = query.where('event', '=', filter.event);
  if (filter.outcome) query = query.where('status', filter.outcome === 'worked' ? '<' : '>=', 400);
  if (filter.resourceId) query = query.where('resourceId', '=', filter.resourceId);
  if (filter.from !== undefined) query = query.where('id', '>=', minIdAt(filter.from));
  if (filter.until !== undefined) query = query.where('id', '<', minIdAt(filter.until));
  const text = filter.text?.trim().toLowerCase();
  if (!text) return query;
  const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  const has = (column: 'path' | 'resourceName' | 'detail') =>
    sql<boolean>`lower(${sql.ref(column)}) like ${pattern} escape '\\'`;
  return query.where((e) => e.or([has('path'), has('resourceName'), has('detail')]));
}

function fromRow({ changesJson, ...row }: ScimLogRow): ScimLogEntry {
  return { ...row, changes: changesJson === null ? [] : JSON.parse(changesJson) };
}

function toRow({ changes, ...entry }: ScimLogEntry): ScimLogRow {
  return { ...entry, changesJson: changes.length === 0 ? null : JSON.stringify(changes) };
}
