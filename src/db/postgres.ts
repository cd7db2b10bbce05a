import {
  AbortedTransactionError,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  SelectQueryNode,
  type TransactionSettings,
} from 'kysely';
import type pg from 'pg';
import { isRelaxedWrite } from './durability.ts';
import { endsConnection, isReadOnly, isReadTimeout, postgresFaultOf } from './engineErrors.ts';
import type { Faults } from './faults.ts';
import type { Db } from './open.ts';
import { openPool, type PoolOptions, type PostgresPool } from './postgresPool.ts';
import { Cut, openRetry, type Retry, retryTransactions } from './retry.ts';

const IDLE_IN_TRANSACTION_MS = 60_000;

// As SQL in the transaction and not as a startup option, which PgBouncer and Neon refuse.
const RELAXED = 'set local synchronous_commit to off';
const NO_TEXT = /\0/g; // PostgreSQL's texts cannot contain it

export type PostgresEngine = { dialect: Dialect; prepare(db: Db): Db; close(): Promise<void> };

/** Opens a PostgreSQL database by its URL. A commit waits for the disk unless it wrote only relaxed tables. */
export function openPostgres(url: string, options: PoolOptions, faults: Faults): PostgresEngine {
  const pool = openPool(url, options, faults);
  const retry = openRetry(faults);
  const engine = { pool, faults, retry, begin: beginOf(options) };
  const acquire = async () => new Connection(engine, await pool.acquire());
  return {
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => driver(acquire),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
    prepare: (db) => retryTransactions(db, retry),
    close: pool.close,
  };
}

function driver(acquireConnection: () => Promise<Connection>): Driver {
  const own = (connection: DatabaseConnection) => connection as Connection;
  return {
    init: async () => {},
    acquireConnection,
    beginTransaction: (connection, settings) => own(connection).begin(settings),
    commitTransaction: (connection) => own(connection).commit(),
    rollbackTransaction: (connection) => own(connection).rollback(),
    releaseConnection: async (connection) => own(connection).release(),
    destroy: async () => {},
  };
}

/** `begin`: what begins a transaction and sets its limits, in one message to the server. */
type Engine = { pool: PostgresPool; faults: Faults; retry: Retry; begin: string };

/** A connection, for as long as it is out of the pool. Notes whether a transaction has written a table that is not relaxed. */
class Connection implements DatabaseConnection {
  readonly #engine: Engine;
  #client: pg.PoolClient | undefined;
  #inTransaction = false;
  #isDurable = false;
  #isBroken = false;

  constructor(engine: Engine, client: pg.PoolClient) {
    this.#engine = engine;
    this.#client = client;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (!this.#inTransaction) return this.#engine.retry(() => this.#executeAlone(query));
    this.#isDurable ||= !SelectQueryNode.is(query.query) && !isRelaxedWrite(query.query);
    return resultOf(await this.#send(query.sql, query.parameters));
  }

  /** A durable write alone is its own commit: if the connection is lost, it may have been stored. */
  async #executeAlone<R>({ query, sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#isBroken) await this.#replaceClient();
    if (SelectQueryNode.is(query)) return resultOf(await this.#send(sql, parameters));
    if (!isRelaxedWrite(query)) return resultOf(await this.#send(sql, parameters, 'commits'));
    try {
      await this.#send(`${this.#engine.begin}; ${RELAXED}`);
      const result = await this.#send(sql, parameters);
      await this.#send('commit', [], 'commits');
      return resultOf(result);
    } catch (error) {
      await this.rollback();
      throw error;
    }
  }

  streamQuery(): never {
    throw new Error('Streaming is not supported: read in pages.');
  }

  async begin({ isolationLevel }: TransactionSettings): Promise<void> {
    const isolation = isolationLevel ? `; set transaction isolation level ${isolationLevel}` : '';
    try {
      await this.#send(this.#engine.begin + isolation);
      this.#inTransaction = true;
    } catch (error) {
      this.#isBroken = true; // it may be in a transaction
      throw error;
    }
  }

  async commit(): Promise<void> {
    const result = await this.#send(this.#isDurable ? 'commit' : `${RELAXED}; commit`, [], 'commits');
    // PostgreSQL completes COMMIT with ROLLBACK if an earlier statement failed.
    if ([result].flat().at(-1)?.command === 'ROLLBACK') throw new AbortedTransactionError();
  }

  /** Never fails: a connection that cannot roll back is not used again, and PostgreSQL rolls back when it closes. */
  async rollback(): Promise<void> {
    if (this.#isBroken) return;
    await this.#send('rollback').catch(() => {
      this.#isBroken = true;
    });
  }

  release(): void {
    const client = this.#client;
    this.#client = undefined;
    if (client) this.#engine.pool.release(client, this.#isBroken);
  }

  async #replaceClient(): Promise<void> {
    this.release();
    this.#client = await this.#engine.pool.acquire();
    this.#isBroken = false;
  }

  async #send(
    sql: string,
    parameters: readonly unknown[] = [],
    commits?: 'commits',
  ): Promise<pg.QueryResult | pg.QueryResult[]> {
    if (!this.#client) throw new Error('The connection was released.');
    try {
      const result = await this.#client.query(sql, parameters.map(toText));
      this.#engine.faults.cleared(commits ? 'write' : 'read');
      return result;
    } catch (error) {
      throw this.#failureOf(this.#client, error, commits);
    }
  }

  #failureOf(client: pg.PoolClient, error: unknown, commits?: 'commits'): unknown {
    const { faults, pool } = this.#engine;
    const wasReadOnly = isReadOnly(error);
    const isCut = wasReadOnly || endsConnection(error) || pool.isLost(client);
    if (wasReadOnly) pool.leave();
    this.#isBroken ||= isCut || isReadTimeout(error);
    if (isReadTimeout(error) || (isCut && commits && !wasReadOnly)) return faults.note('away', error);
    if (isCut) return new Cut('The connection was lost.', { cause: error });
    const fault = postgresFaultOf(error);
    return fault ? faults.note(fault, error) : error;
  }
}

function beginOf({ isMigration, limits }: PoolOptions): string {
  if (isMigration) return 'begin';
  const idle = `set local idle_in_transaction_session_timeout to ${IDLE_IN_TRANSACTION_MS}`;
  return `begin; set local statement_timeout to ${limits.statement}; ${idle}`;
}

/** What cannot be stored is shown as the replacement character: a log row is never lost for what a client sent. */
function toText(value: unknown): unknown {
  return typeof value === 'string' && value.includes('\0') ? value.replace(NO_TEXT, '\ufffd') : value;
}

function resultOf<R>(results: pg.QueryResult | pg.QueryResult[]): QueryResult<R> {
  const { command, rowCount, rows } = [results].flat().at(-1) as pg.QueryResult;
  const isWrite = ['INSERT', 'UPDATE', 'DELETE'].includes(command);
  return isWrite ? { rows, numAffectedRows: BigInt(rowCount ?? 0) } : { rows };
}
