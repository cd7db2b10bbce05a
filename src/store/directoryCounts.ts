import { sql } from 'kysely';
import type { Db } from '../db/open.ts';
import { prepared } from '../db/query.ts';

/**
 * Adds to the count of people or groups, in the transaction that creates or deletes them, so that nothing has to be counted later.
 * The count is spread over sixteen rows by the id, so that transactions of PostgreSQL seldom wait for each other.
 */
export async function addToCount(db: Db, name: 'users' | 'groups', id: string, change: number): Promise<void> {
  await add(db, name, Number.parseInt(id.slice(-1), 16) || 0, change);
}

const add = prepared((db, name: 'users' | 'groups', slot: number, total: number) =>
  db
    .insertInto('directoryCounts')
    .values({ name, slot, total })
    .onConflict((conflict) =>
      conflict
        .columns(['name', 'slot'])
        .doUpdateSet({ total: sql<number>`"directoryCounts"."total" + excluded."total"` }),
    ),
);

/** Returns the number of people or groups. */
export async function readCount(db: Db, name: 'users' | 'groups'): Promise<number> {
  const rows = await totals(db, name);
  return rows.reduce((sum, row) => sum + row.total, 0);
}

const totals = prepared((db, name: 'users' | 'groups') =>
  db.selectFrom('directoryCounts').select('total').where('name', '=', name),
);
