import { setImmediate } from 'node:timers/promises';
import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import type { ItemOutcome, JobItem } from '../store/jobs.ts';
import type { UserSearch } from '../store/userPlan.ts';
import { searchUsers } from '../store/userSearch.ts';
import { findUser, type User } from '../store/users.ts';
import type { addPeopleIn } from './groups.ts';
import { LastPowerUser } from './lastPowerUser.ts';
import { deletePerson, lockUser, nameOf, writePerson } from './users.ts';

export type BulkAction = 'activate' | 'deactivate' | 'remove';

const PAGE = 20; // an export of 200,000 people takes 50 MB with small pages, and 83 MB with pages of 200
const byName = { by: 'name', descending: false } as const;
export const MAX_PEOPLE = 100_000;

/** Does one thing to the people of a job's items. A person who cannot be changed does not keep the others from it. */
export async function changePeople(db: Db, deps: Deps, items: JobItem[], action: BulkAction): Promise<ItemOutcome[]> {
  const outcomes: ItemOutcome[] = [];
  for (const { item } of items) outcomes.push(await changeOne(db, deps, String(item), action));
  return outcomes;
}

/** Adds the people of a job's items to a group, or removes them. @throws Conflict if a source manages it, NotFound if it was deleted */
export async function changeMembers(
  db: Db,
  deps: Deps,
  items: JobItem[],
  groupId: string,
  change: typeof addPeopleIn,
): Promise<ItemOutcome[]> {
  const ids = items.map(({ item }) => String(item));
  const changed = new Set(await change(db, deps, groupId, ids));
  return ids.map((id) => (changed.has(id) ? doneTo(id) : { outcome: 'unchanged' }));
}

/** Yields the people that a search finds, by name and page by page, so that there may be any number. */
export async function* pagesOfPeople({ store }: Deps, search: UserSearch): AsyncIterableIterator<User[]> {
  let after: string | undefined;
  do {
    const page = await searchUsers(store.db, search, { limit: PAGE, after, countTo: 0, sort: byName });
    yield page.rows;
    await setImmediate(); // lets other requests run between two pages
    after = page.next;
  } while (after !== undefined);
}

/** Returns the IDs of the people that a search finds, up to MAX_PEOPLE. */
export async function idsOf(deps: Deps, search: UserSearch): Promise<string[]> {
  const ids: string[] = [];
  for await (const people of pagesOfPeople(deps, search)) {
    for (const { id } of people) ids.push(id);
    if (ids.length >= MAX_PEOPLE) break;
  }
  return ids.slice(0, MAX_PEOPLE);
}

async function changeOne(db: Db, deps: Deps, id: string, action: BulkAction): Promise<ItemOutcome> {
  const user = action === 'remove' ? await lockUser(db, id) : await findUser(db, id);
  const isUnchanged = action !== 'remove' && user?.active === (action === 'activate');
  if (!user || isUnchanged) return { outcome: 'unchanged' };
  const refused = (reason: string) => ({ outcome: 'refused', keep: nameOf(user), reason });
  try {
    if (action === 'remove') await deletePerson(db, deps, user);
    else if (!(await writePerson(db, deps, user, { active: action === 'activate' })))
      return refused('Someone else changed this person at the same time.');
  } catch (error) {
    if (error instanceof LastPowerUser) return refused(error.message);
    throw error;
  }
  return action === 'remove' ? { outcome: 'done' } : doneTo(id);
}

/** The ID stays on record for undoOf, and for the names that the result shows. */
function doneTo(id: string): ItemOutcome {
  return { outcome: 'done', keep: id };
}
