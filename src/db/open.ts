import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Dialect, Kysely } from 'kysely';
import { createPrivate, makePrivate } from '../privateFile.ts';
import { type LongReads, openLongReads } from './longReads.ts';
import { migrate } from './migrations.ts';
import { openPostgres } from './postgres.ts';
import type { Schema } from './schema.ts';
import { openSqlite } from './sqlite.ts';

export type Engine = 'sqlite' | 'postgres';
export type Db = Kysely<Schema>;

/** Where the state is. A write settles when it is on the disk, or committed if it wrote only relaxed tables (see durability.ts). */
export type Store = { engine: Engine; db: Db; longRead: LongReads; close(): Promise<void> };

/**
 * Opens the database named by a URL and brings its tables up to date.
 * @param url `sqlite:path/to/file.db` (created if missing) or `postgres://…`
 * @throws Error if the database cannot be reached, or is from a newer version of Anteroom
 */
export async function openStore(url: string): Promise<Store> {
  try {
    return await openMigrated(url);
  } catch (error) {
    throw new Error(`The database could not be opened: ${reasonOf(error)}`, { cause: error });
  }
}

async function openMigrated(url: string): Promise<Store> {
  const { engine, dialect, close } = openEngine(url);
  let closed: Promise<void> | undefined;
  const store: Store = {
    engine,
    db: new Kysely<Schema>({ dialect }),
    longRead: openLongReads(),
    close: () => {
      closed ??= close();
      return closed;
    },
  };
  try {
    await migrate(store.db as unknown as Kysely<unknown>, engine);
  } catch (error) {
    await store.close();
    throw error;
  }
  return store;
}

/** For a host with several addresses, the message is empty and there is one error per address. */
function reasonOf(error: unknown): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error ? first.message : String(first);
}

function openEngine(url: string): { engine: Engine; dialect: Dialect; close(): Promise<void> } {
  if (/^postgres(ql)?:/.test(url)) return { engine: 'postgres', ...openPostgres(url) };
  const file = url.replace(/^sqlite:/, '');
  prepareFile(file);
  return { engine: 'sqlite', ...openSqlite(file) };
}

/** Makes the file and its logs private. SQLite gives new logs the mode of the file, and follows a link to it. */
function prepareFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  if (!existsSync(file)) createPrivate(file);
  for (const end of ['', '-wal', '-shm']) makePrivate(`${realpathSync(file)}${end}`);
}
