import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from 'chai';
import fc from 'fast-check';
import { GroupCommit } from '../../src/db/groupCommit.ts';
import { whenDone } from '../support/cleanup.ts';
import { tempFolder } from '../support/tempFolder.ts';

describe('db/groupCommit', () => {
  it('shares one commit among concurrent transactions', async () => {
    const { db, commits, count } = open();
    await Promise.all(numbers(50).map((n) => write(db, commits, n)));
    expect(count('COMMIT')).to.equal(1);
  });

  it('commits immediately if there is only one unit', async () => {
    const { db, commits, count } = open();
    for (const n of numbers(3)) await write(db, commits, n);
    expect(count('COMMIT')).to.equal(3);
  });

  it('acknowledges units only after their commit', async () => {
    const { db, commits, committed } = open();
    const missing: number[] = [];
    const writeAndLook = async (n: number) => {
      await write(db, commits, n);
      if (!committed().includes(n)) missing.push(n);
    };
    await Promise.all(numbers(500).map(writeAndLook));
    expect(missing).to.deep.equal([]);
  });

  it('commits in between if units keep arriving', async () => {
    const { db, commits, count } = open();
    await Promise.all(numbers(1000).map((n) => write(db, commits, n)));
    expect(count('COMMIT')).to.equal(5);
  });

  it('rolls back only the unit that fails', async () => {
    const { db, commits, committed, count } = open();
    await Promise.all(numbers(10).map((n) => write(db, commits, n, { fail: n % 3 === 0 })));
    expect(committed()).to.deep.equal([1, 2, 4, 5, 7, 8, 10]);
    expect(count('COMMIT')).to.equal(1);
  });

  it('keeps nothing of a running unit when it is closed', async () => {
    const { db, commits, committed } = open();
    await write(db, commits, 1);
    await commits.begin();
    db.exec('insert into written values (2)');
    await commits.close();
    expect(committed()).to.deep.equal([1]);
  });

  it('runs and acknowledges units in order of arrival', async () => {
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

  it('acknowledges a durable unit when its commit is on the disk, and a relaxed one of the same commit earlier', async () => {
    const { db, commits, disk, count } = open();
    const answered: number[] = [];
    const written = [true, false, true].map((durable, n) =>
      write(db, commits, n, { durable }).then(() => answered.push(n)),
    );
    const free = disk.hold();
    await written[1];
    expect([answered, count('COMMIT'), count('sync')]).to.deep.equal([[1], 1, 1]);
    free();
    await Promise.all(written);
    expect(answered).to.deep.equal([1, 0, 2]);
  });

  it('starts all units that arrive while it waits for the disk together afterwards', async () => {
    const { db, commits, disk, committed, count } = open();
    const free = disk.hold();
    const first = [write(db, commits, 1), write(db, commits, 2, { durable: false })];
    await first[1];
    const later = [3, 4, 5].map((n) => write(db, commits, n, { durable: n !== 4 }));
    await new Promise((resolve) => setImmediate(resolve));
    expect([committed(), count('COMMIT'), count('sync')]).to.deep.equal([[1, 2], 1, 1]);
    free();
    await Promise.all([...first, ...later]);
    expect([committed(), count('COMMIT'), count('sync')]).to.deep.equal([numbers(5), 2, 2]);
  });

  it('fails only the units that wait for a failing disk', async () => {
    const { db, commits, disk } = open();
    disk.fail();
    const ends = await Promise.allSettled([write(db, commits, 1), write(db, commits, 2, { durable: false })]);
    expect(ends.map(({ status }) => status)).to.deep.equal(['rejected', 'fulfilled']);
  });

  it('closes when everything is on the disk', async () => {
    const { db, commits, log } = open();
    const written = write(db, commits, 1);
    await commits.begin();
    db.exec('insert into written values (2)');
    void commits.commit(true);
    await commits.close();
    await written;
    expect(log.at(-1)).to.equal('sync');
  });

  it('starts no unit once it is closed, and settles every call', async () => {
    const { db, commits, committed, disk } = open();
    const free = disk.hold();
    const kept = write(db, commits, 1);
    await write(db, commits, 2, { durable: false });
    const waiting = write(db, commits, 3);
    const closed = commits.close();
    const late = write(db, commits, 4);
    const ends = await Promise.allSettled([waiting, late]);
    expect(ends.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
    free();
    await Promise.all([closed, kept]);
    expect(committed()).to.deep.equal([1, 2]);
  });

  it('lets no unit continue once it is closed', async () => {
    const { db, commits, committed } = open();
    await commits.begin();
    db.exec('insert into written values (1)');
    const closed = commits.close();
    expect(() => commits.checkUnit()).to.throw(/closed/);
    expect((await Promise.allSettled([commits.commit(true)]))[0]?.status).to.equal('rejected');
    await closed;
    expect(committed()).to.deep.equal([]);
  });

  it('can be closed between two units', async () => {
    const { db, commits, committed } = open();
    await commits.begin();
    db.exec('insert into written values (1)');
    const waiting = write(db, commits, 2);
    const ends = [commits.commit(true), commits.close(), waiting];
    expect((await Promise.allSettled(ends)).map(({ status }) => status)).to.deep.equal([
      'fulfilled',
      'fulfilled',
      'rejected',
    ]);
    expect(committed()).to.deep.equal([1]);
  });

  it('fails every unit of a group whose commit failed, and continues', async () => {
    const { db, commits, committed } = open();
    const dangling = () => db.exec('insert into children values (99)');
    const ends = await Promise.allSettled([write(db, commits, 1), unit(commits, dangling), write(db, commits, 2)]);
    expect(ends.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected', 'rejected']);
    await write(db, commits, 3);
    expect(committed()).to.deep.equal([3]);
  });

  it('fails every unit of a group whose transaction SQLite rolled back, and continues', async () => {
    const { db, commits, committed } = open();
    await write(db, commits, 1);
    const ending = () => db.exec('insert or rollback into written values (1)');
    const ends = await Promise.allSettled([write(db, commits, 2), unit(commits, ending), write(db, commits, 3)]);
    expect(ends.map(({ status }) => status)).to.deep.equal(['rejected', 'rejected', 'fulfilled']);
    expect(committed()).to.deep.equal([1, 3]);
  });

  it('fails a unit that continues after SQLite rolled back its transaction', async () => {
    const { db, commits, committed } = open();
    await write(db, commits, 1);
    const ending = () => {
      expect(() => db.exec('insert or rollback into written values (1)')).to.throw(/UNIQUE/);
    };
    const ends = await Promise.allSettled([unit(commits, ending), write(db, commits, 2)]);
    expect(ends.map(({ status }) => status)).to.deep.equal(['rejected', 'fulfilled']);
    expect(committed()).to.deep.equal([1, 2]);
  });

  it('waits for the lock of another process without holding the event loop, and keeps the order', async () => {
    const { db, commits, committed, file, tried } = open();
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    const written = numbers(3).map((n) => write(db, commits, n));
    await tried(5);
    other.exec('COMMIT');
    await Promise.all(written);
    other.close();
    expect(committed()).to.deep.equal([1, 2, 3]);
  });

  it('fails all units that waited for the lock too long, at the same time, and continues once it is free', async () => {
    const { db, commits, committed, file } = open(50);
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    const ends = await Promise.allSettled(numbers(20).map((n) => write(db, commits, n)));
    expect(new Set(ends.map(({ status }) => status))).to.deep.equal(new Set(['rejected']));
    const failures = ends.map((end) => (end.status === 'rejected' ? end.reason.message : ''));
    expect(new Set(failures)).to.deep.equal(new Set(['database is locked']));
    other.exec('ROLLBACK');
    other.close();
    await write(db, commits, 21);
    expect(committed()).to.deep.equal([21]);
  });

  it('can be closed while it waits for the lock', async () => {
    const { db, commits, file, tried } = open();
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');
    const ends = Promise.allSettled([write(db, commits, 1), write(db, commits, 2)]);
    await tried(2);
    await commits.close();
    other.close();
    expect((await ends).map(({ status }) => status)).to.deep.equal(['rejected', 'rejected']);
  });

  it('stores exactly the acknowledged units, for any sequence of calls', async () => {
    const kind = fc.record({ fail: fc.boolean(), durable: fc.boolean(), pauses: fc.nat(3) });
    const together = fc.array(kind, { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(together, async (kinds) => {
        const { db, commits, committed, disk } = open();
        const early: number[] = [];
        const ends = await Promise.all(
          kinds.map(async (options, n) => {
            const end = await write(db, commits, n, options);
            if (end === 'kept' && options.durable && !disk.holds(n)) early.push(n);
            return end;
          }),
        );
        expect(committed()).to.deep.equal(kinds.flatMap((options, n) => (options.fail ? [] : [n])));
        expect(ends).to.deep.equal(kinds.map((options) => (options.fail ? 'undone' : 'kept')));
        expect(early).to.deep.equal([]);
      }),
      { numRuns: 50, seed: 1 },
    );
  });
});

/** @param lockWaitMs for how long units wait for the lock of another process */
function open(lockWaitMs?: number) {
  const file = join(tempFolder(), 'test.db');
  const db = new DatabaseSync(file, { timeout: 0 });
  db.exec('PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON; create table written (n integer primary key)');
  db.exec('create table children (parent integer references written (n) deferrable initially deferred)');
  const reader = new DatabaseSync(file);
  whenDone(() => {
    db.close();
    reader.close();
  });
  const log: string[] = [];
  const committed = () =>
    reader
      .prepare('select n from written order by n')
      .all()
      .map(({ n }) => n);
  const disk = testDisk(committed);
  return {
    db,
    file,
    log,
    disk,
    commits: new GroupCommit(
      db,
      {
        begin: () => {
          log.push('BEGIN');
          db.exec('BEGIN IMMEDIATE');
        },
        commit: () => {
          log.push('COMMIT');
          db.exec('COMMIT');
        },
        sync: () => {
          log.push('sync');
          return disk.sync();
        },
      },
      lockWaitMs,
    ),
    /** Settles when a transaction was begun so often, with or without success. */
    tried: async (times: number) => {
      while (log.filter((entry) => entry === 'BEGIN').length < times) await new Promise((done) => setImmediate(done));
    },
    count: (statement: string) => log.filter((entry) => entry === statement).length,
    committed,
  };
}

/** A disk that takes what is committed when it is told to, and knows what it has. */
function testDisk(committed: () => unknown[]) {
  let work = async () => {};
  let held: unknown[] = [];
  return {
    /** Keeps everybody waiting until what it gives is called. */
    hold: () => {
      let free = () => {};
      const freed = new Promise<void>((resolve) => {
        free = resolve;
      });
      work = () => freed;
      return free;
    },
    fail: () => {
      work = () => Promise.reject(new Error('the disk failed'));
    },
    holds: (n: number) => held.includes(n),
    sync: async () => {
      const reached = committed();
      await work();
      held = reached;
    },
  };
}

type Kind = { fail?: boolean; durable?: boolean; pauses?: number };

async function write(db: DatabaseSync, commits: GroupCommit, n: number, kind: Kind = {}): Promise<'kept' | 'undone'> {
  const work = async () => {
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
  await commits.begin();
  try {
    await work();
  } catch (error) {
    commits.rollback();
    throw error;
  }
  await commits.commit(durable);
}

function numbers(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i + 1);
}
