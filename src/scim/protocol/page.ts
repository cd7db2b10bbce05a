import { type RawBuilder, sql } from 'kysely';
import type { Engine } from '../../db/open.ts';
import type { Selected, Selection } from '../../store/selection.ts';
import type { ResourceType } from '../schema/schema.ts';
import { textOf } from './comparisonSql.ts';
import { type Place, readCursor, writeCursor } from './cursor.ts';
import { filterToSql, sortTarget } from './filterSql.ts';
import type { ListQuery } from './listQuery.ts';

/** A table that can be listed. `countAll` knows the number of rows without counting them. */
export type Table<Row> = {
  name: 'users' | 'groups';
  select(selection: Selection): Promise<Selected<Row & { id: string }>[]>;
  count(condition: RawBuilder<boolean>): Promise<number>;
  countAll(): Promise<number>;
};

export type Page<Row> = { rows: Row[]; total: number; nextCursor?: string; previousCursor?: string };

// Behind every text, so that what has no value comes last (RFC 7644 3.4.2.3); never null, so that a page can begin after it.
const NO_TEXT = '\u{10ffff}';

type Key = RawBuilder<string | number>;

/** A page of a table (RFC 7644 3.4.2.4, RFC 9865). @throws ScimError invalidFilter, invalidPath, invalidCursor, expiredCursor */
export async function readPage<Row>(
  table: Table<Row>,
  type: ResourceType,
  engine: Engine,
  query: ListQuery,
  now: number,
): Promise<Page<Row>> {
  const condition = query.filter && filterToSql(type, engine, query.filter);
  const key = query.sortBy && sortKey(type, engine, query);
  const count = async () => (condition ? table.count(condition) : table.countAll());
  if (query.count === 0) return { rows: [], total: await count() };
  const conditions = condition ? [condition] : [];
  if (query.cursor !== undefined) {
    const place = query.cursor === '' ? undefined : readCursor(query.cursor, markOf(table, query), now);
    const page = await pageFromPlace(table, query, conditions, key, place, now);
    return { ...page, total: await count() };
  }
  const order = orderOf(table.name, key, query.descending);
  const offset = query.startIndex - 1;
  const rows = await table.select({ conditions, sortKey: keyColumn(key), order, limit: query.count, offset });
  const reachesEnd = rows.length < query.count && (rows.length > 0 || offset === 0);
  return { rows, total: reachesEnd ? offset + rows.length : await count() };
}

async function pageFromPlace<Row>(
  table: Table<Row>,
  query: ListQuery,
  conditions: RawBuilder<boolean>[],
  key: Key | undefined,
  place: Place | undefined,
  now: number,
): Promise<Omit<Page<Row>, 'total'>> {
  const backwards = place?.direction === 'previous';
  const descending = query.descending !== backwards;
  const beyond = place ? [isBeyond(table.name, key, place, descending)] : [];
  const found = await table.select({
    conditions: [...conditions, ...beyond],
    sortKey: keyColumn(key),
    order: orderOf(table.name, key, descending),
    limit: query.count + 1,
    offset: 0,
  });
  const more = found.length > query.count;
  const rows = found.slice(0, query.count);
  if (backwards) rows.reverse();
  const cursor = (row: (typeof rows)[number] | undefined, direction: Place['direction']) =>
    row && writeCursor({ key: row.sortKey, id: row.id, direction }, markOf(table, query), now);
  const nextCursor = backwards || more ? cursor(rows.at(-1), 'next') : undefined;
  const previousCursor = (backwards ? more : place !== undefined) ? cursor(rows.at(0), 'previous') : undefined;
  return { rows, ...(nextCursor ? { nextCursor } : {}), ...(previousCursor ? { previousCursor } : {}) };
}

/** What a cursor belongs to: the endpoint and the query. */
function markOf({ name }: Pick<Table<unknown>, 'name'>, { mark }: ListQuery): string {
  return `${name} ${mark}`;
}

function sortKey(type: ResourceType, engine: Engine, { sortBy }: ListQuery): Key | undefined {
  if (!sortBy) return undefined;
  const target = sortTarget(type, engine, sortBy);
  if (target.kind === 'time') return sql`${target.value}`;
  if (target.kind === 'flag') return sql`coalesce(cast(${target.value} as text), ${sql.lit(NO_TEXT)})`;
  if (target.folded) return sql`${target.folded}`;
  return sql`coalesce(${textOf(engine, target)}, ${sql.lit(NO_TEXT)})`;
}

function keyColumn(key: Key | undefined): RawBuilder<string | number | null> {
  return key ?? sql<null>`null`;
}

function orderOf(table: string, key: Key | undefined, descending: boolean): RawBuilder<unknown>[] {
  const direction = sql.raw(descending ? 'desc' : 'asc');
  const columns = key ? [key, sql.ref(`${table}.id`)] : [sql.ref(`${table}.id`)];
  return columns.map((column) => sql`${column} ${direction}`);
}

function isBeyond(table: string, key: Key | undefined, place: Place, descending: boolean): RawBuilder<boolean> {
  const sign = sql.raw(descending ? '<' : '>');
  const id = sql.ref(`${table}.id`);
  if (!key) return sql`${id} ${sign} ${place.id}`;
  return sql`(${key}, ${id}) ${sign} (${place.key}, ${place.id})`;
}
