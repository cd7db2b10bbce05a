import { join } from 'node:path';
import { type Engine, openStore, type Store } from '../../src/db/open.ts';
import { whenDone } from './cleanup.ts';
import { freshPostgresUrl } from './postgres.ts';
import { tempFolder } from './tempFolder.ts';

const engines = { sqlite: 'on SQLite', postgres: 'on PostgreSQL' } as const satisfies Record<Engine, string>;

/** A store with all tables and no rows, closed and removed when the test is done. */
export type Open = () => Promise<Store>;

/** Runs a suite once on SQLite and once on PostgreSQL. Each `open()` is a database of its own. */
export function withStores(suite: (open: Open, engine: Engine) => void): void {
  for (const engine of Object.keys(engines) as Engine[]) {
    describe(engines[engine], () => suite(() => openTestStore(engine), engine));
  }
}

/** A store with all tables and no rows on one engine. */
export async function openTestStore(engine: Engine = 'sqlite'): Promise<Store> {
  const store = await openStore(await freshDatabaseUrl(engine));
  whenDone(() => store.close());
  return store;
}

/** The DATABASE_URL of a database with nothing in it. */
export async function freshDatabaseUrl(engine: Engine): Promise<string> {
  return engine === 'postgres' ? freshPostgresUrl() : `sqlite:${join(tempFolder(), 'anteroom.db')}`;
}
