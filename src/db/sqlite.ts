import { realpathSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
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
import { GroupCommit } from './groupCommit.ts';
import { openReadTransaction } from './readTransaction.ts';
import { openWriteAheadLog } from './writeAheadLog.ts';

const STATEMENTS_KEPT = 500;
const BUSY_TIMEOUT_MS = 5_000;

export type SqliteEngine = { dialect: Dialect; close(): Promise<void> };

/**
 * Opens an SQLite file, created if missing, with one connection that writes and one that only reads.
 * Reads run immediately and see committed data. Writes queue up and share commits (see GroupCommit).
 * @param openLog opens the write-ahead log; tests open one that they can hold
 */
export function openSqlite(file: string, openLog = openWriteAheadLog): SqliteEngine {
  const writer = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  writer.exec(
    'PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-32000; ' +
      'PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=4000',
  );
  const reader = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  reader.exec('PRAGMA query_only=ON; PRAGMA mmap_size=268435456');
  for (const db of [writer, reader]) db.function('lower', { deterministic: true }, lowerCase);
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
    sync: () => log.sync(),
  });
  const [write, readBeside] = [statementCache(writer), statementCache(reader)];
  // The writer's commits empty the reader's page cache but not its own. However, the writer sees uncommitted data.
  const read: Prepare = (sql) => {
    (commits.isOpen ? readByReader : readByWriter).begin();
    return (commits.isOpen ? readBeside : write)(sql);
  };
  return {
    dialect: dialect(read, () => new Connection({ read, write }, commits)),
    close: async () => {
      await commits.close();
      for (const reads of [readByWriter, readByReader]) reads.end();
      log.close();
      reader.close();
      writer.exec('PRAGMA optimize');
      writer.close();
    },
  };
}

/** Lowers every alphabet, as PostgreSQL does; SQLite's own lower() knows only ASCII. */
function lowerCase(value: SQLOutputValue): SQLInputValue {
  return typeof value === 'string' ? value.toLowerCase() : value;
}

type Prepare = (sql: string) => { statement: StatementSync; columns: string[] };

function statementCache(db: DatabaseSync): Prepare {
  const cache = new Map<string, ReturnType<Prepare>>();
  return (sql) => {
    const known = cache.get(sql);
    if (known) return known;
    const statement = db.prepare(sql);
    const entry = { statement, columns: statement.columns().map(({ name }) => name) };
    statement.setReturnArrays(true);
    if (cache.size >= STATEMENTS_KEPT) cache.delete(cache.keys().next().value ?? '');
    cache.set(sql, entry);
    return entry;
  };
}

class Connection implements DatabaseConnection {
  readonly #prepare: { read: Prepare; write: Prepare };
  readonly #commits: GroupCommit;
  #inTransaction = false;
  #isDurable = false;

  constructor(prepare: { read: Prepare; write: Prepare }, commits: GroupCommit) {
    this.#prepare = prepare;
    this.#commits = commits;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
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
    await this.#commits.begin();
    this.#inTransaction = true;
  }

  async commit(): Promise<void> {
    this.#inTransaction = false;
    await this.#commits.commit(this.#isDurable);
  }

  /** Does nothing after a failed commit, because the unit has already ended. */
  async rollback(): Promise<void> {
    if (!this.#inTransaction) return;
    this.#inTransaction = false;
    this.#commits.rollback();
  }
}

function execute<R>(prepare: Prepare, query: CompiledQuery): QueryResult<R> {
  const { statement, columns } = prepare(query.sql);
  if (columns.length > 0) return { rows: rowsOf(statement, columns, query.parameters) as R[] };
  const { changes } = statement.run(...(query.parameters as SQLInputValue[]));
  return { rows: [], numAffectedRows: BigInt(changes) };
}

/**
 * Reads rows as arrays and creates objects from them: the objects that node:sqlite returns have no hidden class in V8, so everything
 * done with them takes several times as long.
 */
function rowsOf(statement: StatementSync, columns: string[], parameters: readonly unknown[]): object[] {
  const rows = statement.all(...(parameters as SQLInputValue[])) as unknown as SQLOutputValue[][];
  return rows.map((values) => {
    const row: Record<string, SQLOutputValue | undefined> = {};
    for (let index = 0; index < columns.length; index += 1) row[columns[index] ?? ''] = values[index];
    return row;
  });
}

/** Passes concurrent transactions to GroupCommit, while Kysely would run one query at a time. Also reads without a connection. */
export class SqliteReadAdapter extends SqliteAdapter {
  readonly #prepare: Prepare;

  constructor(prepare: Prepare) {
    super();
    this.#prepare = prepare;
  }

  override get supportsMultipleConnections(): boolean {
    return true;
  }

  /** Runs a read, which sees committed data. */
  read(sql: string, parameters: readonly unknown[]): object[] {
    const { statement, columns } = this.#prepare(sql);
    return rowsOf(statement, columns, parameters);
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

function dialect(read: Prepare, connect: () => Connection): Dialect {
  return {
    createAdapter: () => new SqliteReadAdapter(read),
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
