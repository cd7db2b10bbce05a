import type { Deps } from '../deps.ts';

/**
 * Runs changes in one transaction: all are stored, or none. Each may be a transaction of its own, which then joins this one. As any
 * transaction it may run again, so `work` keeps nothing outside.
 * @param work gets the deps to make the changes with
 */
export async function inOneTransaction<T>(deps: Deps, work: (deps: Deps) => Promise<T>): Promise<T> {
  const { db } = deps.store;
  return db.transaction().execute(async (trx) => {
    const joined = db.transaction();
    joined.execute = (change) => change(trx);
    const within = Object.assign(trx, { transaction: () => joined });
    return work({ ...deps, store: { ...deps.store, db: within } });
  });
}
