import type { Db } from '../db/open.ts';
import { caseKey } from '../store/caseKey.ts';
import { findGroupByName, type Group, listGroupsOfUserFrom } from '../store/groups.ts';
import { addGroupIn, addMembersIn, nameError, removeMembersIn } from './groups.ts';
import type { WritingDeps } from './recordPerson.ts';

/** What changed about the groups of a person: the names of groups. `leftOut` are not groups of the provider, or no names of groups. */
export type GroupChanges = { joined: string[]; left: string[]; leftOut: string[] };

/**
 * Makes a person a member of exactly these groups of an identity provider, within a transaction. Groups that do not exist are created and
 * belong to the provider. Groups of Power Users and of profile sources stay as they are.
 * @param takeTurn waits until no other transaction creates groups. Called only if there may be something to create
 */
export async function keepGroupsInStep(
  db: Db,
  deps: WritingDeps,
  { userId, providerId }: { userId: string; providerId: string },
  names: string[],
  takeTurn: () => Promise<void>,
): Promise<GroupChanges> {
  const wanted = new Map(names.map((name) => [caseKey(name), name]));
  const known = await listGroupsOfUserFrom(db, userId, providerId);
  const left = known.filter(({ displayName }) => !wanted.has(caseKey(displayName)));
  for (const group of left) await removeMembersIn(db, deps, group.id, [userId]);
  for (const { displayName } of known) wanted.delete(caseKey(displayName));
  if (wanted.size > 0) await takeTurn();
  const changes: GroupChanges = { joined: [], left: left.map(({ displayName }) => displayName), leftOut: [] };
  for (const name of wanted.values()) {
    const group = await findOrCreate(db, deps, providerId, name);
    if (group) await addMembersIn(db, deps, group.id, [userId]);
    changes[group ? 'joined' : 'leftOut'].push(name);
  }
  return changes;
}

async function findOrCreate(db: Db, deps: WritingDeps, providerId: string, name: string): Promise<Group | undefined> {
  if (nameError(name)) return undefined;
  const known = await findGroupByName(db, name);
  if (known) return known.sourceId === providerId ? known : undefined;
  return addGroupIn(db, deps, { displayName: name, externalId: null, sourceId: providerId });
}
