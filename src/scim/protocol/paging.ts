import { createHash } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import type { Db, Engine } from '../../db/open.ts';
import type { Deps } from '../../deps.ts';
import { readCount } from '../../store/directoryCounts.ts';
import { type Selected, type Selection, skipRows } from '../../store/selection.ts';
import { badRequest } from '../http/errors.ts';
import type { ResourceType } from '../schema/schema.ts';
import { comparableText } from './comparisonSql.ts';
import { type Cost, costOfFilter, costOfPath } from './filterCost.ts';
import { filterToSql, sortOperand, type Test } from './filterSql.ts';
import type { ListQuery } from './listQuery.ts';
import { lookupSql } from './lookup.ts';
import { type Budget, type Scan, scanMatches } from './scan.ts';
import { collectRange, compareMatches, type Range } from './sortedMatches.ts';

type ListDeps = Pick<Deps, 'store' | 'now' | 'attributes'>;

/** A table of resources. */
export type Table<Row> = {
  typeOf(deps: Pick<Deps, 'attributes'>): ResourceType;
  table: 'users' | 'groups';
  select(db: Db, selection: Selection): Promise<Selected<Row>[]>;
};

export type Page<Row> = { rows: Row[]; total: number; nextCursor?: string; previousCursor?: string };

export const CURSOR_LIFETIME_MS = 60 * 60_000;

// Sorts after every text, so that rows without a value come last (RFC 7644 3.4.2.3); unlike null, it can be compared with a cursor.
const NO_TEXT = '\u{10ffff}';
const NO_NUMBER = Number.MAX_SAFE_INTEGER; // custom attributes have at most 15 digits

/** What a list is sorted by. `indexed`: the rows can be read in this order. */
type Key = { value: RawBuilder<string | number | null>; indexed: boolean; cost: Cost };

/** A position in a sorted list and the direction to read from there. `key` is the sort key of the row. */
type Position = { key: string | number | null; id: string; direction: 'next' | 'previous' };

/** Reads rows of a sorted list, those beyond a position if there is one, and counts all rows of the list. */
type ReadRange<Row> = (range: Range, beyond?: Position) => Promise<{ rows: Selected<Row>[]; total: number }>;

/**
 * Reads a page by index (RFC 7644 3.4.2.4) or by cursor (RFC 9865).
 * @throws ScimError invalidFilter, invalidPath, invalidCursor, expiredCursor, tooMany
 */
export async function readPage<Row extends { id: string }>(
  deps: ListDeps,
  table: Table<Row>,
  query: ListQuery,
  budget: Budget,
): Promise<Page<Row>> {
  const { db, engine } = deps.store;
  const type = table.typeOf(deps);
  const test = query.filter ? filterToSql(type, engine, query.filter) : true;
  const key = sortKey(type, engine, query);
  if (test === true && query.count === 0) return { rows: [], total: await readCount(db, table.table) };
  const read = readerOf(deps, table, query, test, key, budget);
  if (query.cursor !== undefined) return readByCursor(read, table, query, query.cursor, deps.now());
  return read({ descending: query.descending, limit: query.count, offset: query.startIndex - 1 });
}

function readerOf<Row extends { id: string }>(
  deps: ListDeps,
  table: Table<Row>,
  query: ListQuery,
  test: Test,
  key: Key,
  budget: Budget,
): ReadRange<Row> {
  if (test === false) return async () => ({ rows: [], total: 0 });
  if (test === true && key.indexed) return inOrder(deps.store.db, table, key);
  const cost = query.filter && test !== true ? costOfFilter(table.typeOf(deps), query.filter) : { row: 0, member: 0 };
  const scan: Scan = {
    table: table.table,
    condition: test === true ? sql`true` : test,
    lookup: query.filter && lookupSql(table.typeOf(deps), query.filter),
    cost: { row: cost.row + key.cost.row, member: cost.member + key.cost.member },
    sortKey: key.value,
  };
  return byScan(deps, table, scan, query.sortBy !== undefined, budget);
}

/** Reads all rows in the order of an index. */
function inOrder<Row>(db: Db, { table, select }: Table<Row>, key: Key): ReadRange<Row> {
  return async ({ descending, limit, offset }, beyond) => {
    const direction = sql.raw(descending ? 'desc' : 'asc');
    const id = sql.ref(`${table}.id`);
    const columns = key.cost.row === 0 ? [id] : [key.value, id];
    const conditions = beyond ? [isBeyond(columns, beyond, descending)] : [];
    const order = columns.map((column) => sql`${column} ${direction}`);
    const total = await readCount(db, table);
    const start = await skipRows(db, table, { column: columns[0] ?? id, descending, count: Math.min(offset, total) });
    if (start.last !== undefined) conditions.push(sql`${columns[0]} ${sql.raw(descending ? '<' : '>')} ${start.last}`);
    const rows = await select(db, { conditions, sortKey: key.value, order, limit, offset: start.left });
    return { rows, total };
  };
}

/** Tests every row that may match, in slices, and then reads the rows of the range. */
function byScan<Row extends { id: string }>(
  deps: ListDeps,
  { select }: Table<Row>,
  scan: Scan,
  isSorted: boolean,
  budget: Budget,
): ReadRange<Row> {
  const { db, longRead } = deps.store;
  return async (range, beyond) => {
    const sign = range.descending ? -1 : 1;
    const position = beyond && { id: beyond.id, sortKey: beyond.key };
    const { matches, total } = await longRead((slice) =>
      collectRange(
        scanMatches(deps, slice, scan, budget),
        isSorted,
        range,
        (match) => !position || sign * compareMatches(match, position) > 0,
      ),
    );
    if (matches.length === 0) return { rows: [], total };
    const ids = matches.map(({ id }) => id);
    const found = await select(db, {
      ids,
      conditions: [],
      sortKey: sql<null>`null`,
      order: [],
      limit: ids.length,
      offset: 0,
    });
    const byId = new Map(found.map((row) => [row.id, row]));
    const rows = matches.map(({ id, sortKey }) => {
      const row = byId.get(id); // undefined: deleted since the slice was read
      return row && { ...row, sortKey };
    });
    return { rows: rows.filter((row) => row !== undefined), total };
  };
}

/** Reads one row more than asked for: it shows whether the list goes on. */
async function readByCursor<Row extends { id: string }>(
  read: ReadRange<Row>,
  { table }: Table<Row>,
  query: ListQuery,
  cursor: string,
  now: number,
): Promise<Page<Row>> {
  const mark = queryMark(table, query);
  const position = cursor === '' ? undefined : readCursor(cursor, mark, now);
  const isBackwards = position?.direction === 'previous';
  const descending = query.descending !== isBackwards;
  const { rows: found, total } = await read({ descending, limit: query.count + 1, offset: 0 }, position);
  const hasMore = found.length > query.count;
  const rows = found.slice(0, query.count);
  if (isBackwards) rows.reverse();
  const cursorOf = (row: Selected<Row> | undefined, direction: Position['direction']) =>
    row && writeCursor({ key: row.sortKey, id: row.id, direction }, mark, now);
  const nextCursor = isBackwards || hasMore ? cursorOf(rows.at(-1), 'next') : undefined;
  const previousCursor = (isBackwards ? hasMore : position !== undefined) ? cursorOf(rows[0], 'previous') : undefined;
  return { rows, total, ...(nextCursor ? { nextCursor } : {}), ...(previousCursor ? { previousCursor } : {}) };
}

function sortKey(type: ResourceType, engine: Engine, { sortBy }: ListQuery): Key {
  if (!sortBy) return { value: sql<null>`null`, indexed: true, cost: { row: 0, member: 0 } };
  const operand = sortOperand(type, engine, sortBy);
  const key = (value: RawBuilder<unknown>): Key => ({
    value: sql`${value}`,
    indexed: operand.folded !== undefined,
    cost: costOfPath(type, sortBy),
  });
  if (operand.kind === 'time') return key(operand.value);
  if (operand.kind === 'number') return key(sql`coalesce(${operand.value}, ${sql.lit(NO_NUMBER)})`);
  if (operand.kind === 'flag') return key(sql`coalesce(cast(${operand.value} as text), ${sql.lit(NO_TEXT)})`);
  return key(operand.folded ?? sql`coalesce(${comparableText(engine, operand)}, ${sql.lit(NO_TEXT)})`);
}

/** The last column is the ID, the one before it what the list is sorted by. */
function isBeyond(columns: RawBuilder<unknown>[], position: Position, descending: boolean): RawBuilder<boolean> {
  const values = columns.length === 1 ? [position.id] : [position.key, position.id];
  return sql`(${sql.join(columns)}) ${sql.raw(descending ? '<' : '>')} (${sql.join(values)})`;
}

/** Returns what ties a cursor to its endpoint and query. */
function queryMark(table: string, { mark }: ListQuery): string {
  return createHash('sha256').update(`${table} ${mark}`).digest('base64url').slice(0, 12);
}

/** Returns a cursor in base64url, which needs no escaping in a URL. */
function writeCursor({ key, id, direction }: Position, mark: string, now: number): string {
  const parts = [key, id, direction === 'next' ? 1 : 0, mark, now];
  return Buffer.from(JSON.stringify(parts)).toString('base64url');
}

/** @throws ScimError invalidCursor if it is malformed or belongs to another query, expiredCursor */
function readCursor(cursor: string, expectedMark: string, now: number): Position {
  const [key, id, next, mark, createdAt] = decode(cursor);
  const keyIsValid = key === null || typeof key === 'number' || (typeof key === 'string' && !key.includes('\0'));
  const isComplete = keyIsValid && typeof id === 'string' && !id.includes('\0') && typeof createdAt === 'number';
  if (!isComplete || mark !== expectedMark || (next !== 0 && next !== 1))
    throw badRequest('invalidCursor', 'The cursor does not belong to this query.');
  if (now - createdAt > CURSOR_LIFETIME_MS)
    throw badRequest('expiredCursor', 'The cursor has expired. Start again with the first page.');
  return { key, id, direction: next === 1 ? 'next' : 'previous' };
}

function decode(cursor: string): unknown[] {
  try {
    const parts = cursor.length > 4_096 ? undefined : JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}
