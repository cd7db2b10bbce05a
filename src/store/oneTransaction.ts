import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';

/**
 * Runs changes in one transaction: all are stored, or none. As any transaction it may run again, so `work` keeps nothing outside.
 * @param work gets the deps to make the changes with. Each change must use inTransaction()
 */
export function inOneTransaction<T>(deps: Deps, work: (deps: Deps) => Promise<T>): Promise<T> {
  return deps.store.db.transaction().execute((db) => work({ ...deps, store: { ...deps.store, db } }));
}

/** Runs a change in the transaction that it is a part of, or else in one of its own. */
export function inTransaction<T>(db: Db, change: (trx: Db) => Promise<T>): Promise<T> {
  return db.isTransaction ? change(db) : db.transaction().execute(change);
}
