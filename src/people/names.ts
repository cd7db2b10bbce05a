import type { Db } from '../db/open.ts';
import { findUsersById } from '../store/users.ts';
import { nameOf } from './users.ts';

/** How many people a sentence names. */
export const MAX_NAMED = 5;

/**
 * Returns the names of people for a sentence: 'Anna Berg, Ben Tal and 47 more', or '' for none.
 * @param ids the people; the first are named, and those who are no longer in the directory only count
 * @param total how many there are, if `ids` are only the first
 */
export async function namesOf(db: Db, ids: string[], total = ids.length): Promise<string> {
  const first = ids.slice(0, MAX_NAMED);
  const found = await findUsersById(db, first);
  const names = first.flatMap((id) => found.get(id) ?? []).map(nameOf);
  const more = total - names.length;
  if (more > 0 && names.length === 0) return more === 1 ? '1 person' : `${more.toLocaleString('en')} people`;
  if (more > 0) return `${names.join(', ')} and ${more.toLocaleString('en')} more`;
  return new Intl.ListFormat('en-GB').format(names);
}
