import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Engine, openStore, type Store } from '../../src/db/open.ts';
import { whenDone } from './cleanup.ts';
import { emptyPostgresUrl, freshPostgresUrl } from './postgres.ts';
import { tempFolder } from './tempFolder.ts';

const engines = { sqlite: 'on SQLite', postgres: 'on PostgreSQL' } as const satisfies Record<Engine, string>;

/** Opens a store with all tables and no rows. It is closed and removed after the test. */
export type Open = () => Promise<Store>;

/** Runs a suite on SQLite and on PostgreSQL. Each `open()` is another database. */
export function withStores(suite: (open: Open, engine: Engine) => void): void {
  for (const engine of Object.keys(engines) as Engine[]) {
    describe(engines[engine], () => suite(() => openTestStore(engine), engine));
  }
}

/** Opens a store with empty tables on one engine. */
export async function openTestStore(engine: Engine = 'sqlite'): Promise<Store> {
  const url = engine === 'postgres' ? await emptyPostgresUrl() : await emptySqliteUrl();
  // Emptying a database closes all connections to it, which a pooler between notices a moment later.
  const store = await openStore(url, { waitMs: 5_000 });
  whenDone(() => store.close());
  return store;
}

/** Returns the DATABASE_URL of a database without tables. */
export async function freshDatabaseUrl(engine: Engine): Promise<string> {
  return engine === 'postgres' ? freshPostgresUrl() : `sqlite:${join(tempFolder(), 'anteroom.db')}`;
}

let migrated: Promise<Buffer> | undefined;

/** Returns a copy of a migrated file, because copying takes a fraction of the time of a migration. */
async function emptySqliteUrl(): Promise<string> {
  migrated ??= migratedFile();
  const file = join(tempFolder(), 'anteroom.db');
  writeFileSync(file, await migrated);
  return `sqlite:${file}`;
}

async function migratedFile(): Promise<Buffer> {
  const file = join(tempFolder(), 'anteroom.db');
  const store = await openStore(`sqlite:${file}`);
  await store.close();
  return readFileSync(file);
}
