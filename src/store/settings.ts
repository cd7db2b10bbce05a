import type { Db } from '../db/open.ts';
import { prepared } from '../db/query.ts';

const CHECKED_BYTES = 64 * 1024;

/** Returns a setting, or undefined if it was never written. */
export async function findSetting(db: Db, name: string): Promise<unknown> {
  const [row] = await byName(db, name);
  return row && JSON.parse(row.valueJson);
}

const byName = prepared((db, name: string) => db.selectFrom('settings').select('valueJson').where('name', '=', name));

/** Removes a setting if it has this value. Returns true to only one of several concurrent calls. */
export async function takeSetting(db: Db, name: string, value: unknown): Promise<boolean> {
  const result = await db
    .deleteFrom('settings')
    .where('name', '=', name)
    .where('valueJson', '=', JSON.stringify(value))
    .executeTakeFirst();
  return result.numDeletedRows === 1n;
}

/** Writes one setting; undefined removes it. */
export async function writeSetting(db: Db, name: string, value: unknown): Promise<void> {
  if (value === undefined) {
    await db.deleteFrom('settings').where('name', '=', name).execute();
    return;
  }
  const valueJson = JSON.stringify(value);
  await db
    .insertInto('settings')
    .values({ name, valueJson })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ valueJson }))
    .execute();
}

/** Replaces a setting if it still has this value. Returns false if another change came first. */
export async function replaceSetting(db: Db, name: string, before: unknown, after: unknown): Promise<boolean> {
  const result = await db
    .updateTable('settings')
    .set({ valueJson: JSON.stringify(after) })
    .where('name', '=', name)
    .where('valueJson', '=', JSON.stringify(before))
    .executeTakeFirst();
  return result.numUpdatedRows === 1n;
}

/** Writes a setting unless it exists. */
export async function addSetting(db: Db, name: string, value: unknown): Promise<void> {
  const row = { name, valueJson: JSON.stringify(value) };
  await db
    .insertInto('settings')
    .values(row)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

/** Settles if the database answers a query. */
export async function checkDatabase(db: Db): Promise<void> {
  await db.selectFrom('settings').select('name').limit(1).execute();
}

/** Settles if the database has room for some writes: a full disk may still take single ones. */
export async function checkWrites(db: Db): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await writeSetting(trx, 'writeCheck', ' '.repeat(CHECKED_BYTES));
    await writeSetting(trx, 'writeCheck', undefined);
  });
}
