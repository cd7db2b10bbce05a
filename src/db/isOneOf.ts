import { PostgresAdapter, type RawBuilder, sql } from 'kysely';
import type { Db } from './open.ts';

/**
 * Whether a column holds one of some texts, given as a JSON array: of whatever length the list is, the words of the query stay the same
 * (see prepared).
 */
export function isOneOf(db: Db, column: string, json: string): RawBuilder<boolean> {
  const isPostgres = db.getExecutor().adapter instanceof PostgresAdapter;
  const values = isPostgres
    ? sql`select jsonb_array_elements_text(${json}::jsonb)`
    : sql`select value from json_each(${json})`;
  return sql<boolean>`${sql.ref(column)} in (${values})`;
}
