import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { CompiledQuery, QueryResult } from 'kysely';

const STATEMENTS_KEPT = 500;

/** A prepared statement, and what makes an object of the values of a row; undefined if it returns no rows. */
type Prepared = { statement: StatementSync; toRow: ((values: SQLOutputValue[]) => object) | undefined };

/** Returns the prepared statement of an SQL text. */
export type Prepare = (sql: string) => Prepared;

/** Returns a function that prepares each statement of a connection once. */
export function statementCache(db: DatabaseSync): Prepare {
  const cache = new Map<string, Prepared>();
  return (sql) => {
    const known = cache.get(sql);
    if (known) return known;
    const statement = db.prepare(sql);
    const columns = statement.columns().map(({ name }) => name);
    const entry = { statement, toRow: columns.length > 0 ? rowMaker(columns) : undefined };
    statement.setReturnArrays(true);
    if (cache.size >= STATEMENTS_KEPT) cache.delete(cache.keys().next().value ?? '');
    cache.set(sql, entry);
    return entry;
  };
}

/** Runs a statement. */
export function execute<R>(prepare: Prepare, query: CompiledQuery): QueryResult<R> {
  const prepared = prepare(query.sql);
  if (prepared.toRow) return { rows: rowsOf(prepared, query.parameters) as R[] };
  const { changes } = prepared.statement.run(...(query.parameters as SQLInputValue[]));
  return { rows: [], numAffectedRows: BigInt(changes) };
}

/**
 * Reads rows as arrays and creates objects from them: the objects that node:sqlite returns have no hidden class in V8, so everything
 * done with them takes several times as long.
 */
export function rowsOf({ statement, toRow }: Prepared, parameters: readonly unknown[]): object[] {
  const rows = valuesOf(statement, parameters as SQLInputValue[]);
  return toRow ? rows.map((values) => toRow(values)) : [];
}

/** Only someone with the file can have stored an integer past 2^53: it is rounded, as pg rounds it, and hides no other row. */
function valuesOf(statement: StatementSync, parameters: SQLInputValue[]): SQLOutputValue[][] {
  try {
    return statement.all(...parameters) as unknown as SQLOutputValue[][];
  } catch (error) {
    if (!(error instanceof RangeError) || !/^select/i.test(statement.sourceSQL)) throw error;
  }
  statement.setReadBigInts(true);
  try {
    const rows = statement.all(...parameters) as unknown as SQLOutputValue[][];
    return rows.map((values) => values.map((value) => (typeof value === 'bigint' ? Number(value) : value)));
  } finally {
    statement.setReadBigInts(false);
  }
}

/**
 * Returns a function that makes an object of the values of these columns. It is compiled from their names: setting them one by one takes
 * ten times as long, which is a tenth of a page of people.
 */
function rowMaker(columns: string[]): (values: SQLOutputValue[]) => object {
  const members = columns.map((name, index) => `${JSON.stringify(name)}: values[${index}]`);
  return new Function('values', `return { ${members.join(', ')} };`) as ReturnType<typeof rowMaker>;
}
