import type { DatabaseSync, StatementSync } from 'node:sqlite';

const UNITS_PER_COMMIT = 200;

type Waiter = { durable: boolean; resolve: () => void; reject: (error: unknown) => void };
type Group = { units: number; waiters: Waiter[] };

/** What a GroupCommit needs beside its database. */
export type Surroundings = {
  /** Begin and commit a transaction. */
  begin: () => void;
  commit: () => void;
  /** Settles when everything that was committed before the call is on the disk. */
  sync: () => Promise<void>;
};

/**
 * Lets write transactions that arrive together share one commit, and commits that follow each other share one wait for the disk.
 *
 * Each transaction is a savepoint ("unit") within an open SQLite transaction ("group"). Units run one after another;
 * a unit that fails is rolled back alone. The group is committed as soon as nobody waits for a turn, and only then are its units answered:
 * nothing is acknowledged before it is as durable as it asked to be. The disk is waited for beside the event loop, which goes on meanwhile;
 * what wants to write in that time begins together after it, for a commit of many costs little more than one of few.
 */
export class GroupCommit {
  readonly #db: DatabaseSync;
  readonly #surroundings: Surroundings;
  readonly #beginUnit: StatementSync;
  readonly #commitUnit: StatementSync;
  readonly #queue: (() => void)[] = [];
  #busy = false;
  #isUnitOpen = false;
  #isClosed = false;
  #group: Group | undefined;
  #unsynced: Waiter[] = [];
  #syncing: Promise<void> | undefined;

  constructor(db: DatabaseSync, surroundings: Surroundings) {
    this.#db = db;
    this.#surroundings = surroundings;
    this.#beginUnit = db.prepare('SAVEPOINT unit');
    this.#commitUnit = db.prepare('RELEASE unit');
  }

  /** Whether something is written that is not committed yet. */
  get isOpen(): boolean {
    return this.#group !== undefined;
  }

  /** Waits for the turn to write, then opens a unit. Throws when the database is closed. */
  async begin(): Promise<void> {
    if (this.#busy || this.#syncing) await new Promise<void>((resolve) => this.#queue.push(resolve));
    this.#busy = true;
    try {
      this.#join();
      this.#beginUnit.run();
      this.#isUnitOpen = true;
    } catch (error) {
      this.#next();
      throw error;
    }
  }

  /** To be called before each statement of a unit that writes. Throws where the transaction has ended, for the statement would be committed alone. */
  checkUnit(): void {
    if (!this.#openGroup()) throw ended();
  }

  /**
   * Closes the unit; settles when the group that holds it is committed, and throws what that commit throws.
   * @param durable it settles only when the commit is on the disk
   */
  async commit(durable: boolean): Promise<void> {
    const group = this.#openGroup();
    if (!group) {
      this.#lost();
      throw ended();
    }
    this.#commitUnit.run();
    const committed = new Promise<void>((resolve, reject) => group.waiters.push({ durable, resolve, reject }));
    this.#next();
    await committed;
  }

  /** Undoes the unit alone; what others wrote in the same group stays. */
  rollback(): void {
    if (!this.#openGroup()) {
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

  /** Commits what is open, but for a unit that is under way, and lets no more begin. Settles when all of it is on the disk. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#isUnitOpen && this.#openGroup()) this.#db.exec('ROLLBACK TO unit; RELEASE unit');
    this.#flush();
    for (const next of this.#queue.splice(0)) next();
    await this.#syncing;
  }

  /** The group, as long as neither SQLite nor close() has ended its transaction. */
  #openGroup(): Group | undefined {
    return this.#group && this.#db.isTransaction ? this.#group : undefined;
  }

  #flush(): void {
    const group = this.#group;
    this.#group = undefined;
    if (!group) return;
    try {
      this.#surroundings.commit();
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      for (const waiter of group.waiters) waiter.reject(error);
      return;
    }
    for (const waiter of group.waiters) {
      if (waiter.durable) this.#unsynced.push(waiter);
      else waiter.resolve();
    }
    if (this.#unsynced.length > 0) this.#syncing ??= this.#syncAll();
  }

  /** What is committed during one wait for the disk shares the next. */
  async #syncAll(): Promise<void> {
    while (this.#unsynced.length > 0) {
      const waiters = this.#unsynced;
      this.#unsynced = [];
      try {
        await this.#surroundings.sync();
        for (const waiter of waiters) waiter.resolve();
      } catch (error) {
        for (const waiter of waiters) waiter.reject(error);
      }
    }
    this.#syncing = undefined;
    if (!this.#busy) this.#next();
  }

  #join(): void {
    if (this.#isClosed) throw new Error('The database is closed');
    if (this.#group && this.#group.units >= UNITS_PER_COMMIT) this.#flush();
    if (!this.#group) {
      this.#surroundings.begin();
      this.#group = { units: 0, waiters: [] };
    }
    this.#group.units += 1;
  }

  /** Hands the turn on, or, when nobody waits, commits after the events that are at the door have been let in. */
  #next(): void {
    this.#isUnitOpen = false;
    const next = this.#queue.shift();
    this.#busy = next !== undefined;
    if (next) {
      next();
      return;
    }
    setImmediate(() => {
      if (!this.#busy) this.#flush();
    });
  }

  /** A full disk or the like made SQLite roll the whole transaction back: nobody in the group may be told that it worked. */
  #lost(): void {
    const waiters = this.#group?.waiters ?? [];
    this.#group = undefined;
    for (const waiter of waiters) waiter.reject(ended());
    this.#next();
  }
}

function ended(): Error {
  return new Error('The transaction ended before its time: SQLite gave it up, or the database was closed');
}
