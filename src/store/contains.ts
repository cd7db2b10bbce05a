import { type RawBuilder, sql } from 'kysely';

/** Whether a column holds a text somewhere, ASCII letters in any case. No character of the text is a wildcard. */
export function contains(column: string, text: string): RawBuilder<boolean> {
  const pattern = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
  // SQLite knows no escape character unless it is told one.
  return sql<boolean>`lower(${sql.ref(column)}) like lower(${pattern}) escape '\\'`;
}
