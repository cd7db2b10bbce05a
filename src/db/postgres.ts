import { type Dialect, PostgresDialect } from 'kysely';
import pg from 'pg';

const POOL_SIZE = 10;
const INT8 = 20;

export type PostgresEngine = { durable: Dialect; relaxed: Dialect; close(): Promise<void> };

/**
 * Opens a PostgreSQL database by its URL, with a pool whose commits wait for the disk and one whose commits
 * do not (synchronous_commit=off), for what may be lost when the machine itself falls over.
 */
export function openPostgres(url: string): PostgresEngine {
  const durable = pool(url);
  const relaxed = pool(url, '-c synchronous_commit=off');
  return {
    durable: new PostgresDialect({ pool: durable }),
    relaxed: new PostgresDialect({ pool: relaxed }),
    close: async () => {
      await Promise.all([durable.end(), relaxed.end()]);
    },
  };
}

function pool(connectionString: string, options?: string): pg.Pool {
  // Counts and times fit a double; pg would otherwise hand them out as strings.
  const types = {
    getTypeParser: (oid: number, format?: 'text') => (oid === INT8 ? Number : pg.types.getTypeParser(oid, format)),
  };
  const opened = new pg.Pool({
    connectionString,
    max: POOL_SIZE,
    types: types as pg.CustomTypesConfig,
    ...(options ? { options } : {}),
  });
  // The server ended a connection that nobody was using, as in a restart: the pool has dropped it, and the next query opens another.
  opened.on('error', () => {});
  return opened;
}
