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
import { GroupCommit } from './groupCommit.ts';
import { Memory } from './memory.ts';
import type { Reader } from './prepared.ts';
import { Snapshot } from './snapshot.ts';
import { WriteAheadLog } from './writeAheadLog.ts';

const STATEMENTS_KEPT = 500;
const BUSY_TIMEOUT_MS = 5_000;

export type SqliteEngine = {
  /** Commits are on the disk before they are answered. */
  durable: Dialect;
  /** Commits survive a crash of the process, not one of the machine. */
  relaxed: Dialect;
  /** Answers a query that only reads, at once; it sees what is committed. */
  reader: Reader;
  close(): Promise<void>;
};

/**
 * Opens an SQLite file, made where it is missing, with one connection that writes, and reads while it does not write, and one that reads beside it.
 * Reads run at once and see what is committed; writes queue up and share commits (see GroupCommit).
 */
export function openSqlite(file: string): SqliteEngine {
  const writer = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  writer.exec(
    'PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA cache_size=-32000; ' +
      'PRAGMA mmap_size=268435456; PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=4000',
  );
  const reader = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  reader.exec('PRAGMA query_only=ON; PRAGMA mmap_size=268435456');
  for (const db of [writer, reader]) db.function('lower', { deterministic: true }, lowerCase);
  // SQLite follows a link, and keeps its log beside the file that it leads to.
  const log = new WriteAheadLog(`${realpathSync(file)}-wal`);
  const parents = writer.prepare('select "table" from pragma_foreign_key_list(?)');
  const memory = new Memory((table) => parents.all(table).map((row) => String(row.table)));
  const foreignVersion = writer.prepare('PRAGMA data_version');
  const follow = () => memory.follow(foreignVersion.get()?.data_version);
  const [own, beside] = [new Snapshot(writer, follow), new Snapshot(reader, () => {})];
  const [begin, commit] = [writer.prepare('BEGIN IMMEDIATE'), writer.prepare('COMMIT')];
  const commits = new GroupCommit(writer, {
    begin: () => {
      for (const snapshot of [own, beside]) snapshot.close();
      begin.run();
      follow();
    },
    commit: () => {
      beside.close();
      memory.beforeCommit();
      commit.run();
    },
    sync: () => log.sync(),
  });
  const write = statementCache(writer);
  const readBeside = statementCache(reader);
  // The writer's cache of pages outlives its own commits, which empty the reader's; but it sees what is not committed yet.
  const look = () => (commits.isOpen ? beside : own).open();
  const read: Prepare = (sql) => {
    look();
    return (commits.isOpen ? readBeside : write)(sql);
  };
  const run = { reader, read, write, memory };
  const ask: Reader['ask'] = (words, values) => {
    const { statement, columns } = read(words);
    return rowsOf(statement, columns, values);
  };
  return {
    durable: dialect(() => new Connection(run, commits, true)),
    relaxed: dialect(() => new Connection(run, commits, false)),
    reader: {
      ask,
      recall: (words, values) => {
        look();
        return memory.recall(words, values, () => ask(words, values));
      },
    },
    close: async () => {
      await commits.close();
      log.close();
      for (const snapshot of [own, beside]) snapshot.close();
      reader.close();
      writer.exec('PRAGMA optimize');
      writer.close();
    },
  };
}

/** SQLite's own lower() knows ASCII alone; PostgreSQL's knows every alphabet. */
function lowerCase(value: SQLOutputValue): SQLInputValue {
  return typeof value === 'string' ? value.toLowerCase() : value;
}

type Run = { reader: DatabaseSync; read: Prepare; write: Prepare; memory: Memory };
type Prepare = (sql: string) => { statement: StatementSync; columns: string[] };

function statementCache(db: DatabaseSync): Prepare {
  const cache = new Map<string, ReturnType<Prepare>>();
  return (sql) => {
    const known = cache.get(sql);
    if (known) return known;
    const statement = db.prepare(sql);
    const entry = { statement, columns: statement.columns().map(({ name }) => nameOfProperty(name)) };
    statement.setReturnArrays(true);
    if (cache.size >= STATEMENTS_KEPT) cache.delete(cache.keys().next().value ?? '');
    cache.set(sql, entry);
    return entry;
  };
}

/** The same text as V8 keeps it for a name: with any other, each use would begin with finding that one. */
function nameOfProperty(text: string): string {
  return Object.keys({ [text]: undefined })[0] ?? text;
}

class Connection implements DatabaseConnection {
  readonly #run: Run;
  readonly #commits: GroupCommit;
  readonly #durable: boolean;
  #inTransaction = false;

  constructor(run: Run, commits: GroupCommit, durable: boolean) {
    this.#run = run;
    this.#commits = commits;
    this.#durable = durable;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (SelectQueryNode.is(query.query)) return execute(this.#inTransaction ? this.#run.write : this.#run.read, query);
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
    this.#run.memory.noteWrite(query.sql);
    return execute<R>(this.#run.write, query);
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    // A statement of its own: one from the cache would be reset by the next query of the same words.
    const statement = this.#run.reader.prepare(query.sql);
    for (const row of statement.iterate(...(query.parameters as SQLInputValue[]))) yield { rows: [row as R] };
  }

  async begin(): Promise<void> {
    await this.#commits.begin();
    this.#inTransaction = true;
  }

  async commit(): Promise<void> {
    this.#inTransaction = false;
    await this.#commits.commit(this.#durable);
  }

  /** Harmless after a commit that failed: the unit is over by then. */
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

/** The rows as objects. SQLite's own have no shape that V8 knows, and everything that is done with them takes several times as long. */
function rowsOf(statement: StatementSync, columns: string[], parameters: readonly unknown[]): object[] {
  const rows = statement.all(...(parameters as SQLInputValue[])) as unknown as SQLOutputValue[][];
  return rows.map((values) => {
    const row: Record<string, SQLOutputValue | undefined> = {};
    for (let index = 0; index < columns.length; index += 1) row[columns[index] ?? ''] = values[index];
    return row;
  });
}

/** Kysely would otherwise let one query at a time in, and GroupCommit would never see two transactions at once. */
class SharingAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

/**
 * Writes the number of a LIMIT into the words: as a value that is bound, SQLite looks at it to plan the query, and so prepares
 * the statement again each time that one is given.
 */
class LimitCompiler extends SqliteQueryCompiler {
  protected override visitLimit({ limit }: LimitNode): void {
    this.append('limit ');
    if (ValueNode.is(limit) && Number.isSafeInteger(limit.value)) this.append(String(limit.value));
    else this.visitNode(limit);
  }
}

function dialect(connect: () => Connection): Dialect {
  return {
    createAdapter: () => new SharingAdapter(),
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
