import { expect } from 'chai';
import { sql } from 'kysely';
import { openTestStore } from '../support/stores.ts';

describe('db/sqlite', () => {
  it('writes the number of a LIMIT into the words, for SQLite would prepare the statement anew for each value', async () => {
    const { db } = await openTestStore();
    const query = db.selectFrom('settings').select('name').limit(5).offset(2).compile();
    expect(query.sql).to.match(/limit 5 offset \?$/);
    expect(query.parameters).to.deep.equal([2]);
    expect(await db.selectFrom('settings').select('name').limit(sql<number>`1 + 1`).execute()).to.deep.equal([]);
  });

  it('gives rows as plain objects', async () => {
    const { db } = await openTestStore();
    await db.insertInto('settings').values({ name: 'a', valueJson: '1' }).execute();
    const [row] = await db.selectFrom('settings').selectAll().execute();
    expect(row).to.deep.equal({ name: 'a', valueJson: '1' });
    expect(Object.getPrototypeOf(row)).to.equal(Object.prototype);
  });
});
