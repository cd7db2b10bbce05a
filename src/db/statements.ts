import { type Kysely, sql } from 'kysely';
import type { Engine } from './open.ts';

/**
 * Runs statements in their order. `KEY` stands for the type of text that is compared byte by byte: PostgreSQL would compare and sort it by the
 * rules of its locale.
 */
export async function runStatements(db: Kysely<unknown>, engine: Engine, statements: string[]): Promise<void> {
  const key = engine === 'postgres' ? 'text collate "C"' : 'text';
  for (const statement of statements) await sql.raw(statement.replace(/\bKEY\b/g, key)).execute(db);
}
