import { statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { sql } from 'kysely';
import { openStore } from '../../src/db/open.ts';
import { inserter, prepared } from '../../src/db/query.ts';
import { whenDone } from '../support/cleanup.ts';
import { openTestStore } from '../support/stores.ts';
import { tempFolder } from '../support/tempFolder.ts';

describe('db/sqlite', () => {
  it('writes the number of a LIMIT into the SQL, so that SQLite prepares the statement once', async () => {
    const { db } = await openTestStore();
    const query = db.selectFrom('settings').select('name').limit(5).offset(2).compile();
    expect(query.sql).to.match(/limit 5 offset \?$/);
    expect(query.parameters).to.deep.equal([2]);
    expect(await db.selectFrom('settings').select('name').limit(sql<number>`1 + 1`).execute()).to.deep.equal([]);
  });

  it('reads what is committed, before, while and after something is written', async () => {
    const { db } = await openTestStore();
    const names = prepared((on, value: string) =>
      on.selectFrom('settings').select('name').where('valueJson', '=', value),
    );
    for (const name of ['a', 'b', 'c']) {
      const before = await names(db, '1');
      const writing = db.insertInto('settings').values({ name, valueJson: '1' }).execute();
      expect(await names(db, '1')).to.deep.equal(before);
      await writing;
      expect(await names(db, '1')).to.deep.equal([...before, { name }]);
    }
  });

  it('lets the write-ahead log start over while there are always readers', async () => {
    const file = join(tempFolder(), 'test.db');
    const store = await openStore(`sqlite:${file}`);
    whenDone(() => store.close());
    const row = { name: 'a', valueJson: 'x'.repeat(500_000) };
    for (let round = 0; round < 120; round += 1) {
      await store.db.selectFrom('settings').select('name').execute();
      await inserter('settings', { key: ['name'], existing: 'replace' })(store.db, [row]);
    }
    expect(statSync(`${file}-wal`).size).to.be.below(40_000_000);
  });

  it('keeps nothing of a transaction that SQLite rolled back, neither earlier nor later statements', async () => {
    const { db } = await openTestStore();
    await db.insertInto('settings').values({ name: 'a', valueJson: '1' }).execute();
    const broken = db.transaction().execute(async (trx) => {
      await trx.insertInto('settings').values({ name: 'b', valueJson: '1' }).execute();
      await sql`insert or rollback into settings values ('a', '2')`.execute(trx).catch(() => {});
      await trx.updateTable('settings').set({ valueJson: '3' }).execute();
    });
    expect(await broken.catch(({ cause }: Error) => String(cause))).to.match(/ended early/);
    const rows = await db.selectFrom('settings').selectAll().execute();
    expect(rows).to.deep.equal([{ name: 'a', valueJson: '1' }]);
  });

  it('opens a file by a link to it', async () => {
    const folder = tempFolder();
    const store = await openStore(`sqlite:${join(folder, 'real.db')}`);
    await store.close();
    symlinkSync(join(folder, 'real.db'), join(folder, 'link.db'));
    const linked = await openStore(`sqlite:${join(folder, 'link.db')}`);
    await linked.close();
  });

  it('settles every write that comes while it is being closed', async () => {
    const { db, close } = await openTestStore();
    const outcome = (write: Promise<unknown>) =>
      write.then(
        () => 'kept',
        () => 'refused',
      );
    const write = (name: string) => outcome(db.insertInto('settings').values({ name, valueJson: '1' }).execute());
    const writeRelaxed = (name: string) =>
      outcome(db.insertInto('attempts').values({ name, failures: 1, expiresAt: 1 }).execute());
    const first = write('a');
    await writeRelaxed('b');
    const closed = Promise.all([close(), close()]);
    const late: Promise<string>[] = [];
    for (let n = 0; n < 20; n += 1) {
      late.push(write(`late ${n}`), writeRelaxed(`late ${n}`));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await closed;
    expect(await first).to.equal('kept');
    expect(new Set(await Promise.all(late))).to.deep.equal(new Set(['refused']));
  });

  it('returns rows as plain objects', async () => {
    const { db } = await openTestStore();
    await db.insertInto('settings').values({ name: 'a', valueJson: '1' }).execute();
    const [row] = await db.selectFrom('settings').selectAll().execute();
    expect(row).to.deep.equal({ name: 'a', valueJson: '1' });
    expect(Object.getPrototypeOf(row)).to.equal(Object.prototype);
  });
});
