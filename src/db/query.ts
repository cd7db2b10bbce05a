import {
  type Compilable,
  CompiledQuery,
  type DeleteResult,
  type Insertable,
  InsertQueryNode,
  PostgresAdapter,
  type RawBuilder,
  type SelectQueryBuilder,
  SelectQueryNode,
  sql,
  TableNode,
  type UpdateResult,
} from 'kysely';
import type { Db, Engine } from './open.ts';
import { type Schema, tables } from './schema.ts';
import { SqliteReadAdapter } from './sqlite.ts';

const ASCII = /^[\0-\x7f]*$/;

type Value = string | number | null;
type Build<Values extends Value[], Row> = (db: Db, ...values: Values) => Compilable<Row>;

/** A placeholder for a value while a query is compiled. */
type Placeholder = { position: number };

/**
 * Returns a query that is built and compiled once per engine. Use it for reads of every request: building a query in Kysely takes several
 * times as long as running it in SQLite. Outside of transactions a read on SQLite also skips Kysely's connection handling.
 * Measured: a third of a SCIM lookup (docs/decisions/what-every-request-costs.md).
 * @param build builds the query with placeholders for the values, so it must not use them otherwise
 */
export function prepared<Values extends Value[], Row>(
  build: Build<Values, Row>,
): (db: Db, ...values: Values) => Promise<Row[]> {
  const compiled: { sqlite?: CompiledQuery<Row>; postgres?: CompiledQuery<Row> } = {};
  return async (db, ...values) => {
    const engine = engineOf(db);
    compiled[engine] ??= compile(db, build);
    return run(db, compiled[engine], values);
  };
}

/** Returns a query that is built and compiled once and run with many values, like prepared(), but is not kept. */
export function compiled<Values extends Value[], Row>(
  db: Db,
  build: Build<Values, Row>,
): (...values: Values) => Promise<Row[]> {
  const query = compile(db, build);
  return (...values) => run(db, query, values);
}

/** Runs an update or a deletion. Returns whether it changed a row: of several at once that can succeed only once, only one gets true. */
export async function changesOne(query: {
  executeTakeFirst(): Promise<UpdateResult | DeleteResult>;
}): Promise<boolean> {
  const result = await query.executeTakeFirst();
  return ('numUpdatedRows' in result ? result.numUpdatedRows : result.numDeletedRows) === 1n;
}

/** Counts the rows of a query that selects nothing yet. */
export async function countRows<Tables, Table extends keyof Tables>(
  query: SelectQueryBuilder<Tables, Table, unknown>,
): Promise<number> {
  const row = await query.select((e) => e.fn.countAll<number>().as('count')).executeTakeFirstOrThrow();
  return (row as { count: number }).count;
}

/** What to do with a row whose key already exists: keep the existing row, or replace it. */
export type OnConflict<T extends keyof Schema> = { key: (keyof Schema[T] & string)[]; existing: 'keep' | 'replace' };

// SQLite prepares a separate statement for each number of rows, so there are only a few.
const ROWS_PER_STATEMENT = [100, 10, 4, 2, 1];

/**
 * Returns what inserts rows into a table. It returns how many were inserted or replaced. Its statements are built once per engine and number
 * of rows, and contain every column: Kysely takes several times as long to build one as SQLite takes to run it.
 */
export function inserter<T extends keyof Schema>(
  table: T,
  onConflict?: OnConflict<T>,
): (db: Db, rows: Insertable<Schema[T]>[]) => Promise<number> {
  const columns = Object.keys(tables[table]);
  const node = InsertQueryNode.create(TableNode.create(table)); // tells the engine which table is written
  const kept = { sqlite: new Map<number, string>(), postgres: new Map<number, string>() };
  function statementOf(engine: Engine, size: number): string {
    const known = kept[engine].get(size) ?? insertSql(engine, table, columns, size, onConflict);
    kept[engine].set(size, known);
    return known;
  }
  return async (db, rows) => {
    const engine = engineOf(db);
    let [inserted, start] = [0, 0];
    for (const size of ROWS_PER_STATEMENT)
      for (; rows.length - start >= size; start += size) {
        const values = rows.slice(start, start + size).flatMap((row) => columns.map((name) => columnOf(row, name)));
        const query = CompiledQuery.raw(statementOf(engine, size), values);
        const { numAffectedRows = 0n } = await db.executeQuery({ ...query, query: node });
        inserted += Number(numAffectedRows);
      }
    return inserted;
  };
}

/**
 * Returns a list for isOneOf. Leaves out texts that PostgreSQL cannot read from JSON (U+0000 and lone surrogates), which are in no row.
 */
export function jsonList(values: readonly string[]): string {
  return JSON.stringify(values.filter((value) => value.isWellFormed() && !value.includes('\0')));
}

/** Returns a condition that a column or an expression is in a list of values as a JSON array, so that lists of any length are the same prepared query. */
export function isOneOf(db: Db, column: string | RawBuilder<unknown>, json: string): RawBuilder<boolean> {
  const values =
    engineOf(db) === 'postgres'
      ? sql`select jsonb_array_elements_text(${json}::jsonb)`
      : sql`select value from json_each(${json})`;
  return sql<boolean>`${typeof column === 'string' ? sql.ref(column) : column} in (${values})`;
}

/**
 * Returns the value of a property in a column with a JSON object, or null. It must be a text without characters that JSON escapes, such as an
 * address. PostgreSQL would refuse to read the whole object if another value contains U+0000.
 */
export function jsonText(db: Db, column: string, property: string): RawBuilder<string | null> {
  return engineOf(db) === 'postgres'
    ? sql`nullif(split_part(split_part(${sql.ref(column)}, ${`"${property}":"`}, 2), '"', 1), '')`
    : sql`json_extract(${sql.ref(column)}, ${`$.${property}`})`;
}

/**
 * Returns a condition that a column contains a text, in any case. The text has no wildcards. For an ASCII text there is a way that is many times
 * faster than to lower every alphabet: LIKE of SQLite ignores the case of ASCII itself, and PostgreSQL lowers by the rules of "C".
 */
export function containsText(db: Db, column: string, text: string): RawBuilder<boolean> {
  const [name, pattern, isAscii] = [sql.ref(column), `%${literal(text)}%`, ASCII.test(text)];
  if (engineOf(db) === 'sqlite' && isAscii) return sql<boolean>`${name} like ${pattern} escape '\\'`;
  const collation = engineOf(db) === 'postgres' ? sql`collate ${sql.id(isAscii ? 'C' : 'default')}` : sql``;
  return sql<boolean>`lower(${name} ${collation}) like lower(${pattern}) escape '\\'`;
}

/** Returns a text as a part of a pattern for LIKE, without wildcards. SQLite has no default escape character: use `escape '\\'`. */
export function literal(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

function engineOf(db: Db): Engine {
  return db.getExecutor().adapter instanceof PostgresAdapter ? 'postgres' : 'sqlite';
}

function compile<Values extends Value[], Row>(db: Db, build: Build<Values, Row>): CompiledQuery<Row> {
  return build(db, ...placeholders<Values>(build.length - 1)).compile();
}

async function run<Row>(db: Db, query: CompiledQuery<Row>, values: Value[]): Promise<Row[]> {
  const parameters = query.parameters.map((value) => (isPlaceholder(value) ? values[value.position] : value));
  const { adapter } = db.getExecutor();
  if (adapter instanceof SqliteReadAdapter && !db.isTransaction && SelectQueryNode.is(query.query))
    return adapter.read(query.sql, parameters) as Row[];
  return (await db.executeQuery<Row>({ ...query, parameters })).rows;
}

function placeholders<Values>(count: number): Values {
  return Array.from({ length: count }, (_, position): Placeholder => ({ position })) as Values;
}

function isPlaceholder(value: unknown): value is Placeholder {
  return typeof value === 'object' && value !== null && 'position' in value;
}

function insertSql<T extends keyof Schema>(
  engine: Engine,
  table: T,
  columns: string[],
  size: number,
  onConflict: OnConflict<T> | undefined,
): string {
  const placeholder = engine === 'postgres' ? (index: number) => `$${index + 1}` : () => '?';
  const row = (index: number) => `(${columns.map((_, column) => placeholder(index * columns.length + column))})`;
  const rows = Array.from({ length: size }, (_, index) => row(index));
  return `insert into ${quoted([table])} (${quoted(columns)}) values ${rows}${conflictSql(columns, onConflict)}`;
}

function conflictSql<T extends keyof Schema>(columns: string[], onConflict: OnConflict<T> | undefined): string {
  if (!onConflict) return '';
  const { key, existing } = onConflict;
  if (existing === 'keep') return ` on conflict (${quoted(key)}) do nothing`;
  const others = columns.filter((column) => !(key as string[]).includes(column));
  return ` on conflict (${quoted(key)}) do update set ${others.map((column) => `"${column}" = excluded."${column}"`)}`;
}

function quoted(names: string[]): string {
  return names.map((name) => `"${name}"`).join();
}

function columnOf(row: object, name: string): unknown {
  return (row as Record<string, unknown>)[name] ?? null;
}
