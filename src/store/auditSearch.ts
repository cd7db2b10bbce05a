import { type RawBuilder, sql } from 'kysely';
import type { Db } from '../db/open.ts';
import { containsText, countRows, isOneOf, jsonList, jsonText, prepared } from '../db/query.ts';
import { minIdAt } from '../identifier.ts';
import { type AuditChange, type AuditEntry, entryFromRow } from './audit.ts';
import {
  type IdRange,
  isValue,
  isWithin,
  type Lead,
  type LogPage,
  networkFilter,
  type PageOfLog,
  readPage,
  streamPages,
} from './newestFirst.ts';

/** Someone or something by their ID, or by a part of a name, which an entry has or which people with these IDs have today. */
export type Named = { id: string } | { text: string; ids: string[] };

/** A text in names, IDs and values, with the IDs of people who are called so, and the recorded names of changes that are shown so. */
export type Search = { text: string; ids: string[]; names: string[] };

/** Which entries are wanted: those that meet all of these conditions. Times are epoch milliseconds. */
export type AuditFilter = {
  id?: string | undefined;
  number?: number | undefined; // in the chain
  actorKind?: string | undefined;
  actor?: Named | undefined;
  action?: string | undefined; // 'person.*' is all that start so
  targetKind?: string | undefined;
  target?: Named | undefined;
  networks?: readonly string[] | undefined; // in CIDR notation
  from?: number | undefined;
  until?: number | undefined; // before this time
  search?: Search | undefined;
};

/** A page of entries. */
export type FoundEntries = LogPage<AuditEntry>;

const STREAMED_AT_ONCE = 100;
const READ_AT_ONCE = 250;
const MOST_IN_VALUES = 5;

/** Returns a page of the entries that meet a filter, newest first. */
export function listAudit(db: Db, filter: AuditFilter, page: PageOfLog): Promise<FoundEntries> {
  return readPage(db, 'auditEntries', { ...filter, lead: leadOf(filter) }, page, entryReader(db, filter));
}

/**
 * Yields all entries that meet a filter, newest first.
 * @throws Error if `stop` is aborted, even while nothing is found
 */
export function streamAudit(db: Db, filter: AuditFilter, stop?: AbortSignal): AsyncIterableIterator<AuditEntry[]> {
  return streamPages((before) => listAudit(db, filter, { limit: STREAMED_AT_ONCE, before, stop }));
}

/** Returns an entry by its ID. */
export async function findAuditEntry(db: Db, id: string): Promise<AuditEntry | undefined> {
  const [row] = await byId(db, id);
  return row && entryFromRow(row);
}

const byId = prepared((db, id: string) => db.selectFrom('auditEntries').selectAll().where('id', '=', id));

/** Counts the entries from before a time (epoch milliseconds), up to `most`. */
export async function countAuditBefore(db: Db, time: number, most: number): Promise<number> {
  const old = db.selectFrom('auditEntries').select('id').where('id', '<', minIdAt(time)).limit(most);
  return countRows(db.selectFrom(old.as('old')));
}

/** Returns the IDs of the entries about the same target before and after an entry. A target without an ID has none. */
export async function findNeighbours(
  db: Db,
  { id, targetId }: Pick<AuditEntry, 'id' | 'targetId'>,
): Promise<{ previous: string | undefined; next: string | undefined }> {
  if (targetId === null) return { previous: undefined, next: undefined };
  const same = db.selectFrom('auditEntries').select('id').where('targetId', '=', targetId).limit(1);
  const previous = await same.where('id', '<', id).orderBy('id', 'desc').executeTakeFirst();
  const next = await same.where('id', '>', id).orderBy('id').executeTakeFirst();
  return { previous: previous?.id, next: next?.id };
}

// The index that finds the fewest rows.
function leadOf({ id, number, target, actor }: AuditFilter): Lead | undefined {
  if (id !== undefined) return { column: 'id', value: id };
  if (number !== undefined) return { column: 'seq', value: number };
  if (target && 'id' in target) return { column: 'targetId', value: target.id };
  return actor && 'id' in actor ? { column: 'actorId', value: actor.id } : undefined;
}

/** Returns what reads up to `wanted` matching entries of a range of a walk. One reader is for one walk. */
function entryReader(db: Db, filter: AuditFilter) {
  const inNetworks = networkFilter<'auditEntries'>(db, jsonText(db, 'whoJson', 'address'), filter.networks);
  return async ({ from, before }: IdRange, wanted: number): Promise<AuditEntry[]> => {
    const found: AuditEntry[] = [];
    let [end, limit] = [before, wanted];
    do {
      const query = await inNetworks(conditionsOf(db, filter, { from, before: end }));
      const rows = (await query.selectAll().orderBy('id', 'desc').limit(limit).execute()).map(entryFromRow);
      // The database looked for texts in JSON, whose names and salts are no part of an entry.
      for (const row of rows) if (isMatch(row, filter)) found.push(row);
      end = rows.length < limit ? undefined : rows.at(-1)?.id;
      limit = Math.max(wanted, READ_AT_ONCE);
    } while (end !== undefined && found.length < wanted);
    return found.slice(0, wanted);
  };
}

function conditionsOf(db: Db, filter: AuditFilter, range: IdRange) {
  const { actorKind, actor, action, targetKind, target, search } = filter;
  let query = db.selectFrom('auditEntries').where(isWithin(range, leadOf(filter)));
  for (const [column, value] of Object.entries({ actorKind, targetKind }))
    if (value) query = query.where(isValue(column, value));
  if (action)
    query = query.where(action.endsWith('.*') ? startsWith('action', action.slice(0, -1)) : isValue('action', action));
  if (actor) query = query.where(isNamed(db, 'actorId', 'whoJson', actor));
  if (target) query = query.where(isNamed(db, 'targetId', 'whatJson', target));
  return search ? query.where(hasFound(db, search)) : query;
}

function hasFound(db: Db, search: Search): RawBuilder<boolean> {
  const isKnown = ['actorId', 'targetId'].map((column) => isOneOf(db, column, jsonList(search.ids)));
  const parts = [
    ...(search.ids.length > 0 ? isKnown : []),
    contains(db, 'whoJson', search.text),
    ...[search.text, ...search.names].map((part) => contains(db, 'whatJson', part)),
    ...inValues(search).map((id) => sql<boolean>`"whatJson" like ${`%${id}%`}`),
  ];
  return sql<boolean>`(${sql.join(parts, sql` or `)})`;
}

function isNamed(db: Db, column: string, json: string, named: Named): RawBuilder<boolean> {
  if ('id' in named) return isValue(column, named.id);
  return sql<boolean>`(${isOneOf(db, column, jsonList(named.ids))} or ${contains(db, json, named.text)})`;
}

function startsWith(column: string, start: string): RawBuilder<boolean> {
  return sql<boolean>`substr(${sql.ref(column)}, 1, ${sql.lit(start.length)}) = ${start}`;
}

/** Returns a condition that JSON in a column contains a text. */
function contains(db: Db, column: string, text: string): RawBuilder<boolean> {
  return containsText(db, column, JSON.stringify(text).slice(1, -1));
}

/** Tests exactly what the database found roughly. */
function isMatch({ actorId, targetId, who, what }: AuditEntry, { actor, target, search }: AuditFilter): boolean {
  const isAbout = (named: Named | undefined, id: string | null, name: string | undefined) =>
    !named || 'id' in named || named.ids.includes(id ?? '') || hasText(name, named.text);
  if (!isAbout(actor, actorId, who?.name) || !isAbout(target, targetId, what?.name)) return false;
  if (!search) return true;
  const known = [actorId, targetId].filter((id) => id !== null);
  if (known.some((id) => search.ids.includes(id))) return true;
  const changes = what?.changes ?? [];
  if (changes.some((change) => isFoundIn(change, search))) return true;
  return [who?.name, who?.address, what?.name].some((text) => hasText(text, search.text));
}

/** Returns whether a search finds a change, by its name or a value. */
export function isFoundIn(change: AuditChange, search: Search): boolean {
  const parts = [search.text, ...inValues(search)];
  return (
    search.names.some((part) => hasText(change.name, part)) ||
    textsOf(change).some((text) => parts.some((part) => hasText(text, part)))
  );
}

/** Returns the IDs that are searched in values, such as those of a person who was added to a group. */
function inValues({ ids }: { ids: string[] }): string[] {
  return ids.length > MOST_IN_VALUES ? [] : ids;
}

function textsOf({ name, before, after, added = [], removed = [] }: AuditChange): string[] {
  const values = [before, after].filter((value) => value !== undefined);
  return [
    name,
    ...values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))),
    ...added,
    ...removed,
  ];
}

function hasText(text: string | null | undefined, part: string): boolean {
  return text?.toLowerCase().includes(part.toLowerCase()) ?? false;
}
