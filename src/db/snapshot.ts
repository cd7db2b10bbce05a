import type { DatabaseSync, StatementSync } from 'node:sqlite';

/**
 * What is read in one turn of the event loop is read in one transaction, for to begin and end one takes as long as to look something up.
 * It ends before each commit: what comes after it sees what was written, and the log of writes can begin anew, which it cannot while it is read.
 */
export class Snapshot {
  readonly #begin: StatementSync;
  readonly #end: StatementSync;
  readonly #begun: () => void;
  #isOpen = false;

  /** @param begun is called when a transaction has begun */
  constructor(db: DatabaseSync, begun: () => void) {
    this.#begin = db.prepare('BEGIN');
    this.#end = db.prepare('COMMIT');
    this.#begun = begun;
  }

  open(): void {
    if (this.#isOpen) return;
    this.#begin.run();
    this.#isOpen = true;
    setImmediate(() => this.close());
    try {
      this.#begun();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#end.run();
  }
}
