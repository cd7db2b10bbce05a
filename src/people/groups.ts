import { setImmediate } from 'node:timers/promises';
import type { AuditDeps } from '../audit/record.ts';
import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { type Checked, Conflict, invalid, NotFound } from '../errors.ts';
import { newId } from '../identifier.ts';
import { addMembers, removeMembers } from '../store/groupMembers.ts';
import {
  deleteGroup,
  findGroup,
  findGroupByName,
  type Group,
  insertGroup,
  releaseGroups,
  updateGroup,
} from '../store/groups.ts';
import { removeNestedGroups } from '../store/nestedGroups.ts';
import { MAX_INDEXED } from './attribute.ts';
import { NestingRefused, nestGroups } from './nestedGroups.ts';
import {
  type MemberChanges,
  recordDeletedGroup,
  recordGroupChange,
  recordMemberChange,
  recordNewGroup,
} from './recordGroup.ts';

const TAKEN = 'This group name is already taken.';
const STALE = 'Someone else changed this group while you were editing. Reload the page and repeat your change.';
const MANAGED = 'A profile source or an identity provider manages this group. Change it there.';

/** What is set of a group, beside its members. The other properties of Group are bookkeeping. */
export type GroupAttributes = Pick<Group, 'displayName' | 'externalId' | 'sourceId'>;

/** Returns the group with an ID. @throws NotFound */
export async function getGroup({ store }: Deps, id: string): Promise<Group> {
  return getGroupIn(store.db, id);
}

/** Adds a group without members. */
export async function addGroup(deps: Deps, displayName: string): Promise<Checked<Group>> {
  const name = displayName.trim();
  const error = nameError(name);
  if (error) return invalid({ displayName: error });
  return deps.store.db.transaction().execute(async (trx) => {
    if (await findGroupByName(trx, name)) return invalid({ displayName: TAKEN });
    return { ok: true, value: await addGroupIn(trx, deps, { displayName: name, externalId: null, sourceId: null }) };
  });
}

/**
 * Adds a group without members within a transaction. Every way to add groups ends here.
 * @throws the engine's error if the name is taken (see isUniqueViolation)
 */
export async function addGroupIn(db: Db, deps: AuditDeps, attributes: GroupAttributes): Promise<Group> {
  const now = deps.now();
  const group = { id: newId(deps), ...attributes, version: 1, createdAt: now, modifiedAt: now };
  await insertGroup(db, group);
  await recordNewGroup(db, deps, group);
  return group;
}

/** Renames a group. @throws NotFound, Conflict if a profile source manages it or it changed since `readVersion` */
export async function renameGroup(
  deps: Deps,
  id: string,
  readVersion: number,
  displayName: string,
): Promise<Checked<Group>> {
  const name = displayName.trim();
  const error = nameError(name);
  if (error) return invalid({ displayName: error });
  return deps.store.db.transaction().execute(async (trx) => {
    const before = await getGroupIn(trx, id);
    requireUnmanaged(before);
    const namesake = await findGroupByName(trx, name);
    if (namesake && namesake.id !== id) return invalid({ displayName: TAKEN });
    const renamed = before.version === readVersion && (await changeGroupIn(trx, deps, before, { displayName: name }));
    if (!renamed) throw new Conflict(STALE);
    return { ok: true, value: renamed };
  });
}

/**
 * Changes a group within a transaction if the version is still the one of `before`; returns undefined if another change came first.
 * @throws the engine's error if the name is taken (see isUniqueViolation)
 */
export async function changeGroupIn(
  db: Db,
  deps: AuditDeps,
  before: Group,
  changes: Partial<GroupAttributes>,
): Promise<Group | undefined> {
  const after = await updateGroup(db, before.id, before.version, deps.now(), changes);
  if (after) await recordGroupChange(db, deps, before, after);
  return after;
}

/** Adds people to a group; existing members stay. Returns the IDs of those who were added. @throws NotFound, Conflict if it is managed */
export async function addPeopleToGroup(deps: Deps, id: string, userIds: string[]): Promise<string[]> {
  return deps.store.db.transaction().execute((trx) => addPeopleIn(trx, deps, id, userIds));
}

/** Does the same within a transaction. */
export async function addPeopleIn(db: Db, deps: AuditDeps, id: string, userIds: string[]): Promise<string[]> {
  requireUnmanaged(await getGroupIn(db, id));
  return addMembersIn(db, deps, id, userIds);
}

/** Does the same to any group. */
export async function addMembersIn(db: Db, deps: AuditDeps, id: string, userIds: string[]): Promise<string[]> {
  const { added } = await addMembers(db, id, userIds);
  await recordMembers(db, deps, id, { added });
  return added;
}

/** Removes people from a group. Returns the IDs of those who were members. @throws NotFound, Conflict if it is managed */
export async function removePeopleFromGroup(deps: Deps, id: string, userIds: string[]): Promise<string[]> {
  return deps.store.db.transaction().execute((trx) => removePeopleIn(trx, deps, id, userIds));
}

/** Does the same within a transaction. */
export async function removePeopleIn(db: Db, deps: AuditDeps, id: string, userIds: string[]): Promise<string[]> {
  requireUnmanaged(await getGroupIn(db, id));
  return removeMembersIn(db, deps, id, userIds);
}

/** Does the same to any group. */
export async function removeMembersIn(db: Db, deps: AuditDeps, id: string, userIds: string[]): Promise<string[]> {
  const removed = await removeMembers(db, id, userIds);
  await recordMembers(db, deps, id, { removed });
  return removed;
}

/** Makes the group with a name a member of a group. Returns it. @throws NotFound, Conflict if a profile source manages the group */
export async function addGroupToGroup(deps: Deps, id: string, name: string): Promise<Checked<Group>> {
  return deps.store.db.transaction().execute(async (trx) => {
    requireUnmanaged(await getGroupIn(trx, id));
    const member = await findGroupByName(trx, name.trim());
    if (!member) return invalid({ group: 'There is no group with this name.' });
    try {
      const { added } = await nestGroups(trx, id, [member.id]);
      if (added.length === 0) return invalid({ group: 'This group is already a member.' });
    } catch (error) {
      if (error instanceof NestingRefused) return invalid({ group: error.message });
      throw error;
    }
    await recordMembers(trx, deps, id, { added: [member.id] });
    return { ok: true, value: member };
  });
}

/** Removes a group from the members of a group. Returns whether it was one. @throws NotFound, Conflict if the group is managed */
export async function removeGroupFromGroup(deps: Deps, id: string, memberId: string): Promise<boolean> {
  return deps.store.db.transaction().execute(async (trx) => {
    requireUnmanaged(await getGroupIn(trx, id));
    const removed = await removeNestedGroups(trx, id, [memberId]);
    await recordMembers(trx, deps, id, { removed });
    return removed.length > 0;
  });
}

/** Deletes a group, even a managed one; its members stay in the directory. @throws NotFound */
export async function removeGroup(deps: Deps, id: string): Promise<Group> {
  return deps.store.db.transaction().execute(async (trx) => {
    const group = await getGroupIn(trx, id);
    await deleteGroupIn(trx, deps, group);
    return group;
  });
}

/** Deletes a group within a transaction. Every way to delete groups ends here. */
export async function deleteGroupIn(db: Db, deps: AuditDeps, group: Group): Promise<void> {
  const ended = await deleteGroup(db, group.id, deps.now());
  if (ended) await recordDeletedGroup(db, deps, group, ended);
}

/** Makes all groups of a profile source or identity provider unmanaged within a transaction. */
export async function releaseGroupsOf(db: Db, deps: AuditDeps, sourceId: string): Promise<void> {
  for (const group of await releaseGroups(db, sourceId)) {
    await recordGroupChange(db, deps, { ...group, sourceId }, group);
    await setImmediate(); // there may be thousands
  }
}

/** Returns why a text is no name of a group, as a sentence for a form, or undefined. */
export function nameError(name: string): string | undefined {
  if (name === '') return 'Enter a name.';
  if (name.length > MAX_INDEXED) return `Use at most ${MAX_INDEXED} characters.`;
  return /\p{Cc}/u.test(name) ? 'Control characters are not allowed here.' : undefined;
}

/** Gives a group a new version after its members changed, and records them. */
async function recordMembers(
  db: Db,
  deps: AuditDeps,
  id: string,
  { added = [], removed = [] }: MemberChanges,
): Promise<void> {
  if (added.length + removed.length === 0) return;
  const group = await updateGroup(db, id, undefined, deps.now());
  if (group) await recordMemberChange(db, deps, group, { added, removed });
}

function requireUnmanaged({ sourceId }: Group): void {
  if (sourceId !== null) throw new Conflict(MANAGED);
}

async function getGroupIn(db: Db, id: string): Promise<Group> {
  const group = await findGroup(db, id);
  if (!group) throw new NotFound('This group does not exist.');
  return group;
}
