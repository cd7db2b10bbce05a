import type { DatabaseSync } from 'node:sqlite';

const UNITS_PER_COMMIT = 200;

type Waiter = { resolve: () => void; reject: (error: unknown) => void };

/**
 * Lets write transactions that arrive together share one commit, and so one wait for the disk.
 *
 * Each transaction is a savepoint ("unit") within an open SQLite transaction ("group"). Units run one after another;
 * a unit that fails is rolled back alone. The group is committed as soon as nobody waits for a turn, and only then are its units answered:
 * nothing is acknowledged before it is as durable as it asked to be.
 */
export class GroupCommit {
  readonly #db: DatabaseSync;
  readonly #beforeCommit: () => void;
  readonly #queue: (() => void)[] = [];
  #busy = false;
  #group: { durable: boolean; units: number; waiters: Waiter[] } | undefined;

  /** @param beforeCommit is called right before each commit */
  constructor(db: DatabaseSync, beforeCommit: () => void) {
    this.#db = db;
    this.#beforeCommit = beforeCommit;
  }

  /** Waits for the turn to write, then opens a unit. `durable`: the commit must reach the disk (synchronous=FULL). */
  async begin(durable: boolean): Promise<void> {
    if (this.#busy) await new Promise<void>((resolve) => this.#queue.push(resolve));
    this.#busy = true;
    try {
      this.#join(durable);
      this.#db.exec('SAVEPOINT unit');
    } catch (error) {
      this.#next();
      throw error;
    }
  }

  /** Closes the unit; settles when the group that holds it is committed, and throws what that commit throws. */
  async commit(): Promise<void> {
    const group = this.#group;
    if (!group || !this.#db.isTransaction) {
      this.#lost();
      throw new Error('SQLite ended the transaction by itself');
    }
    this.#db.exec('RELEASE unit');
    const committed = new Promise<void>((resolve, reject) => group.waiters.push({ resolve, reject }));
    this.#next();
    await committed;
  }

  /** Undoes the unit alone; what others wrote in the same group stays. */
  rollback(): void {
    if (!this.#db.isTransaction) {
      this.#lost();
      return;
    }
    try {
      this.#db.exec('ROLLBACK TO unit; RELEASE unit');
    } catch {
      // Not even that works any more (a disk that fails): the whole group goes, and the turn is handed on.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      this.#lost();
      return;
    }
    this.#next();
  }

  /** Commits what is open, now. */
  flush(): void {
    const group = this.#group;
    this.#group = undefined;
    if (!group) return;
    try {
      this.#beforeCommit();
      this.#db.exec('COMMIT');
      for (const waiter of group.waiters) waiter.resolve();
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      for (const waiter of group.waiters) waiter.reject(error);
    }
  }

  #join(durable: boolean): void {
    const open = this.#group;
    if (open && (open.units >= UNITS_PER_COMMIT || (durable && !open.durable))) this.flush();
    if (!this.#group) {
      this.#db.exec(`PRAGMA synchronous=${durable ? 'FULL' : 'NORMAL'}`);
      this.#db.exec('BEGIN IMMEDIATE');
      this.#group = { durable, units: 0, waiters: [] };
    }
    this.#group.units += 1;
  }

  /** Hands the turn on, or, when nobody waits, commits after the events that are at the door have been let in. */
  #next(): void {
    const next = this.#queue.shift();
    if (next) {
      next();
      return;
    }
    this.#busy = false;
    setImmediate(() => {
      if (!this.#busy) this.flush();
    });
  }

  /** A full disk or the like made SQLite roll the whole transaction back: nobody in the group may be told that it worked. */
  #lost(): void {
    const waiters = this.#group?.waiters ?? [];
    this.#group = undefined;
    for (const waiter of waiters) waiter.reject(new Error('SQLite ended the transaction by itself'));
    this.#next();
  }
}
