import type { DatabaseSync } from 'node:sqlite';

/** One read transaction for all reads of a turn of the event loop. */
export type ReadTransaction = { begin(): void; end(): void };

/**
 * Opens a read transaction with the first read of a turn, and ends it with the turn or when `end` is called. Without it SQLite locks and
 * unlocks its file for every read, with two system calls.
 * Measured: SCIM lookups 1.4 times as many (docs/decisions/what-every-request-costs.md).
 *
 * No read is stale: `end` is called before this process writes, and what another process has committed is seen in the next turn.
 */
export function openReadTransaction(db: DatabaseSync): ReadTransaction {
  const [begin, rollback] = [db.prepare('BEGIN'), db.prepare('ROLLBACK')];
  let isOpen = false;
  function end(): void {
    if (!isOpen) return;
    isOpen = false;
    // SQLite has ended it itself if a read found the file damaged. Nothing else may fail in a callback without a caller.
    try {
      if (db.isTransaction) rollback.run();
    } catch {}
  }
  return {
    begin() {
      if (isOpen) return;
      begin.run();
      isOpen = true;
      setImmediate(end);
    },
    end,
  };
}
