import { isConflict, isRace } from './engineErrors.ts';
import type { Faults } from './faults.ts';
import type { Db } from './open.ts';

const CONFLICT_TRIES = 30; // twenty transactions on one row, of which one commits at a time
const CUT_TRIES = 4;
const RACE_TRIES = 2;
const LONGEST_PAUSE_MS = 50;

/** Thrown if the connection was lost before the commit was sent: nothing of the transaction is stored, so it may run again. */
export class Cut extends Error {}

/** Runs an attempt until it succeeds or fails for good. */
export type Retry = <T>(attempt: () => Promise<T>) => Promise<T>;

/**
 * Returns the one function that repeats transactions and single statements of PostgreSQL (docs/decisions/retries.md):
 * - after a serialization failure or a deadlock, with growing pauses;
 * - after a connection was lost, if nothing can have been committed;
 * - once after a unique or foreign-key violation: the checks inside then see what the other transaction wrote, and refuse as usual.
 *
 * A transaction whose connection was lost during COMMIT is not repeated, because it may have been committed.
 */
export function openRetry(faults: Faults): Retry {
  let pauses = 0;
  return async (attempt) => {
    for (let tries = 1; ; tries += 1)
      try {
        return await attempt();
      } catch (error) {
        if (tries >= triesAfter(error)) throw failureOf(faults, error);
        pauses += 1;
        // Two transactions that aborted each other must not meet again after the same pause.
        if (isConflict(error)) await pause(Math.min(2 ** tries, LONGEST_PAUSE_MS) * (1 + (pauses % 4) / 4));
      }
  };
}

/** Makes every transaction of a database run again where that is safe, so that no caller can forget it. */
export function retryTransactions(db: Db, retry: Retry): Db {
  const begin = db.transaction.bind(db);
  db.transaction = () => {
    const builder = begin();
    const execute = builder.execute.bind(builder);
    builder.execute = (work) => retry(() => execute(work));
    return builder;
  };
  return db;
}

function triesAfter(error: unknown): number {
  if (isConflict(error)) return CONFLICT_TRIES;
  if (error instanceof Cut) return CUT_TRIES;
  return isRace(error) ? RACE_TRIES : 1;
}

function failureOf(faults: Faults, error: unknown): unknown {
  if (error instanceof Cut) return faults.note('away', error.cause);
  return isConflict(error) ? faults.note('busy', error) : error;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
