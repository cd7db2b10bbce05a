import type { Deps } from '../deps.ts';
import { newId } from './id.ts';
import type { Group, State } from './types.ts';

export type GroupInput = { name: string; description: string; memberIds: string[] };

/** Returns the group with this id, or undefined. */
export function findGroup(state: State, id: string): Group | undefined {
  return state.groups.find((group) => group.id === id);
}

/** Returns the groups that the person is a member of. */
export function groupsOf(state: State, personId: string): Group[] {
  return state.groups.filter((group) => group.memberIds.includes(personId));
}

/** Returns what is wrong with the input, or undefined. Names are unique, ignoring case. `id`: the group being edited. */
export function checkGroup(state: State, input: GroupInput, id?: string): string | undefined {
  if (!input.name) return 'Enter a name.';
  const taken = state.groups.some((group) => group.id !== id && group.name.toLowerCase() === input.name.toLowerCase());
  return taken ? 'This group name is already taken.' : undefined;
}

/** Adds a group with checked input. Unknown members are ignored. */
export function addGroup(deps: Deps, input: GroupInput): Group {
  const group = { id: newId(deps), ...input, memberIds: knownPeople(deps.state, input.memberIds) };
  deps.state.groups.push(group);
  deps.save();
  return group;
}

/** Replaces a group's name, description and members. */
export function changeGroup(deps: Deps, group: Group, input: GroupInput): void {
  Object.assign(group, input, { memberIds: knownPeople(deps.state, input.memberIds) });
  deps.save();
}

/** Deletes a group and its bindings to applications. */
export function deleteGroup(deps: Deps, group: Group): void {
  deps.state.groups = deps.state.groups.filter((other) => other !== group);
  for (const application of deps.state.applications)
    application.groupIds = application.groupIds.filter((id) => id !== group.id);
  deps.save();
}

function knownPeople(state: State, ids: string[]): string[] {
  return state.people.map((person) => person.id).filter((id) => ids.includes(id));
}
