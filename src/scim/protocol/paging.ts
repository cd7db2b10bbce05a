import { createHash } from 'node:crypto';
import { type RawBuilder, sql } from 'kysely';
import type { Db, Engine } from '../../db/open.ts';
import type { Deps } from '../../deps.ts';
import { readCount } from '../../store/directoryCounts.ts';
import { countMatching, type Selected, type Selection } from '../../store/selection.ts';
import { badRequest } from '../http/errors.ts';
import type { ResourceType } from '../schema/schema.ts';
import { comparableText } from './comparisonSql.ts';
import { filterToSql, sortOperand } from './filterSql.ts';
import type { ListQuery } from './listQuery.ts';

/** A table of resources. */
export type Table<Row> = {
  type: ResourceType;
  table: 'users' | 'groups';
  select(db: Db, selection: Selection): Promise<Selected<Row>[]>;
};

export type Page<Row> = { rows: Row[]; total: number; nextCursor?: string; previousCursor?: string };

export const CURSOR_LIFETIME_MS = 60 * 60_000;

// Sorts after every text, so that rows without a value come last (RFC 7644 3.4.2.3); unlike null, it can be compared with a cursor.
const NO_TEXT = '\u{10ffff}';

type Key = RawBuilder<string | number>;

/** A position in a sorted list and the direction to read from there. `key` is the sort key of the row. */
type Position = { key: string | number | null; id: string; direction: 'next' | 'previous' };

/**
 * Reads a page by index (RFC 7644 3.4.2.4) or by cursor (RFC 9865).
 * @throws ScimError invalidFilter, invalidPath, invalidCursor, expiredCursor
 */
export async function readPage<Row extends { id: string }>(
  { store, now }: Pick<Deps, 'store' | 'now'>,
  table: Table<Row>,
  query: ListQuery,
): Promise<Page<Row>> {
  const { db, engine } = store;
  const condition = query.filter && filterToSql(table.type, engine, query.filter);
  const count = () => (condition ? countMatching(db, table.table, condition) : readCount(db, table.table));
  if (query.count === 0) return { rows: [], total: await count() };
  const list = { table, query, conditions: condition ? [condition] : [], key: sortKey(table.type, engine, query) };
  if (query.cursor !== undefined)
    return { ...(await readByCursor(db, list, query.cursor, now())), total: await count() };
  const offset = query.startIndex - 1;
  const rows = await select(db, list, { descending: query.descending, limit: query.count, offset });
  const reachesEnd = rows.length < query.count && (rows.length > 0 || offset === 0);
  return { rows, total: reachesEnd ? offset + rows.length : await count() };
}

type List<Row> = { table: Table<Row>; query: ListQuery; conditions: RawBuilder<boolean>[]; key: Key | undefined };

/** Reads one row more than asked for: it shows whether the list goes on. */
async function readByCursor<Row extends { id: string }>(
  db: Db,
  list: List<Row>,
  cursor: string,
  now: number,
): Promise<Omit<Page<Row>, 'total'>> {
  const { table, query, key } = list;
  const mark = queryMark(table.table, query);
  const position = cursor === '' ? undefined : readCursor(cursor, mark, now);
  const isBackwards = position?.direction === 'previous';
  const descending = query.descending !== isBackwards;
  const beyond = position ? [isBeyond(table.table, key, position, descending)] : [];
  const found = await select(
    db,
    { ...list, conditions: [...list.conditions, ...beyond] },
    { descending, limit: query.count + 1, offset: 0 },
  );
  const hasMore = found.length > query.count;
  const rows = found.slice(0, query.count);
  if (isBackwards) rows.reverse();
  const cursorOf = (row: Selected<Row> | undefined, direction: Position['direction']) =>
    row && writeCursor({ key: row.sortKey, id: row.id, direction }, mark, now);
  const nextCursor = isBackwards || hasMore ? cursorOf(rows.at(-1), 'next') : undefined;
  const previousCursor = (isBackwards ? hasMore : position !== undefined) ? cursorOf(rows[0], 'previous') : undefined;
  return { rows, ...(nextCursor ? { nextCursor } : {}), ...(previousCursor ? { previousCursor } : {}) };
}

function select<Row>(
  db: Db,
  { table, conditions, key }: List<Row>,
  { descending, ...range }: { descending: boolean; limit: number; offset: number },
): Promise<Selected<Row>[]> {
  const direction = sql.raw(descending ? 'desc' : 'asc');
  const columns = [...(key ? [key] : []), sql.ref(`${table.table}.id`)];
  const order = columns.map((column) => sql`${column} ${direction}`);
  return table.select(db, { conditions, sortKey: key ?? sql<null>`null`, order, ...range });
}

function sortKey(type: ResourceType, engine: Engine, { sortBy }: ListQuery): Key | undefined {
  if (!sortBy) return undefined;
  const operand = sortOperand(type, engine, sortBy);
  if (operand.kind === 'time') return sql`${operand.value}`;
  if (operand.kind === 'flag') return sql`coalesce(cast(${operand.value} as text), ${sql.lit(NO_TEXT)})`;
  if (operand.folded) return sql`${operand.folded}`;
  return sql`coalesce(${comparableText(engine, operand)}, ${sql.lit(NO_TEXT)})`;
}

function isBeyond(table: string, key: Key | undefined, position: Position, descending: boolean): RawBuilder<boolean> {
  const sign = sql.raw(descending ? '<' : '>');
  const id = sql.ref(`${table}.id`);
  if (!key) return sql`${id} ${sign} ${position.id}`;
  return sql`(${key}, ${id}) ${sign} (${position.key}, ${position.id})`;
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
