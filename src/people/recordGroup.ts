import { changesBetween, idChanges } from '../audit/changes.ts';
import { type AuditDeps, type AuditTarget, recordChange } from '../audit/record.ts';
import type { Db } from '../db/open.ts';
import type { Group } from '../store/groups.ts';
import type { EventType } from '../webhooks/events.ts';
import { publish } from '../webhooks/publish.ts';

const MAX_IDS = 200; // of each list: receivers expect messages of less than 20 kB (Standard Webhooks, Payload size)

/** The IDs of the people and groups that were added to a group and removed from it. */
export type MemberChanges = { added?: string[]; removed?: string[] };

/** Records a new group, in the audit log and for webhooks. Its members are a change of their own. */
export async function recordNewGroup(db: Db, deps: AuditDeps, group: Group): Promise<void> {
  await recordChange(db, deps, 'group.created', targetOf(group), changesBetween(undefined, valuesOf(group)));
  await publishGroup(db, deps, 'group.created', group);
}

/** Records what changed about a group, in the audit log and for webhooks. Who owns it is only in the audit log. */
export async function recordGroupChange(db: Db, deps: AuditDeps, before: Group, after: Group): Promise<void> {
  const changes = changesBetween(valuesOf(before), valuesOf(after));
  if (changes.length > 0) await recordChange(db, deps, 'group.updated', targetOf(after), changes);
  const names = changes.map(({ name }) => name).filter((name) => name !== 'sourceId');
  if (names.length > 0) await publishGroup(db, deps, 'group.updated', after, names);
}

/** Records who was added to a group and removed from it, as the IDs of people and groups, in the audit log and for webhooks. */
export async function recordMemberChange(db: Db, deps: AuditDeps, group: Group, members: MemberChanges): Promise<void> {
  for (const change of idChanges('members', members))
    await recordChange(db, deps, 'group.members_changed', targetOf(group), [change]);
  await publishMembers(db, deps, group, members);
}

/**
 * Records a group that was deleted, with who its members were, in the audit log and for webhooks.
 * @param members the IDs of its people and groups
 * @param containers the IDs of the groups that it was a member of
 */
export async function recordDeletedGroup(
  db: Db,
  deps: AuditDeps,
  group: Group,
  { members, containers }: { members: string[]; containers: string[] },
): Promise<void> {
  const target = targetOf(group);
  for (const change of idChanges('members', { removed: members }))
    await recordChange(db, deps, 'group.members_changed', target, [change]);
  const values = changesBetween(valuesOf(group), undefined);
  const [memberOf] = idChanges('groups', { removed: containers }); // there are at most 1,000: see nestedGroups.ts
  await recordChange(db, deps, 'group.deleted', target, memberOf ? [...values, memberOf] : values);
  await publishGroup(db, deps, 'group.deleted', group);
}

/** @param changed the names of attributes */
function publishGroup(db: Db, deps: AuditDeps, type: EventType, group: Group, changed?: string[]): Promise<void> {
  return publish(db, deps, type, () => ({ ...eventData(group), ...(changed && { changed }) }));
}

async function publishMembers(
  db: Db,
  deps: AuditDeps,
  group: Group,
  { added = [], removed = [] }: MemberChanges,
): Promise<void> {
  if (added.length + removed.length === 0) return;
  await publish(db, deps, 'group.members_changed', () => ({
    ...eventData(group),
    added: added.slice(0, MAX_IDS),
    removed: removed.slice(0, MAX_IDS),
    complete: added.length <= MAX_IDS && removed.length <= MAX_IDS,
  }));
}

function eventData({ id, displayName, version }: Group): object {
  return { id, displayName, version };
}

function targetOf({ id, displayName }: Group): AuditTarget {
  return { kind: 'group', id, name: displayName };
}

function valuesOf({ displayName, externalId, sourceId }: Group): object {
  return { displayName, externalId: externalId ?? undefined, sourceId: sourceId ?? undefined };
}
