import { existsSync, mkdirSync, realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Dialect, Kysely } from 'kysely';
import type { Logger } from 'pino';
import { DatabaseFault } from '../errors.ts';
import { createPrivate, makePrivate } from '../privateFile.ts';
import { mayConnectLater } from './engineErrors.ts';
import { describeFault, type Faults, openFaults } from './faults.ts';
import { type LongReads, openLongReads } from './longReads.ts';
import { migrate } from './migrations.ts';
import { openPostgres } from './postgres.ts';
import { defaultLimits, type PoolLimits, type PoolOptions } from './postgresPool.ts';
import type { Schema } from './schema.ts';
import { openSqlite } from './sqlite.ts';

const DEFAULT_POOL_SIZE = 20;
const TRY_EVERY_MS = 500;
const TELL_AFTER_MS = 1_000;

export type Engine = 'sqlite' | 'postgres';
export type Db = Kysely<Schema>;

/** Where the state is. A write settles when it is on the disk, or committed if it wrote only relaxed tables (see durability.ts). */
export type Store = {
  engine: Engine;
  db: Db;
  longRead: LongReads;
  /** Returns what is wrong with the database, or undefined. */
  fault(): string | undefined;
  /** Notes that it took writes again. */
  recovered(): void;
  close(): Promise<void>;
};

export type StoreOptions = {
  log?: Pick<Logger, 'error' | 'warn' | 'info'>;
  /** The most connections to PostgreSQL. */
  poolSize?: number;
  /** How long requests wait for PostgreSQL. */
  limits?: PoolLimits;
  /** How long to wait for a database that does not respond; by default, not at all. */
  waitMs?: number;
};

/**
 * Opens the database named by a URL and brings its tables up to date.
 * @param url `sqlite:path/to/file.db` (created if missing) or `postgres://…`
 * @throws Error if the database cannot be reached, or is from a newer version of Anteroom
 */
export async function openStore(url: string, options: StoreOptions = {}): Promise<Store> {
  const { log, waitMs = 0 } = options;
  const limit = waitMs > 0 ? AbortSignal.timeout(waitMs) : AbortSignal.abort();
  let isTold = false;
  const tell = (reason: string) => {
    if (!isTold && waitMs > 0) log?.warn({ reason, seconds: waitMs / 1_000 }, 'waiting for the database');
    isTold = true;
  };
  // A database that accepts the connection and then is silent would be noticed only at the end of the first try.
  const silence = setTimeout(tell, TELL_AFTER_MS, 'no response yet');
  try {
    for (;;)
      try {
        return await openMigrated(url, options);
      } catch (error) {
        const reason = reasonOf(error);
        if (limit.aborted || !isWorthWaiting(error))
          throw new Error(`The database could not be opened: ${reason}`, { cause: error });
        tell(reason);
        await new Promise((resolve) => setTimeout(resolve, TRY_EVERY_MS));
      }
  } finally {
    clearTimeout(silence);
  }
}

async function openMigrated(url: string, options: StoreOptions): Promise<Store> {
  const { log, poolSize = DEFAULT_POOL_SIZE, limits = defaultLimits } = options;
  const pool: PoolOptions = { size: poolSize, isMigration: false, limits };
  if (isPostgres(url)) await migratePostgres(url, options.waitMs);
  const faults = openFaults(log);
  const { engine, dialect, prepare, close } = openEngine(url, pool, faults);
  let closed: Promise<void> | undefined;
  const store: Store = {
    engine,
    db: prepare(new Kysely<Schema>({ dialect })),
    longRead: openLongReads(),
    fault: () => {
      const fault = faults.current();
      return fault && describeFault(fault);
    },
    recovered: () => faults.cleared('check'),
    close: () => {
      closed ??= close();
      return closed;
    },
  };
  if (engine === 'sqlite') await migrateOrClose(store.db, engine, store.close);
  return store;
}

/** Migrates on a connection of its own, because a step may take longer than a statement of a request may. */
async function migratePostgres(url: string, waitMs = 0): Promise<void> {
  const acquire = Math.min(defaultLimits.acquire, waitMs || defaultLimits.acquire);
  const limits = { ...defaultLimits, acquire };
  const { dialect, close } = openPostgres(url, { size: 1, isMigration: true, limits }, openFaults());
  await migrateOrClose(new Kysely<Schema>({ dialect }), 'postgres', close);
  await close();
}

async function migrateOrClose(db: Db, engine: Engine, close: () => Promise<void>): Promise<void> {
  try {
    await migrate(db as unknown as Kysely<unknown>, engine);
  } catch (error) {
    await close();
    throw error;
  }
}

/** Returns the cause of a fault. For a host with several addresses, the message is empty and there is one error per address. */
function reasonOf(error: unknown): string {
  const cause = error instanceof DatabaseFault ? error.cause : error;
  const first: unknown = cause instanceof AggregateError ? cause.errors[0] : cause;
  return first instanceof Error ? first.message : String(first);
}

function isWorthWaiting(error: unknown): boolean {
  return error instanceof DatabaseFault && error.status === 503 && mayConnectLater(error.cause);
}

function isPostgres(url: string): boolean {
  return /^postgres(ql)?:/.test(url);
}

type OpenEngine = { engine: Engine; dialect: Dialect; prepare(db: Db): Db; close(): Promise<void> };

function openEngine(url: string, pool: PoolOptions, faults: Faults): OpenEngine {
  if (isPostgres(url)) return { engine: 'postgres', ...openPostgres(url, pool, faults) };
  const file = url.replace(/^sqlite:/, '');
  prepareFile(file);
  return { engine: 'sqlite', prepare: (db) => db, ...openSqlite(file, faults) };
}

/** Makes the file and its logs private. SQLite gives new logs the mode of the file, and follows a link to it. */
function prepareFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  if (!existsSync(file)) createPrivate(file);
  for (const end of ['', '-wal', '-shm']) makePrivate(`${realpathSync(file)}${end}`);
}
