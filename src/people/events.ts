import type { AuditDeps } from '../audit/record.ts';
import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import type { Group } from '../store/groups.ts';
import type { User } from '../store/users.ts';
import type { EventType } from '../webhooks/events.ts';
import { publish } from '../webhooks/publish.ts';

const MAX_IDS = 200; // of each list: receivers expect messages of less than 20 kB (Standard Webhooks, Payload size)

/** What writing people needs. */
export type WritingDeps = AuditDeps & Pick<Deps, 'attributes'>;

/** Reports that a person was added or deleted, or deactivated without another change. */
export function publishPerson(db: Db, deps: AuditDeps, type: EventType, person: User): Promise<void> {
  return publish(db, deps, type, () => personData(person));
}

/** Reports what changed about a person: being active, other attributes, or both. @param changed names, because values are never reported */
export async function publishPersonChange(
  db: Db,
  deps: AuditDeps,
  before: User,
  after: User,
  changed: string[],
): Promise<void> {
  if (before.active !== after.active)
    await publishPerson(db, deps, after.active ? 'person.activated' : 'person.deactivated', after);
  const others = changed.filter((name) => name !== 'active');
  if (others.length > 0) await publish(db, deps, 'person.updated', () => ({ ...personData(after), changed: others }));
}

/** Reports that second factors of a person were added or removed, not which. */
export function publishSecondFactors(db: Db, deps: AuditDeps, person: User): Promise<void> {
  return publish(db, deps, 'person.updated', () => ({ ...personData(person), changed: ['secondFactors'] }));
}

/** Reports that a group was added, changed or deleted. `changed` has the names of attributes. */
export function publishGroup(
  db: Db,
  deps: AuditDeps,
  type: EventType,
  group: Group,
  changed?: string[],
): Promise<void> {
  return publish(db, deps, type, () => ({ ...groupData(group), ...(changed && { changed }) }));
}

/** Reports who was added to a group and removed from it, as the IDs of people and groups. */
export async function publishMembers(
  db: Db,
  deps: AuditDeps,
  group: Group,
  { added = [], removed = [] }: { added?: string[]; removed?: string[] },
): Promise<void> {
  if (added.length + removed.length === 0) return;
  await publish(db, deps, 'group.members_changed', () => ({
    ...groupData(group),
    added: added.slice(0, MAX_IDS),
    removed: removed.slice(0, MAX_IDS),
    complete: added.length <= MAX_IDS && removed.length <= MAX_IDS,
  }));
}

function personData({ id, userName, active, version }: User): object {
  return { id, userName, active, version };
}

function groupData({ id, displayName, version }: Group): object {
  return { id, displayName, version };
}
