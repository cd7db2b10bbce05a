import pg from 'pg';
import type { Faults } from './faults.ts';
import { hostsOf } from './postgresUrl.ts';

const RESPONSE_MARGIN_MS = 2_000; // the server's own limit comes first, because it leaves the connection intact
const TRY_EVERY_MS = 100;
const INT8 = 20;

const PREPARE_SESSION = `select set_config('statement_timeout', $1, false),
  pg_is_in_recovery() or current_setting('transaction_read_only')::bool as "readsOnly"`;

/** How long a request waits for a connection, and for one statement, in milliseconds. Waiting for a lock counts. */
export type PoolLimits = { acquire: number; statement: number };

export const defaultLimits: PoolLimits = { acquire: 5_000, statement: 10_000 };

/** `isMigration`: statements may take any time, and a lost database is not waited for. */
export type PoolOptions = { size: number; isMigration: boolean; limits: PoolLimits };

/** Connections to the host that takes writes. */
export type PostgresPool = {
  /** Returns a connection, after a limited wait. @throws DatabaseFault */
  acquire(): Promise<pg.PoolClient>;
  release(client: pg.PoolClient, isBroken: boolean): void;
  /** Whether a connection was lost, at any time. */
  isLost(client: pg.PoolClient): boolean;
  /** Closes all connections to the current host once they are released: it takes no writes any more. */
  leave(): void;
  close(): Promise<void>;
};

/**
 * Opens a pool. Connects to the first host of the URL that takes writes, and to another one if that changes.
 * No limit depends on the state of a session, because a pooler such as PgBouncer shares sessions: the server's limit of single statements is
 * set when a connection opens and may be lost behind a pooler, transactions set their own, and pg stops waiting for a result in any case.
 */
export function openPool(url: string, options: PoolOptions, faults: Faults): PostgresPool {
  const lost = new WeakSet<pg.ClientBase>();
  const hosts = hostsOf(url).map((connectionString) => () => openHost(connectionString, options, lost));
  const pools = hosts.map((open) => open());
  const waiting: (() => void)[] = [];
  let current = 0;
  let isClosed = false;

  /** Tries the current host first, then the others in order. */
  async function connect(): Promise<pg.PoolClient> {
    const errors: unknown[] = [];
    for (const index of [current, ...pools.keys().filter((other) => other !== current)])
      try {
        const client = await pools[index]?.connect();
        current = index;
        if (client) return client;
      } catch (error) {
        errors.push(error);
      }
    throw errors[0];
  }

  async function acquire(): Promise<pg.PoolClient> {
    let limit: AbortSignal | undefined;
    for (;;)
      try {
        return await connect();
      } catch (error) {
        limit ??= AbortSignal.timeout(options.limits.acquire);
        // While the database is known to be away, nobody waits for it: requests would pile up.
        if (isClosed) throw error;
        const mayWait = !options.isMigration && faults.current() !== 'away';
        if (!mayWait || limit.aborted || isWaitOver(error)) throw faults.note('away', error);
        await nextTry();
      }
  }

  /** Waits until a connection is released, because the server may allow fewer than the pool; or some time. */
  async function nextTry(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, TRY_EVERY_MS);
    waiting.push(resolve);
    await promise;
    clearTimeout(timer);
    const position = waiting.indexOf(resolve);
    if (position >= 0) waiting.splice(position, 1);
  }

  return {
    acquire,
    release(client, isBroken) {
      client.release(isBroken);
      waiting.shift()?.();
    },
    isLost: (client) => lost.has(client),
    leave() {
      const left = pools[current];
      const open = hosts[current];
      if (!left || !open) return;
      pools[current] = open();
      left.end().catch(() => {});
    },
    async close() {
      isClosed = true;
      await Promise.all(pools.map((pool) => pool.end()));
    },
  };
}

function openHost(connectionString: string, options: PoolOptions, lost: WeakSet<pg.ClientBase>): pg.Pool {
  const { size, isMigration, limits } = options;
  // Counts and times fit a double; pg would otherwise return them as strings.
  const types = {
    getTypeParser: (oid: number, format?: 'text') => (oid === INT8 ? Number : pg.types.getTypeParser(oid, format)),
  };
  const pool = new pg.Pool({
    connectionString,
    max: size,
    types: types as pg.CustomTypesConfig,
    keepAlive: true,
    connectionTimeoutMillis: limits.acquire,
    ...(isMigration ? {} : { query_timeout: limits.statement + RESPONSE_MARGIN_MS }),
    onConnect: (client) => {
      // A connection may be lost at any time, even between two statements of a transaction. Whatever uses it next fails.
      client.on('error', () => lost.add(client));
      return prepareSession(client, isMigration ? 0 : limits.statement);
    },
  });
  pool.on('error', () => {});
  return pool;
}

/** @throws Error if the host only reads: it is a standby, or a primary that another has replaced */
async function prepareSession(client: pg.ClientBase, statementMs: number): Promise<void> {
  const { rows } = await client.query(PREPARE_SESSION, [statementMs]);
  if (rows[0].readsOnly) throw new Error('This PostgreSQL server takes no writes.');
}

function isWaitOver(error: unknown): boolean {
  return error instanceof Error && /timeout/.test(error.message);
}
