import type { Db } from '../db/open.ts';
import { caseKey } from './caseKey.ts';
import { type User, userColumns, userFromRow } from './users.ts';

const NAMES_PER_STATEMENT = 500;

/** The people with some user names, in any case, by the case key of their user name. */
export async function findUsersByUserNames(db: Db, userNames: string[]): Promise<Map<string, User>> {
  const keys = [...new Set(userNames.map(caseKey))];
  const found = new Map<string, User>();
  for (let start = 0; start < keys.length; start += NAMES_PER_STATEMENT) {
    const some = keys.slice(start, start + NAMES_PER_STATEMENT);
    const rows = await db.selectFrom('users').select(userColumns).where('userNameKey', 'in', some).execute();
    for (const row of rows) found.set(caseKey(row.userName), userFromRow(row));
  }
  return found;
}
