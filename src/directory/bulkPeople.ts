import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { searchUsers, type UserSearch } from '../store/userSearch.ts';
import { findUser, type User } from '../store/users.ts';
import { deleteUser } from '../store/writeUsers.ts';
import { isLastPowerUser, LAST_POWER_USER, nameOf, writePerson } from './users.ts';

export type BulkAction = 'activate' | 'deactivate' | 'remove';
/** What came of it: how many people changed, how many were so already or are gone, and who was left out with the reason. */
export type BulkResult = { done: number; unchanged: number; refused: { name: string; reason: string }[] };

const AT_ONCE = 200;
const STEP = 500;
export const MAX_PEOPLE = 10_000;

/** Does one thing to many people. Whoever fails keeps nobody else from it. */
export async function changeMany(deps: Deps, ids: string[], action: BulkAction): Promise<BulkResult> {
  const result: BulkResult = { done: 0, unchanged: 0, refused: [] };
  for (const outcome of await inSteps(deps, ids, AT_ONCE, (trx, id) => changeOne(trx, deps, id, action))) {
    if (typeof outcome === 'object') result.refused.push(outcome);
    else result[outcome] += 1;
  }
  return result;
}

/** Does something for each item, so many in a transaction, so that nobody else waits long. Returns what came of each. */
export async function inSteps<Item, Outcome>(
  { store }: Deps,
  items: Item[],
  atOnce: number,
  work: (trx: Db, item: Item) => Promise<Outcome>,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let start = 0; start < items.length; start += atOnce)
    await store.db.transaction().execute(async (trx) => {
      for (const item of items.slice(start, start + atOnce)) outcomes.push(await work(trx, item));
    });
  return outcomes;
}

/** Everybody whom a search finds, by name, read in steps, so that there may be any number. */
export async function* stepsThrough({ store }: Deps, search: UserSearch): AsyncIterableIterator<User[]> {
  let after: string | undefined;
  do {
    const page = await searchUsers(store.db, search, { limit: STEP, after });
    yield page.rows;
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

type Outcome = 'done' | 'unchanged' | { name: string; reason: string };

async function changeOne(db: Db, deps: Deps, id: string, action: BulkAction): Promise<Outcome> {
  const user = await findUser(db, id);
  if (!user || isSo(user, action)) return 'unchanged';
  if (action !== 'activate' && (await isLastPowerUser(db, user)))
    return { name: nameOf(user), reason: LAST_POWER_USER };
  if (action === 'remove') {
    await deleteUser(db, id, deps.now());
    return 'done';
  }
  const changed = await writePerson(db, deps, user, { active: action === 'activate' });
  return changed ? 'done' : { name: nameOf(user), reason: 'Somebody else changed this person at the same moment.' };
}

function isSo({ active }: User, action: BulkAction): boolean {
  return action !== 'remove' && active === (action === 'activate');
}
