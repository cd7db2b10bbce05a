import type { DatabaseSync, SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite';
import type { CompiledQuery, QueryResult } from 'kysely';

const STATEMENTS_KEPT = 500;

/** Returns the prepared statement of an SQL text. */
export type Prepare = (sql: string) => { statement: StatementSync; columns: string[] };

/** Returns a function that prepares each statement of a connection once. */
export function statementCache(db: DatabaseSync): Prepare {
  const cache = new Map<string, ReturnType<Prepare>>();
  return (sql) => {
    const known = cache.get(sql);
    if (known) return known;
    const statement = db.prepare(sql);
    const entry = { statement, columns: statement.columns().map(({ name }) => name) };
    statement.setReturnArrays(true);
    if (cache.size >= STATEMENTS_KEPT) cache.delete(cache.keys().next().value ?? '');
    cache.set(sql, entry);
    return entry;
  };
}

/** Runs a statement. */
export function execute<R>(prepare: Prepare, query: CompiledQuery): QueryResult<R> {
  const { statement, columns } = prepare(query.sql);
  if (columns.length > 0) return { rows: rowsOf(statement, columns, query.parameters) as R[] };
  const { changes } = statement.run(...(query.parameters as SQLInputValue[]));
  return { rows: [], numAffectedRows: BigInt(changes) };
}

/**
 * Reads rows as arrays and creates objects from them: the objects that node:sqlite returns have no hidden class in V8, so everything
 * done with them takes several times as long.
 */
export function rowsOf(statement: StatementSync, columns: string[], parameters: readonly unknown[]): object[] {
  const rows = statement.all(...(parameters as SQLInputValue[])) as unknown as SQLOutputValue[][];
  return rows.map((values) => {
    const row: Record<string, SQLOutputValue | undefined> = {};
    for (let index = 0; index < columns.length; index += 1) row[columns[index] ?? ''] = values[index];
    return row;
  });
}
