import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { isLocked } from './engineErrors.ts';

const UNITS_PER_COMMIT = 200;
const LOCK_WAIT_MS = 5_000;
const LONGEST_PAUSE_MS = 20;

type Waiter = { durable: boolean; resolve: () => void; reject: (error: unknown) => void };
/** A unit before it begins: `take` gives it the turn, and `waited` is for how many milliseconds another process has had the lock. */
type Turn = { take: () => void; waited: number };
type Group = { units: number; waiters: Waiter[] };

/** The functions that a GroupCommit calls on its database. */
export type CommitHooks = {
  /** Begin and commit a transaction. */
  begin: () => void;
  commit: () => void;
  /** Settles when everything committed before the call is on the disk. */
  sync: () => Promise<void>;
};

/**
 * Lets concurrent write transactions share one commit, and consecutive commits share one wait for the disk.
 * Measured: logins a quarter faster, new people by SCIM an eighth (docs/decisions/one-writer-connection.md).
 *
 * Each transaction is a savepoint ("unit") within an open SQLite transaction ("group"). Units run one after another, and a unit that
 * fails is rolled back alone. Units are acknowledged after the commit of their group, durable ones after the sync, which does not block
 * the event loop.
 *
 * | state   | group | unit | begin()                    | event: next state                                                |
 * |---------|-------|------|----------------------------|------------------------------------------------------------------|
 * | idle    | none  | none | BEGIN, SAVEPOINT: writing  | another process has the write lock: locked                       |
 * | locked  | none  | none | waits in the queue         | a pause is over: BEGIN again; after five seconds the unit fails  |
 * | writing | open  | open | waits in the queue         | the unit ends: writing if others wait in the queue, else pausing |
 * | pausing | open  | none | SAVEPOINT: writing         | end of the turn: COMMIT; syncing if a unit is durable, else idle |
 * | syncing | none  | none | waits in the queue         | the disk is synced: writing if others wait, else idle            |
 *
 * A group that is full (200 units) is committed at the next SAVEPOINT and syncs while the next group is writing. If SQLite rolls the
 * group back or the commit fails, all its units fail: idle or writing. After close(), begin() throws. Nobody waits within SQLite, which
 * would block the event loop: units wait for the write lock in pauses (docs/decisions/waiting-beside-the-loop.md).
 */
export class GroupCommit {
  readonly #db: DatabaseSync;
  readonly #hooks: CommitHooks;
  readonly #lockWaitMs: number;
  readonly #beginUnit: StatementSync;
  readonly #commitUnit: StatementSync;
  readonly #queue: Turn[] = [];
  #busy = false;
  #isUnitOpen = false;
  #isClosed = false;
  #group: Group | undefined;
  #unsynced: Waiter[] = [];
  #syncing: Promise<void> | undefined;

  constructor(db: DatabaseSync, hooks: CommitHooks, lockWaitMs = LOCK_WAIT_MS) {
    this.#db = db;
    this.#hooks = hooks;
    this.#lockWaitMs = lockWaitMs;
    this.#beginUnit = db.prepare('SAVEPOINT unit');
    this.#commitUnit = db.prepare('RELEASE unit');
  }

  /** Returns whether there are uncommitted writes. */
  get isOpen(): boolean {
    return this.#group !== undefined;
  }

  /** Waits for the turn to write, then opens a unit. Throws if the database is closed, or another process has the lock for too long. */
  async begin(): Promise<void> {
    const turn: Turn = { take: () => {}, waited: 0 };
    if (this.#busy || this.#syncing)
      await new Promise<void>((resolve) => {
        turn.take = resolve;
        this.#queue.push(turn);
      });
    this.#busy = true;
    try {
      while (!this.#join(turn)) await this.#pause(turn);
      this.#beginUnit.run();
      this.#isUnitOpen = true;
    } catch (error) {
      this.#next();
      throw error;
    }
  }

  /** Call before each write of a unit. Throws if the transaction has ended, because the statement would be committed alone. */
  checkUnit(): void {
    if (!this.#openGroup()) throw ended();
  }

  /**
   * Closes the unit. Settles when its group is committed, and throws what that commit throws.
   * @param durable settle only when the commit is on the disk
   */
  async commit(durable: boolean): Promise<void> {
    const group = this.#openGroup();
    if (!group) {
      this.#lost();
      throw ended();
    }
    try {
      this.#commitUnit.run();
    } catch (error) {
      this.#abandon();
      this.#lost();
      throw error;
    }
    const committed = new Promise<void>((resolve, reject) => group.waiters.push({ durable, resolve, reject }));
    this.#next();
    await committed;
  }

  /** Rolls back only this unit. Other units of the group are kept. */
  rollback(): void {
    if (!this.#openGroup()) {
      this.#lost();
      return;
    }
    try {
      this.#db.exec('ROLLBACK TO unit; RELEASE unit');
    } catch {
      // Not even the rollback works (the disk fails): the whole group fails, and the next unit gets its turn.
      this.#abandon();
      this.#lost();
      return;
    }
    this.#next();
  }

  /** Commits the open group without a running unit, and accepts no more. Settles when everything is on the disk. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#isUnitOpen && this.#openGroup()) this.#db.exec('ROLLBACK TO unit; RELEASE unit');
    this.#flush();
    for (const { take } of this.#queue.splice(0)) take();
    await this.#syncing;
  }

  /** Returns the group, unless SQLite or close() ended its transaction. */
  #openGroup(): Group | undefined {
    return this.#group && this.#db.isTransaction ? this.#group : undefined;
  }

  #flush(): void {
    const group = this.#group;
    this.#group = undefined;
    if (!group) return;
    try {
      this.#hooks.commit();
    } catch (error) {
      this.#abandon();
      for (const waiter of group.waiters) waiter.reject(error);
      return;
    }
    for (const waiter of group.waiters) {
      if (waiter.durable) this.#unsynced.push(waiter);
      else waiter.resolve();
    }
    if (this.#unsynced.length > 0) this.#syncing ??= this.#syncAll();
  }

  /** Commits during one wait for the disk share the next wait. */
  async #syncAll(): Promise<void> {
    while (this.#unsynced.length > 0) {
      const waiters = this.#unsynced;
      this.#unsynced = [];
      try {
        await this.#hooks.sync();
        for (const waiter of waiters) waiter.resolve();
      } catch (error) {
        for (const waiter of waiters) waiter.reject(error);
      }
    }
    this.#syncing = undefined;
    if (!this.#busy) this.#next();
  }

  /** Adds the unit to the open group, or begins one. Returns false if another process has the lock. */
  #join({ waited }: Turn): boolean {
    if (this.#isClosed) throw new Error('The database is closed');
    if (this.#group && this.#group.units >= UNITS_PER_COMMIT) this.#flush();
    try {
      if (!this.#group) this.#hooks.begin();
    } catch (error) {
      if (isLocked(error) && waited < this.#lockWaitMs) return false;
      throw error;
    }
    this.#group ??= { units: 0, waiters: [] };
    this.#group.units += 1;
    return true;
  }

  /** Pauses, longer each time. The turns in the queue wait for the lock too, and not one after the other. */
  async #pause(turn: Turn): Promise<void> {
    const milliseconds = Math.min(1 + turn.waited / 4, LONGEST_PAUSE_MS);
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    for (const waiting of [turn, ...this.#queue]) waiting.waited += milliseconds;
  }

  /** Gives the turn to the next unit. If none waits, commits after pending events were handled. */
  #next(): void {
    this.#isUnitOpen = false;
    const next = this.#queue.shift();
    this.#busy = next !== undefined;
    if (next) {
      next.take();
      return;
    }
    setImmediate(() => {
      if (!this.#busy) this.#flush();
    });
  }

  /** Rolls back the group. If even that fails, so does every later BEGIN, with an error of its own. */
  #abandon(): void {
    try {
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
    } catch {}
  }

  /** SQLite rolled back the whole transaction, for example because the disk is full: every unit of the group has to fail. */
  #lost(): void {
    const waiters = this.#group?.waiters ?? [];
    this.#group = undefined;
    for (const waiter of waiters) waiter.reject(ended());
    this.#next();
  }
}

/** Thrown to the units of a transaction that ended before its commit: nothing of them is stored. */
export class GroupEnded extends Error {}

function ended(): Error {
  return new GroupEnded('The transaction ended early: SQLite rolled it back, or the database was closed');
}
