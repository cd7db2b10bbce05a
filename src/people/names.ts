import type { Db } from '../db/open.ts';
import { findUsersById } from '../store/users.ts';
import { nameOf } from './users.ts';

/** Letters that are written from right to left, and marks of the writing direction. */
const RIGHT_TO_LEFT =
  /[\u0590-\u08ff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}\ufb1d-\ufdff\ufe70-\ufefc\p{Bidi_Control}]/u;
const [ISOLATE, END] = ['\u2068', '\u2069']; // Unicode UAX 9: what is between them is written in its own direction

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
  const names = first.flatMap((id) => found.get(id) ?? []).map((person) => isolated(nameOf(person)));
  const more = total - names.length;
  if (more > 0 && names.length === 0) return more === 1 ? '1 person' : `${more.toLocaleString('en')} people`;
  if (more > 0) return `${names.join(', ')} and ${more.toLocaleString('en')} more`;
  return new Intl.ListFormat('en-GB').format(names);
}

/** Keeps a name from changing the order of the words around it. Marks that it leaves open end with it. */
function isolated(name: string): string {
  return RIGHT_TO_LEFT.test(name) ? `${ISOLATE}${name.replace(/[\u2066-\u2069]/g, '')}${END}` : name;
}
