import { expect } from 'chai';
import { sql } from 'kysely';
import { openStore } from '../../src/db/open.ts';
import { findSetting, writeSetting } from '../../src/store/settings.ts';
import { whenDone } from '../support/cleanup.ts';
import { freshDatabaseUrl, openTestStore } from '../support/stores.ts';

describe('db/postgres', () => {
  it('reconnects after the server closed its connections', async () => {
    const url = await freshDatabaseUrl('postgres');
    const [{ db }, other] = await Promise.all([openStore(url), openStore(url)]);
    whenDone(() => Promise.all([db.destroy(), other.close()]));
    await writeSetting(db, 'writeCheck', 1);
    const others = sql`select pg_terminate_backend(pid, 5000) from pg_stat_activity
      where datname = current_database() and pid <> pg_backend_pid()`;
    await others.execute(other.db);
    await writeSetting(db, 'writeCheck', 2).catch(() => {}); // this one may fail: its connection is gone
    await writeSetting(db, 'writeCheck', 3);
    expect(await findSetting(db, 'writeCheck')).to.equal(3);
  });

  it('returns times and counts as numbers', async () => {
    const { db } = await openTestStore('postgres');
    const { rows } = await sql<{ time: number; count: number }>`
      select ${Date.UTC(2026, 0)}::bigint as time, count(*) as count from users`.execute(db);
    expect(rows).to.deep.equal([{ time: Date.UTC(2026, 0), count: 0 }]);
  });
});
