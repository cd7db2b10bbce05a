import type { Deps } from '../deps.ts';
import { searchUsers } from '../store/userSearch.ts';
import { findUser, findUserByUserName, findUsersByEmail, type User } from '../store/users.ts';

const MAX_CHOICES = 8;

/** What a search for a manager came to: an id ('' for nobody), or a sentence and the people to choose from. */
export type FoundManager = { id: string } | { error: string; choices: User[] };

/** Finds the manager who was typed: a user name, an e-mail address, or words that only one person has. `chosen` is one of the choices given before. */
export async function findManager({ store }: Deps, typed: string, chosen: string): Promise<FoundManager> {
  if (typed === '') return { id: '' };
  if (chosen !== '' && (await findUser(store.db, chosen))) return { id: chosen };
  const named = await findUserByUserName(store.db, typed);
  if (named) return { id: named.id };
  const mailed = await findUsersByEmail(store.db, typed);
  if (mailed.length === 1 && mailed[0]) return { id: mailed[0].id };
  const found = await searchUsers(store.db, { text: typed, includeOmitted: true }, { limit: MAX_CHOICES });
  const [first, second] = found.rows;
  if (!first)
    return { error: 'Nobody matches. Enter a user name, an e-mail address or the beginning of a name.', choices: [] };
  if (!second) return { id: first.id };
  const more = found.total > found.rows.length ? ' There are more: enter more of the name to find them.' : '';
  return { error: `Several people match: choose one.${more}`, choices: found.rows };
}
