import { CompiledQuery, type Insertable, PostgresAdapter } from 'kysely';
import type { Db } from './open.ts';
import type { Schema } from './schema.ts';

// Each number of rows is a statement of its own, which is worth keeping: of any number of rows these three are made.
const ROWS_PER_STATEMENT = [100, 10, 1];

/** What becomes of a row that is there already, by its key: it stays as it is, or becomes the new one. */
export type OnConflict<T extends keyof Schema> = { key: (keyof Schema[T] & string)[]; existing: 'keep' | 'replace' };

/**
 * Inserts rows that all name the same columns; the words of the statements depend on nothing else and are put together once.
 * For what is written all the time: the query builder takes several times what SQLite takes to insert. Returns how many were inserted or replaced.
 */
export async function insertRows<T extends keyof Schema>(
  db: Db,
  table: T,
  rows: Insertable<Schema[T]>[],
  onConflict?: OnConflict<T>,
): Promise<number> {
  const columns = Object.keys(rows[0] ?? {});
  let inserted = 0;
  let start = 0;
  for (const size of ROWS_PER_STATEMENT)
    for (; rows.length - start >= size; start += size) {
      const values = rows.slice(start, start + size).flatMap((row) => columns.map((name) => columnOf(row, name)));
      const words = wordsOf(db, table, columns, size, onConflict);
      const { numAffectedRows = 0n } = await db.executeQuery(CompiledQuery.raw(words, values));
      inserted += Number(numAffectedRows);
    }
  return inserted;
}

const known = new Map<string, string>();

function wordsOf<T extends keyof Schema>(
  db: Db,
  table: T,
  columns: string[],
  size: number,
  onConflict: OnConflict<T> | undefined,
): string {
  const isPostgres = db.getExecutor().adapter instanceof PostgresAdapter;
  const name = `${isPostgres} ${table} ${size} ${onConflict?.existing} ${columns}`;
  let words = known.get(name);
  if (words === undefined) {
    const place = (index: number) => (isPostgres ? `$${index + 1}` : '?');
    const row = (index: number) => `(${columns.map((_, column) => place(index * columns.length + column))})`;
    const all = Array.from({ length: size }, (_, index) => row(index));
    words = `insert into ${quoted([table])} (${quoted(columns)}) values ${all}${conflictWords(columns, onConflict)}`;
    known.set(name, words);
  }
  return words;
}

function conflictWords<T extends keyof Schema>(columns: string[], onConflict: OnConflict<T> | undefined): string {
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
