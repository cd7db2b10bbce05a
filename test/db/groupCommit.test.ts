import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import fc from 'fast-check';
import { GroupCommit } from '../../src/db/groupCommit.ts';
import { whenDone } from '../support/cleanup.ts';
import { tempFolder } from '../support/tempFolder.ts';

describe('db/groupCommit', () => {
  it('lets transactions that arrive together share one commit', async () => {
    const { db, commits, count } = open();
    await Promise.all(numbers(50).map((n) => write(db, commits, n)));
    expect(count('COMMIT')).to.equal(1);
  });

  it('calls before each commit, and at no other time', async () => {
    const { db, commits, log, count } = open();
    for (const n of numbers(3)) await write(db, commits, n);
    const before = log.flatMap((entry, at) => (entry === 'before' ? [log[at + 1]] : []));
    expect(before).to.deep.equal(['COMMIT', 'COMMIT', 'COMMIT']);
    expect(count('COMMIT')).to.equal(3);
  });

  it('commits at once where one writes alone', async () => {
    const { db, commits, count } = open();
    for (const n of numbers(3)) await write(db, commits, n);
    expect(count('COMMIT')).to.equal(3);
  });

  it('answers nothing before it is committed', async () => {
    const { db, commits, committed } = open();
    const missing: number[] = [];
    const writeAndLook = async (n: number) => {
      await write(db, commits, n);
      if (!committed().includes(n)) missing.push(n);
    };
    await Promise.all(numbers(500).map(writeAndLook));
    expect(missing).to.deep.equal([]);
  });

  it('commits in between where the stream of writers does not end', async () => {
    const { db, commits, count } = open();
    await Promise.all(numbers(1000).map((n) => write(db, commits, n)));
    expect(count('COMMIT')).to.equal(5);
  });

  it('undoes a unit that fails alone', async () => {
    const { db, commits, committed, count } = open();
    await Promise.all(numbers(10).map((n) => write(db, commits, n, { fail: n % 3 === 0 })));
    expect(committed()).to.deep.equal([1, 2, 4, 5, 7, 8, 10]);
    expect(count('COMMIT')).to.equal(1);
  });

  it('runs and answers units in the order in which they came', async () => {
    const { db, commits } = open();
    const answered: number[] = [];
    await Promise.all(numbers(20).map((n) => write(db, commits, n).then(() => answered.push(n))));
    expect(answered).to.deep.equal(numbers(20));
    expect(
      db
        .prepare('select n from written order by rowid')
        .all()
        .map(({ n }) => n),
    ).to.deep.equal(numbers(20));
  });

  it('never has a durable unit committed by a relaxed commit, and lets relaxed ones join a durable one', async () => {
    const { db, commits, log, count } = open();
    const kinds = [false, false, true, false, true, true, false];
    await Promise.all(kinds.map((durable, n) => write(db, commits, n, { durable })));
    expect(durabilities(log)).to.deep.equal(['NORMAL', 'NORMAL', 'FULL', 'FULL', 'FULL', 'FULL', 'FULL']);
    expect(count('COMMIT')).to.equal(2);
  });

  it('tells everybody in a group that its commit failed, and goes on', async () => {
    const { db, commits, committed } = open();
    const dangling = () => db.exec('insert into children values (99)');
    const ends = await Promise.allSettled([write(db, commits, 1), unit(commits, dangling), write(db, commits, 2)]);
    expect(ends.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected', 'rejected']);
    await write(db, commits, 3);
    expect(committed()).to.deep.equal([3]);
  });

  it('tells everybody in a group that SQLite ended the transaction by itself, and goes on', async () => {
    const { db, commits, committed } = open();
    await write(db, commits, 1);
    const ending = () => db.exec('insert or rollback into written values (1)');
    const ends = await Promise.allSettled([write(db, commits, 2), unit(commits, ending), write(db, commits, 3)]);
    expect(ends.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected', 'fulfilled']);
    expect(committed()).to.deep.equal([1, 3]);
  });

  it('tells a unit that went on after SQLite ended its transaction', async () => {
    const { db, commits, committed } = open();
    await write(db, commits, 1);
    const ending = () => {
      expect(() => db.exec('insert or rollback into written values (1)')).to.throw(/UNIQUE/);
    };
    const ends = await Promise.allSettled([unit(commits, ending), write(db, commits, 2)]);
    expect(ends.map(({ status }) => status)).to.deep.equal(['rejected', 'fulfilled']);
    expect(committed()).to.deep.equal([1, 2]);
  });

  it('hands the turn on where a transaction cannot be opened', async () => {
    const { db, commits, committed, file } = open();
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    const ends = await Promise.allSettled([write(db, commits, 1), write(db, commits, 2)]);
    expect(ends.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
    other.exec('ROLLBACK');
    other.close();
    await write(db, commits, 3);
    expect(committed()).to.deep.equal([3]);
  });

  it('holds what was answered and nothing else, whatever comes in whatever order', async () => {
    const kind = fc.record({ fail: fc.boolean(), durable: fc.boolean(), pauses: fc.nat(3) });
    const together = fc.array(kind, { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(together, async (kinds) => {
        const { db, commits, committed, log } = open();
        const ends = await Promise.all(kinds.map((options, n) => write(db, commits, n, options)));
        expect(committed()).to.deep.equal(kinds.flatMap((options, n) => (options.fail ? [] : [n])));
        expect(ends).to.deep.equal(kinds.map((options) => (options.fail ? 'undone' : 'kept')));
        const reached = durabilities(log);
        for (const [n, { durable }] of kinds.entries()) if (durable) expect(reached[n]).to.equal('FULL');
      }),
      { numRuns: 50, seed: 1 },
    );
  });
});

/** SQLite as it is, and beside it a record of what it was told. */
class Recording extends DatabaseSync {
  readonly log: string[] = [];

  override exec(sql: string): void {
    this.log.push(sql);
    super.exec(sql);
  }
}

function open() {
  const file = join(tempFolder(), 'test.db');
  const db = new Recording(file, { timeout: 1 });
  db.exec('PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON; create table written (n integer primary key)');
  db.exec('create table children (parent integer references written (n) deferrable initially deferred)');
  const reader = new DatabaseSync(file);
  whenDone(() => {
    db.close();
    reader.close();
  });
  const { log } = db;
  return {
    db,
    file,
    log,
    commits: new GroupCommit(db, () => log.push('before')),
    count: (statement: string) => log.filter((entry) => entry === statement).length,
    committed: () =>
      reader
        .prepare('select n from written order by n')
        .all()
        .map(({ n }) => n),
  };
}

type Kind = { fail?: boolean; durable?: boolean; pauses?: number };

async function write(db: DatabaseSync, commits: GroupCommit, n: number, kind: Kind = {}): Promise<'kept' | 'undone'> {
  const work = async () => {
    db.exec(`-- unit ${n}`);
    db.exec(`insert into written values (${n})`);
    for (let i = 0; i < (kind.pauses ?? 0); i += 1) await new Promise((resolve) => setImmediate(resolve));
    if (kind.fail) throw new Error('as it was meant');
  };
  return unit(commits, work, kind.durable ?? true).then(
    () => 'kept',
    (error: Error) => {
      if (error.message !== 'as it was meant') throw error;
      return 'undone';
    },
  );
}

async function unit(commits: GroupCommit, work: () => unknown, durable = true): Promise<void> {
  await commits.begin(durable);
  try {
    await work();
  } catch (error) {
    commits.rollback();
    throw error;
  }
  await commits.commit();
}

/** With what `synchronous` each unit was committed, in the order of their numbers. */
function durabilities(log: string[]): string[] {
  const found: string[] = [];
  let mode = '';
  for (const entry of log) {
    mode = /^PRAGMA synchronous=(\w+)/.exec(entry)?.[1] ?? mode;
    const n = /^-- unit (\d+)/.exec(entry)?.[1];
    if (n !== undefined) found[Number(n)] = mode;
  }
  return found;
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}
