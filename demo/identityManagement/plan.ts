import { mayUse } from '../directory/applications.ts';
import type { Application, Group, Person, State } from '../directory/types.ts';
import { changedAttributes, type Operation, userAttributes } from './userAttributes.ts';

export type UserStep =
  | { kind: 'provision'; person: Person } // not sent yet: look the person up, then create or update
  | { kind: 'update'; person: Person; operations: Operation[] }
  | { kind: 'deprovision'; personId: string }
  | { kind: 'delete'; personId: string };

export type GroupStep =
  | { kind: 'provision'; group: Group; members: string[] } // members, here and below: ids of people in this directory
  | { kind: 'update'; group: Group; renamed: boolean; added: string[]; removed: string[] }
  | { kind: 'delete'; groupId: string }
  | { kind: 'forget'; groupId: string };

/** Returns the steps that bring the application up to date on the people who may use it. */
export function planArrivals(state: State, application: Application, passwords: Map<string, string>): UserStep[] {
  const wanted = state.people.filter((person) => person.active && mayUse(state, application, person));
  return wanted.flatMap((person): UserStep[] => {
    const sent = application.identityManagement.people[person.id];
    if (!sent) return [{ kind: 'provision', person }];
    const operations = changedAttributes(sent.attributes, userAttributes(person));
    const password = passwords.get(person.id);
    if (password) operations.push({ op: 'replace', path: 'password', value: password });
    if (!sent.active) operations.push({ op: 'replace', path: 'active', value: true });
    return operations.length ? [{ kind: 'update', person, operations }] : [];
  });
}

/** Returns the steps for people who may no longer use the application: suspended, deleted, or in no bound group. */
export function planDepartures(state: State, application: Application): UserStep[] {
  return Object.entries(application.identityManagement.people).flatMap(([personId, sent]): UserStep[] => {
    const person = state.people.find((one) => one.id === personId);
    if (!person) return [{ kind: 'delete', personId }];
    const stays = person.active && mayUse(state, application, person);
    return sent.active && !stays ? [{ kind: 'deprovision', personId }] : [];
  });
}

/**
 * Returns the steps that bring the application's groups up to date. Members are limited to people already sent, and empty groups
 * are not created. A group deleted here is deleted there; a group that is no longer bound is left as it is. While group management is
 * off, what was sent is remembered, so that members who left meanwhile are removed when it is on again.
 * @param arriving ids of people who count as sent, for a preview
 */
export function planGroups(state: State, application: Application, arriving: string[] = []): GroupStep[] {
  const { manageGroups, groups, people } = application.identityManagement;
  if (!manageGroups) return [];
  const bound = state.groups.filter((group) => application.groupIds.includes(group.id));
  const kept = bound.flatMap((group): GroupStep[] => {
    const members = group.memberIds.filter((id) => people[id] || arriving.includes(id));
    return planGroup(group, members, application);
  });
  const gone = Object.keys(groups)
    .filter((groupId) => !bound.some((group) => group.id === groupId))
    .map((groupId): GroupStep => {
      const exists = state.groups.some((group) => group.id === groupId);
      return { kind: exists ? 'forget' : 'delete', groupId };
    });
  return [...kept, ...gone];
}

function planGroup(group: Group, members: string[], application: Application): GroupStep[] {
  const sent = application.identityManagement.groups[group.id];
  if (!sent) return members.length ? [{ kind: 'provision', group, members }] : [];
  const added = members.filter((id) => !sent.members.includes(id));
  const removed = sent.members.filter((id) => !members.includes(id));
  const renamed = sent.name !== group.name;
  return renamed || added.length || removed.length ? [{ kind: 'update', group, renamed, added, removed }] : [];
}
