import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { type Checked, Conflict, invalid, NotFound } from '../errors.ts';
import { newId } from '../identifier.ts';
import {
  addMembers,
  deleteGroup,
  findGroup,
  findGroupByName,
  type Group,
  insertGroup,
  removeMembers,
  updateGroup,
} from '../store/groups.ts';

const MAX_NAME = 256;
const STALE = 'Somebody else changed this group while you were editing. Open the page again and repeat your change.';
const MANAGED = 'A profile source manages this group. Change it there.';

/** The group with an ID. @throws NotFound */
export async function getGroup({ store }: Deps, id: string): Promise<Group> {
  return getGroupIn(store.db, id);
}

/** Adds a group without members. */
export async function addGroup(deps: Deps, displayName: string): Promise<Checked<Group>> {
  const name = displayName.trim();
  const fault = nameFault(name);
  if (fault) return invalid({ displayName: fault });
  const now = deps.now();
  const group: Group = {
    id: newId(deps),
    displayName: name,
    externalId: null,
    sourceId: null,
    version: 1,
    createdAt: now,
    modifiedAt: now,
  };
  return deps.store.db.transaction().execute(async (trx) => {
    if (await findGroupByName(trx, name)) return invalid({ displayName: TAKEN });
    await insertGroup(trx, group);
    return { ok: true, value: group };
  });
}

/** Gives a group another name. @throws NotFound, Conflict when it is managed or was changed since `readVersion` */
export async function renameGroup(
  deps: Deps,
  id: string,
  readVersion: number,
  displayName: string,
): Promise<Checked<Group>> {
  const name = displayName.trim();
  const fault = nameFault(name);
  if (fault) return invalid({ displayName: fault });
  return deps.store.db.transaction().execute(async (trx) => {
    requireOurs(await getGroupIn(trx, id));
    const namesake = await findGroupByName(trx, name);
    if (namesake && namesake.id !== id) return invalid({ displayName: TAKEN });
    const renamed = await updateGroup(trx, id, readVersion, deps.now(), { displayName: name });
    if (!renamed) throw new Conflict(STALE);
    return { ok: true, value: renamed };
  });
}

/** Adds people to a group; who is in it already stays. Returns how many came in. @throws NotFound, Conflict when it is managed */
export async function addPeopleToGroup(deps: Deps, id: string, userIds: string[]): Promise<number> {
  const added = await deps.store.db.transaction().execute((trx) => addPeopleIn(trx, deps, id, userIds));
  return added.length;
}

/** The same within a transaction. Returns who came in. */
export async function addPeopleIn(
  db: Db,
  { now }: Pick<Deps, 'now'>,
  id: string,
  userIds: string[],
): Promise<string[]> {
  requireOurs(await getGroupIn(db, id));
  const { added } = await addMembers(db, id, userIds);
  if (added.length > 0) await updateGroup(db, id, undefined, now());
  return added;
}

/** Takes people out of a group. Returns how many were in it. @throws NotFound, Conflict when it is managed */
export async function removePeopleFromGroup(deps: Deps, id: string, userIds: string[]): Promise<number> {
  return deps.store.db.transaction().execute(async (trx) => {
    requireOurs(await getGroupIn(trx, id));
    const removed = await removeMembers(trx, id, userIds);
    if (removed.length > 0) await updateGroup(trx, id, undefined, deps.now());
    return removed.length;
  });
}

/** Removes a group; its members stay in the directory. Also a managed one: its source makes it again when it sends it again. @throws NotFound */
export async function removeGroup(deps: Deps, id: string): Promise<Group> {
  return deps.store.db.transaction().execute(async (trx) => {
    const group = await getGroupIn(trx, id);
    await deleteGroup(trx, id);
    return group;
  });
}

const TAKEN = 'There is a group of this name already.';

function nameFault(name: string): string | undefined {
  if (name === '') return 'Enter a name.';
  if (name.length > MAX_NAME) return `Use at most ${MAX_NAME} characters.`;
  return /\p{Cc}/u.test(name) ? 'Control characters are not allowed here.' : undefined;
}

function requireOurs({ sourceId }: Group): void {
  if (sourceId !== null) throw new Conflict(MANAGED);
}

async function getGroupIn(db: Db, id: string): Promise<Group> {
  const group = await findGroup(db, id);
  if (!group) throw new NotFound('There is no such group.');
  return group;
}
