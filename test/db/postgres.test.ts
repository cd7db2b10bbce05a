import { expect } from 'chai';
import { sql } from 'kysely';
import { findSetting, writeSetting } from '../../src/store/settings.ts';
import { openTestStore } from '../support/stores.ts';

describe('db/postgres', () => {
  it('goes on when the server ended its connections', async () => {
    const { db, relaxed } = await openTestStore('postgres');
    await writeSetting(db, 'name', 1);
    const others = sql`select pg_terminate_backend(pid, 5000) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`;
    await others.execute(relaxed);
    await writeSetting(db, 'name', 2).catch(() => {}); // it may have met the end of its connection
    await writeSetting(db, 'name', 3);
    expect(await findSetting(db, 'name')).to.equal(3);
  });

  it('hands out times and counts as numbers', async () => {
    const { db } = await openTestStore('postgres');
    const { rows } = await sql<{ time: number; count: number }>`
      select ${Date.UTC(2026, 0)}::bigint as time, count(*) as count from users`.execute(db);
    expect(rows).to.deep.equal([{ time: Date.UTC(2026, 0), count: 0 }]);
  });

  it('waits for the disk for what is durable, and does not for what is relaxed', async () => {
    const { db, relaxed } = await openTestStore('postgres');
    const settings = await Promise.all(
      [db, relaxed].map((member) => sql`select current_setting('synchronous_commit') as value`.execute(member)),
    );
    expect(settings.map(({ rows }) => rows)).to.deep.equal([[{ value: 'on' }], [{ value: 'off' }]]);
  });
});
