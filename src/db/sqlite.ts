import { realpathSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue } from 'node:sqlite';
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type LimitNode,
  type QueryResult,
  SelectQueryNode,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  ValueNode,
} from 'kysely';
import { isRelaxedWrite } from './durability.ts';
import { sqliteFaultOf } from './engineErrors.ts';
import { type Faults, unavailable } from './faults.ts';
import { GroupCommit, GroupEnded } from './groupCommit.ts';
import { openReadTransaction } from './readTransaction.ts';
import { execute, type Prepare, rowsOf, statementCache } from './sqliteStatements.ts';
import { openWriteAheadLog } from './writeAheadLog.ts';

const OPEN_TIMEOUT_MS = 5_000;

export type SqliteEngine = { dialect: Dialect; close(): Promise<void> };

/**
 * Opens an SQLite file, created if missing, with one connection that writes and one that only reads.
 * Reads run immediately and see committed data. Writes queue up and share commits (see GroupCommit).
 * @param openLog opens the write-ahead log; tests open one that they can hold
 */
export function openSqlite(file: string, faults: Faults, openLog = openWriteAheadLog): SqliteEngine {
  const writer = new DatabaseSync(file, { timeout: OPEN_TIMEOUT_MS });
  writer.exec(
    'PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-32000; ' +
      'PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=4000',
  );
  const reader = new DatabaseSync(file, { timeout: OPEN_TIMEOUT_MS });
  reader.exec('PRAGMA query_only=ON; PRAGMA mmap_size=268435456');
  for (const db of [writer, reader]) db.function('lower', { deterministic: true }, lowerCase);
  // From here on, SQLite must not wait: it would hold the event loop.
  for (const db of [writer, reader]) db.exec('PRAGMA busy_timeout=0');
  // SQLite follows a link and keeps its log next to the target.
  const log = openLog(`${realpathSync(file)}-wal`);
  const [begin, commit] = [writer.prepare('BEGIN IMMEDIATE'), writer.prepare('COMMIT')];
  const [readByWriter, readByReader] = [openReadTransaction(writer), openReadTransaction(reader)];
  const commits = new GroupCommit(writer, {
    begin: () => {
      readByWriter.end();
      begin.run();
    },
    commit: () => {
      commit.run();
      readByReader.end();
    },
    sync: () =>
      log.sync().catch((error: unknown) => {
        throw faults.note('unsynced', error);
      }),
  });
  const [write, readBeside] = [statementCache(writer), statementCache(reader)];
  // The writer's commits empty the reader's page cache but not its own. However, the writer sees uncommitted data.
  const read: Prepare = (sql) => {
    (commits.isOpen ? readByReader : readByWriter).begin();
    return (commits.isOpen ? readBeside : write)(sql);
  };
  return {
    dialect: dialect(read, faults, () => new Connection({ read, write }, commits, faults)),
    close: async () => {
      await commits.close();
      for (const reads of [readByWriter, readByReader]) reads.end();
      log.close();
      reader.close();
      try {
        writer.exec('PRAGMA optimize');
      } catch {} // another process writes, or the disk is full: the statistics stay as they were
      writer.close();
    },
  };
}

/** Lowers every alphabet, as PostgreSQL does; SQLite's own lower() knows only ASCII. */
function lowerCase(value: SQLOutputValue): SQLInputValue {
  return typeof value === 'string' ? value.toLowerCase() : value;
}

class Connection implements DatabaseConnection {
  readonly #prepare: { read: Prepare; write: Prepare };
  readonly #commits: GroupCommit;
  readonly #faults: Faults;
  #inTransaction = false;
  #isDurable = false;

  constructor(prepare: { read: Prepare; write: Prepare }, commits: GroupCommit, faults: Faults) {
    this.#prepare = prepare;
    this.#commits = commits;
    this.#faults = faults;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    try {
      return await this.#execute<R>(query);
    } catch (error) {
      throw failureOf(this.#faults, error);
    }
  }

  async #execute<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { read, write } = this.#prepare;
    if (SelectQueryNode.is(query.query)) return execute(this.#inTransaction ? write : read, query);
    if (this.#inTransaction) return this.#write(query);
    await this.begin();
    try {
      const result = this.#write<R>(query);
      await this.commit();
      return result;
    } catch (error) {
      await this.rollback();
      throw error;
    }
  }

  #write<R>(query: CompiledQuery): QueryResult<R> {
    this.#commits.checkUnit();
    this.#isDurable ||= !isRelaxedWrite(query.query);
    return execute<R>(this.#prepare.write, query);
  }

  streamQuery(): never {
    throw new Error('Streaming is not supported: read in pages.');
  }

  async begin(): Promise<void> {
    try {
      await this.#commits.begin();
      this.#inTransaction = true;
    } catch (error) {
      throw failureOf(this.#faults, error);
    }
  }

  async commit(): Promise<void> {
    this.#inTransaction = false;
    try {
      await this.#commits.commit(this.#isDurable);
      this.#faults.cleared('write');
    } catch (error) {
      throw failureOf(this.#faults, error);
    }
  }

  /** Does nothing after a failed commit, because the unit has already ended. */
  async rollback(): Promise<void> {
    if (!this.#inTransaction) return;
    this.#inTransaction = false;
    this.#commits.rollback();
  }
}

function failureOf(faults: Faults, error: unknown): unknown {
  if (error instanceof GroupEnded) return unavailable(error);
  const fault = sqliteFaultOf(error);
  return fault ? faults.note(fault, error) : error;
}

/** Passes concurrent transactions to GroupCommit, while Kysely would run one query at a time. Also reads without a connection. */
export class SqliteReadAdapter extends SqliteAdapter {
  readonly #prepare: Prepare;
  readonly #faults: Faults;

  constructor(prepare: Prepare, faults: Faults) {
    super();
    this.#prepare = prepare;
    this.#faults = faults;
  }

  override get supportsMultipleConnections(): boolean {
    return true;
  }

  /** Runs a read, which sees committed data. */
  read(sql: string, parameters: readonly unknown[]): object[] {
    try {
      return rowsOf(this.#prepare(sql), parameters);
    } catch (error) {
      throw failureOf(this.#faults, error);
    }
  }
}

/**
 * Writes the number of a LIMIT into the SQL: as a bound value SQLite uses it to plan the query, and so prepares the statement again for
 * every value, which takes 20 µs and more.
 */
class LimitCompiler extends SqliteQueryCompiler {
  protected override visitLimit({ limit }: LimitNode): void {
    this.append('limit ');
    if (ValueNode.is(limit) && Number.isSafeInteger(limit.value)) this.append(String(limit.value));
    else this.visitNode(limit);
  }
}

function dialect(read: Prepare, faults: Faults, connect: () => Connection): Dialect {
  return {
    createAdapter: () => new SqliteReadAdapter(read, faults),
    createDriver: () => driver(connect),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new LimitCompiler(),
  };
}

function driver(connect: () => Connection): Driver {
  const own = (connection: DatabaseConnection) => connection as Connection;
  return {
    init: async () => {},
    acquireConnection: async () => connect(),
    beginTransaction: (connection) => own(connection).begin(),
    commitTransaction: (connection) => own(connection).commit(),
    rollbackTransaction: (connection) => own(connection).rollback(),
    releaseConnection: async () => {},
    destroy: async () => {},
  };
}
