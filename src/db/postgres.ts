import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresDialect,
  type QueryResult,
  SelectQueryNode,
  type TransactionSettings,
} from 'kysely';
import pg from 'pg';
import { isRelaxedWrite } from './durability.ts';

const POOL_SIZE = 20;
const INT8 = 20;

// As SQL in the transaction and not as a startup option, which PgBouncer and Neon refuse.
const BEGIN_RELAXED = CompiledQuery.raw('begin; set local synchronous_commit to off');
const COMMIT_RELAXED = CompiledQuery.raw('set local synchronous_commit to off; commit');

export type PostgresEngine = { dialect: Dialect; close(): Promise<void> };

/** Opens a PostgreSQL database by its URL. A commit waits for the disk unless it wrote only relaxed tables. */
export function openPostgres(url: string): PostgresEngine {
  const pool = openPool(url);
  return { dialect: new RelaxingDialect({ pool }), close: () => pool.end() };
}

function openPool(connectionString: string): pg.Pool {
  // Counts and times fit a double; pg would otherwise return them as strings.
  const types = {
    getTypeParser: (oid: number, format?: 'text') => (oid === INT8 ? Number : pg.types.getTypeParser(oid, format)),
  };
  const pool = new pg.Pool({ connectionString, max: POOL_SIZE, types: types as pg.CustomTypesConfig });
  // The server closed an idle connection, as it does on a restart: the pool drops it, and the next query opens another.
  pool.on('error', () => {});
  return pool;
}

class RelaxingDialect extends PostgresDialect {
  override createDriver(): Driver {
    const driver = super.createDriver();
    const own = (connection: DatabaseConnection) => connection as Connection;
    return {
      init: () => driver.init(),
      acquireConnection: async () => new Connection(driver, await driver.acquireConnection()),
      beginTransaction: (connection, settings) => own(connection).begin(settings),
      commitTransaction: (connection) => own(connection).commit(),
      rollbackTransaction: (connection) => driver.rollbackTransaction(own(connection).inner),
      releaseConnection: (connection) => driver.releaseConnection(own(connection).inner),
      destroy: () => driver.destroy(),
    };
  }
}

/** A connection, for as long as it is out of the pool. Notes whether a transaction has written a table that is not relaxed. */
class Connection implements DatabaseConnection {
  readonly inner: DatabaseConnection;
  readonly #driver: Driver;
  #inTransaction = false;
  #isDurable = false;

  constructor(driver: Driver, inner: DatabaseConnection) {
    this.#driver = driver;
    this.inner = inner;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (SelectQueryNode.is(query.query)) return this.inner.executeQuery(query);
    const isRelaxed = isRelaxedWrite(query.query);
    if (isRelaxed && !this.#inTransaction) return this.#executeRelaxed(query);
    this.#isDurable ||= !isRelaxed;
    return this.inner.executeQuery(query);
  }

  async #executeRelaxed<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    try {
      await this.inner.executeQuery(BEGIN_RELAXED);
      const result = await this.inner.executeQuery<R>(query);
      await this.#driver.commitTransaction(this.inner);
      return result;
    } catch (error) {
      await this.#driver.rollbackTransaction(this.inner);
      throw error;
    }
  }

  streamQuery(): never {
    throw new Error('Streaming is not supported: read in pages.');
  }

  async begin(settings: TransactionSettings): Promise<void> {
    await this.#driver.beginTransaction(this.inner, settings);
    this.#inTransaction = true;
  }

  async commit(): Promise<void> {
    if (this.#isDurable) await this.#driver.commitTransaction(this.inner);
    else await this.inner.executeQuery(COMMIT_RELAXED);
  }
}
