import type { Db } from '../db/open.ts';
import { countRows } from '../db/query.ts';
import { markOf } from './searchWords.ts';

/** Returns the IDs of people who have a value for a custom attribute, or name a person in one, in order. @param id of the attribute or person */
export async function findMarked(db: Db, id: string, { after = '', limit }: { after?: string; limit?: number } = {}) {
  const marked = db
    .selectFrom('userTokens')
    .select('userId')
    .where('token', '=', markOf(id))
    .where('userId', '>', after);
  const rows = await (limit === undefined ? marked : marked.limit(limit)).orderBy('userId').execute();
  return rows.map(({ userId }) => userId);
}

/** Returns the number of people who have a value for a custom attribute. */
export async function countMarked(db: Db, id: string): Promise<number> {
  return countRows(db.selectFrom('userTokens').where('token', '=', markOf(id)));
}
