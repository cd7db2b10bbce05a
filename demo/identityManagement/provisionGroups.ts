import type { Deps } from '../deps.ts';
import type { Application, Group } from '../directory/types.ts';
import type { GroupStep } from './plan.ts';
import { attempt, isGone } from './provisionUsers.ts';
import { createResource, findResource } from './resources.ts';
import { callScim, ScimError } from './scimClient.ts';
import { type Operation, patchBody } from './userAttributes.ts';

/** Runs one step. State changes only after the server confirmed it, and every call is recorded as an event. */
export async function provisionGroup(deps: Deps, application: Application, step: GroupStep): Promise<boolean> {
  if (step.kind === 'provision') return provision(deps, application, step.group, step.members);
  if (step.kind === 'update') return update(deps, application, step);
  if (step.kind === 'delete') return remove(deps, application, step.groupId);
  delete application.identityManagement.groups[step.groupId];
  return true;
}

/** Takes over a group of the same name, or creates it with its members. */
async function provision(deps: Deps, application: Application, group: Group, members: string[]): Promise<boolean> {
  const connection = application.identityManagement;
  const values = remoteMembers(application, members);
  const remember = (remoteId: string) => {
    connection.groups[group.id] = { remoteId, name: group.name, members };
  };
  let existing: string | undefined;
  const lookedUp = await quietly(async () => {
    existing = (await findResource(connection, 'Groups', 'displayName', group.name))?.id;
  });
  const takenOver = existing;
  if (lookedUp && takenOver) {
    const operations: Operation[] = [{ op: 'add', path: 'members', value: values }];
    return attempt(deps, application, 'group_update_provision', group.name, operations, async () => {
      await callScim(connection, 'PATCH', `/Groups/${encodeURIComponent(takenOver)}`, patchBody(operations));
      remember(takenOver);
    });
  }
  const body = { schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'], displayName: group.name, members: values };
  return attempt(deps, application, 'group_create_provision', group.name, body, async () => {
    remember(await createResource(connection, 'Groups', body));
  });
}

async function update(deps: Deps, application: Application, step: GroupStep & { kind: 'update' }): Promise<boolean> {
  const connection = application.identityManagement;
  const sent = connection.groups[step.group.id];
  if (!sent) return false;
  const operations = groupOperations(application, step);
  let gone = false;
  const done = await attempt(deps, application, 'group_update_provision', step.group.name, operations, async () => {
    const path = `/Groups/${encodeURIComponent(sent.remoteId)}`;
    gone = await isGone(callScim(connection, 'PATCH', path, patchBody(operations)));
    if (gone) throw new ScimError('404: the group no longer exists and will be created again.', 404);
  });
  const members = sent.members.filter((id) => !step.removed.includes(id)).concat(step.added);
  if (done) connection.groups[step.group.id] = { remoteId: sent.remoteId, name: step.group.name, members };
  if (!gone) return done;
  delete connection.groups[step.group.id];
  return members.length ? provision(deps, application, step.group, members) : true;
}

async function remove(deps: Deps, application: Application, groupId: string): Promise<boolean> {
  const connection = application.identityManagement;
  const sent = connection.groups[groupId];
  if (!sent) return false;
  return attempt(deps, application, 'group_delete_provision', sent.name, undefined, async () => {
    await isGone(callScim(connection, 'DELETE', `/Groups/${encodeURIComponent(sent.remoteId)}`));
    delete connection.groups[groupId];
  });
}

/** Removes one member by a value path and several by a list, because real clients send both. */
function groupOperations(application: Application, step: GroupStep & { kind: 'update' }): Operation[] {
  const operations: Operation[] = [];
  const [removed, ...more] = remoteMembers(application, step.removed);
  if (step.renamed) operations.push({ op: 'replace', path: 'displayName', value: step.group.name });
  if (step.added.length) operations.push({ op: 'add', path: 'members', value: remoteMembers(application, step.added) });
  if (removed && !more.length)
    operations.push({ op: 'remove', path: `members[value eq ${JSON.stringify(removed.value)}]` });
  if (removed && more.length) operations.push({ op: 'remove', path: 'members', value: [removed, ...more] });
  return operations;
}

function remoteMembers(application: Application, ids: string[]): { value: string }[] {
  return ids.flatMap((id) => {
    const sent = application.identityManagement.people[id];
    return sent ? [{ value: sent.remoteId }] : [];
  });
}

/** Runs a group lookup without an event of its own: the article has none, and the create call will report the error. */
async function quietly(call: () => Promise<void>): Promise<boolean> {
  try {
    await call();
    return true;
  } catch (error) {
    if (error instanceof ScimError) return false;
    throw error;
  }
}
