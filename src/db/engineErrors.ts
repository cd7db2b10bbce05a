import pg from 'pg';
import type { Fault } from './faults.ts';

const SQLITE_PRIMARY_CODE = 0xff; // the rest of an extended code says more
const SQLITE_BUSY = 5;

const sqliteFaults: Record<number, Fault> = {
  [SQLITE_BUSY]: 'locked',
  10: 'damaged', // SQLITE_IOERR
  11: 'damaged', // SQLITE_CORRUPT
  13: 'full', // SQLITE_FULL
  26: 'damaged', // SQLITE_NOTADB
};

const postgresFaults: Record<string, Fault> = {
  '53100': 'full', // disk_full
  '55P03': 'busy', // lock_not_available
  '57014': 'busy', // query_canceled, by statement_timeout
  '58030': 'damaged', // io_error
  XX001: 'damaged', // data_corrupted
  XX002: 'damaged', // index_corrupted
};

/** Returns whether another process holds SQLite's write lock. */
export function isLocked(error: unknown): boolean {
  return ((numberOf(error) ?? 0) & SQLITE_PRIMARY_CODE) === SQLITE_BUSY;
}

/** Returns what an error of SQLite says about the database as a whole: undefined if only the statement failed. */
export function sqliteFaultOf(error: unknown): Fault | undefined {
  return sqliteFaults[(numberOf(error) ?? 0) & SQLITE_PRIMARY_CODE];
}

/** Does the same for PostgreSQL, for errors that leave the connection intact. */
export function postgresFaultOf(error: unknown): Fault | undefined {
  return postgresFaults[codeOf(error)];
}

/** Returns whether PostgreSQL aborted a transaction because of a concurrent one: a serialization failure or a deadlock. */
export function isConflict(error: unknown): boolean {
  return ['40001', '40P01'].includes(codeOf(error));
}

/** Returns whether a row that a transaction checked before was added or deleted in between: a foreign-key or unique violation. */
export function isRace(error: unknown): boolean {
  return ['23503', '23505'].includes(codeOf(error));
}

/** Returns whether PostgreSQL ended the connection with this error: shutdown, crash, start, a limit on idle time, or class 08. */
export function endsConnection(error: unknown): boolean {
  return /^(57P0[1235]|25P0[34]|08...)$/.test(codeOf(error));
}

/** Returns whether a statement failed because the server only reads, as a former primary does. Nothing was written. */
export function isReadOnly(error: unknown): boolean {
  return codeOf(error) === '25006';
}

/** Returns whether pg stopped waiting for a result. It gives this error no code. */
export function isReadTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout';
}

/** Returns whether a connection may succeed later: not if the server refused the name, the password or the database. */
export function mayConnectLater(error: unknown): boolean {
  return !(error instanceof pg.DatabaseError) || /^(57P0[123]|53300|08...)$/.test(codeOf(error));
}

function codeOf(error: unknown): string {
  const code = error instanceof Error && (error as { code?: unknown }).code;
  return typeof code === 'string' ? code : '';
}

function numberOf(error: unknown): number | undefined {
  const code = error instanceof Error && (error as { errcode?: unknown }).errcode;
  return typeof code === 'number' ? code : undefined;
}
