import type { Deps } from '../deps.ts';
import { searchUsers, type UserSearch } from '../store/userSearch.ts';
import { findUsersById } from '../store/users.ts';
import { type Cells, cellsOf, managerIdOf } from './csvColumns.ts';

const PAGE = 500;

/** Everybody whom a search finds, by name, as the lines of a CSV file; read in steps, so that any size can be exported. */
export async function* exportPeople({ store }: Deps, search: UserSearch): AsyncIterableIterator<Cells> {
  let after: string | undefined;
  do {
    const page = await searchUsers(store.db, search, { limit: PAGE, after });
    const managers = await findUsersById(store.db, page.rows.map(managerIdOf).filter(Boolean));
    for (const user of page.rows) yield cellsOf(user, managers.get(managerIdOf(user))?.userName ?? '');
    after = page.next;
  } while (after !== undefined);
}
