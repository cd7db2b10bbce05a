import { expect } from 'chai';
import { Memory } from '../../src/db/memory.ts';
import { type Db, openStore } from '../../src/db/open.ts';
import { remembered } from '../../src/db/prepared.ts';
import { findDomainByHost, insertDomain } from '../../src/store/domains.ts';
import { deleteProvider, insertProvider } from '../../src/store/identityProviders.ts';
import { whenDone } from '../support/cleanup.ts';
import { aDomain, aProvider } from '../support/rows.ts';
import { freshDatabaseUrl, openTestStore, withStores } from '../support/stores.ts';

const WORDS = 'select "valueJson" from "settings" where "name" = ?';

const byName = remembered((db, name: string) => db.selectFrom('settings').select('valueJson').where('name', '=', name));

describe('db/memory', () => {
  it('answers as before until a table that was asked is written to and committed', () => {
    const { memory, ask, asked } = open();
    const recall = () => memory.recall(WORDS, ['a'], ask);
    recall();
    recall();
    memory.noteWrite('update "users" set "active" = ? where "id" = ?');
    memory.beforeCommit();
    recall();
    expect(asked()).to.equal(1);
    memory.noteWrite('insert into "settings" ("name") values (?)');
    recall();
    expect(asked()).to.equal(1);
    memory.beforeCommit();
    recall();
    expect(asked()).to.equal(2);
  });

  it('forgets when somebody else has committed, and for a statement that it cannot read', () => {
    const { memory, ask, asked } = open();
    for (const version of [1, 1, 2, 2]) {
      memory.follow(version);
      memory.recall(WORDS, ['a'], ask);
    }
    expect(asked()).to.equal(2);
    memory.noteWrite('with x as (select 1) delete from "settings"');
    memory.beforeCommit();
    memory.recall(WORDS, ['a'], ask);
    expect(asked()).to.equal(3);
  });

  it('keeps answers apart by their values, and keeps none that found nothing', () => {
    const memory = new Memory(() => []);
    const found = (value: string, rows: unknown[]) => memory.recall(WORDS, [value], () => rows);
    expect([found('a', [1]), found('b', [2]), found('a', [3])]).to.deep.equal([[1], [2], [1]]);
    expect([found('c', []), found('c', [4])]).to.deep.equal([[], [4]]);
    const pair = (values: string[], rows: unknown[]) => memory.recall(WORDS, values, () => rows);
    expect([pair(['a\nb', 'c'], [5]), pair(['a', 'b\nc'], [6])]).to.deep.equal([[5], [6]]);
  });

  it('forgets for every table that a query names, however it does, and for words that name none as expected', () => {
    const { memory, ask, asked } = open();
    const recall = () => memory.recall('select * from "domains", "settings"', [], ask);
    recall();
    for (const words of ['update "settings" set "name" = ?', 'update or replace domains set id = ?']) {
      const before = asked();
      memory.noteWrite(words);
      memory.beforeCommit();
      recall();
      expect(asked(), words).to.equal(before + 1);
    }
  });

  withStores((open) => {
    it('shows what was written here at once, in the transaction alone until it is committed', async () => {
      const { db, relaxed } = await open();
      expect(await read(db)).to.equal(undefined);
      await write(db, '1');
      expect(await read(db)).to.equal('1');
      await relaxed.transaction().execute(async (trx) => {
        await write(trx, '2');
        expect([await read(trx), await read(db)]).to.deep.equal(['2', '1']);
      });
      expect(await read(db)).to.equal('2');
      const undone = db.transaction().execute(async (trx) => {
        await write(trx, '3');
        throw new Error('as it was meant');
      });
      await undone.catch(() => {});
      expect(await read(db)).to.equal('2');
    });
  });

  for (const engine of ['sqlite', 'postgres'] as const)
    it(`shows at once what another process wrote, on ${engine}`, async () => {
      const url = await freshDatabaseUrl(engine);
      const [here, there] = [await openStore(url), await openStore(url)];
      whenDone(() => Promise.all([here.close(), there.close()]));
      for (const value of ['1', '2', '3']) {
        await write(there.db, value);
        expect(await read(here.db)).to.equal(value);
      }
    });

  withStores((open) => {
    it('sees what the deletion of a row does to others by a foreign key, though their table was never asked', async () => {
      const { db } = await open();
      const provider = aProvider();
      await insertProvider(db, provider, '');
      await insertDomain(db, aDomain({ url: 'https://a.test', defaultProviderId: provider.id }));
      expect(await findDomainByHost(db, 'a.test')).to.include({ defaultProviderId: provider.id });
      await deleteProvider(db, provider.id);
      expect(await findDomainByHost(db, 'a.test')).to.include({ defaultProviderId: null });
    });
  });

  it('forgets what a deletion took along', async () => {
    const { db } = await openTestStore();
    await write(db, '1');
    expect(await read(db)).to.equal('1');
    await db.deleteFrom('settings').execute();
    expect(await read(db)).to.equal(undefined);
  });
});

function open() {
  let count = 0;
  const ask = () => {
    count += 1;
    return [{ valueJson: String(count) }];
  };
  return { memory: new Memory(() => []), ask, asked: () => count };
}

async function read(db: Db): Promise<string | undefined> {
  const [row] = await byName(db, 'a');
  return row?.valueJson;
}

async function write(db: Db, valueJson: string): Promise<void> {
  await db
    .insertInto('settings')
    .values({ name: 'a', valueJson })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ valueJson }))
    .execute();
}
