import { setImmediate } from 'node:timers/promises';
import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import type { Outcome } from '../jobs/steps.ts';
import type { JobItem } from '../store/jobs.ts';
import { searchUsers, type UserSearch } from '../store/userSearch.ts';
import { findUser, type User } from '../store/users.ts';
import { addPeopleIn } from './groups.ts';
import { deletePerson, isLastPowerUser, LAST_POWER_USER, nameOf, writePerson } from './users.ts';

export type BulkAction = 'activate' | 'deactivate' | 'remove';

const STEP = 500;
export const MAX_PEOPLE = 100_000;

/** Does one thing to some people, who are items of a job. Whoever fails keeps nobody else from it. */
export async function changePeople(db: Db, deps: Deps, items: JobItem[], action: BulkAction): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { item } of items) outcomes.push(await changeOne(db, deps, String(item), action));
  return outcomes;
}

/** Adds people to a group. @throws Conflict where a profile source manages it, NotFound where it is gone */
export async function joinGroup(db: Db, deps: Deps, items: JobItem[], groupId: string): Promise<Outcome[]> {
  const ids = items.map(({ item }) => String(item));
  const added = new Set(await addPeopleIn(db, deps, groupId, ids));
  return ids.map((id) => ({ outcome: added.has(id) ? 'done' : 'unchanged' }));
}

/** Everybody whom a search finds, by name, read in steps, so that there may be any number. */
export async function* stepsThrough({ store }: Deps, search: UserSearch): AsyncIterableIterator<User[]> {
  let after: string | undefined;
  do {
    const page = await searchUsers(store.db, search, { limit: STEP, after });
    yield page.rows;
    await setImmediate(); // others have their turn
    after = page.next;
  } while (after !== undefined);
}

/** The IDs of everybody whom a search finds; no more than MAX_PEOPLE. */
export async function idsOf(deps: Deps, search: UserSearch): Promise<string[]> {
  const ids: string[] = [];
  for await (const people of stepsThrough(deps, search)) {
    for (const { id } of people) ids.push(id);
    if (ids.length >= MAX_PEOPLE) break;
  }
  return ids.slice(0, MAX_PEOPLE);
}

async function changeOne(db: Db, deps: Deps, id: string, action: BulkAction): Promise<Outcome> {
  const user = await findUser(db, id);
  if (!user || isSo(user, action)) return { outcome: 'unchanged' };
  const refused = (reason: string) => ({ outcome: 'refused', keep: nameOf(user), reason });
  if (action !== 'activate' && (await isLastPowerUser(db, user))) return refused(LAST_POWER_USER);
  if (action === 'remove') {
    await deletePerson(db, deps, id);
    return { outcome: 'done' };
  }
  const changed = await writePerson(db, deps, user, { active: action === 'activate' });
  if (!changed) return refused('Somebody else changed this person at the same moment.');
  return { outcome: 'done', keep: id }; // so that it can be taken back
}

function isSo({ active }: User, action: BulkAction): boolean {
  return action !== 'remove' && active === (action === 'activate');
}
