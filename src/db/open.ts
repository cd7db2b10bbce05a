import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Dialect, Kysely } from 'kysely';
import { migrate } from './migrations.ts';
import { openPostgres } from './postgres.ts';
import { type Reader, readAtOnce } from './prepared.ts';
import type { Schema } from './schema.ts';
import { openSqlite } from './sqlite.ts';

export type Engine = 'sqlite' | 'postgres';
export type Db = Kysely<Schema>;

/** Where the state is. Both members see the same tables; a transaction of one must not wait for a write of the other. */
export type Store = {
  engine: Engine;
  /** For the directory, the settings and the activity: on the disk when the answer is sent. */
  db: Db;
  /** For sessions, requests in flight and used assertion IDs: survives the process, perhaps not the machine. */
  relaxed: Db;
  close(): Promise<void>;
};

/**
 * Opens the database named by a URL and brings its tables up to date.
 * @param url `sqlite:path/to/file.db` (made where missing) or `postgres://…`
 * @throws Error when the database cannot be reached, or was written by a newer Anteroom
 */
export async function openStore(url: string): Promise<Store> {
  try {
    return await openMigrated(url);
  } catch (error) {
    throw new Error(`The database could not be opened: ${reasonOf(error)}`, { cause: error });
  }
}

async function openMigrated(url: string): Promise<Store> {
  const { engine, durable, relaxed, reader, close } = openEngine(url);
  let closed: Promise<void> | undefined;
  const store: Store = {
    engine,
    db: new Kysely<Schema>({ dialect: durable }),
    relaxed: new Kysely<Schema>({ dialect: relaxed }),
    close: () => {
      closed ??= close();
      return closed;
    },
  };
  if (reader) for (const db of [store.db, store.relaxed]) readAtOnce(db, reader);
  try {
    await migrate(store.db as unknown as Kysely<unknown>, engine);
  } catch (error) {
    await store.close();
    throw error;
  }
  return store;
}

/** A host with several addresses fails with an error for each of them, below one whose message is empty. */
function reasonOf(error: unknown): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error ? first.message : String(first);
}

function openEngine(url: string): {
  engine: Engine;
  durable: Dialect;
  relaxed: Dialect;
  reader?: Reader;
  close(): Promise<void>;
} {
  if (/^postgres(ql)?:/.test(url)) return { engine: 'postgres', ...openPostgres(url) };
  const file = url.replace(/^sqlite:/, '');
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  return { engine: 'sqlite', ...openSqlite(file) };
}
