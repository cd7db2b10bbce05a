import { changeOf, changesBetween, idChanges } from '../audit/changes.ts';
import { type AuditDeps, type AuditTarget, recordChange } from '../audit/record.ts';
import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import type { AuditChange } from '../store/audit.ts';
import type { User } from '../store/users.ts';
import type { EventType } from '../webhooks/events.ts';
import { publish } from '../webhooks/publish.ts';
import type { AttributeList, PersonAttribute } from './attribute.ts';
import { listOf, storedValue } from './values.ts';

const PASSWORD: AuditChange = { name: 'password', secret: true };

/** What writing people needs. */
export type WritingDeps = AuditDeps & Pick<Deps, 'attributes'>;

/** Returns a person as what an entry of the audit log is about. */
export function personTarget({ id, userName }: Pick<User, 'id' | 'userName'>): AuditTarget {
  return { kind: 'person', id, name: userName };
}

/** Returns how many sessions ended with a change, as a part of its entry. */
export function sessionsEnded(count: number): AuditChange[] {
  return goneOf('sessions', count);
}

/** Records a new person with all of their values, in the audit log and for webhooks. */
export async function recordNewPerson(
  db: Db,
  deps: WritingDeps,
  person: User,
  { hasPassword }: { hasPassword: boolean },
): Promise<void> {
  const values = changesBetween(undefined, valuesOf(person, deps.attributes.list));
  await recordChange(db, deps, 'person.created', personTarget(person), hasPassword ? [...values, PASSWORD] : values);
  await publishPerson(db, deps, 'person.created', person);
}

/**
 * Records what changed about a person, in the audit log and for webhooks. An activation or deactivation is in one entry with what else
 * changed; a password has an entry of its own.
 * @param also `passwordHash` is null if the password was removed, undefined if it stays; `secondFactors` is how many went with it, and
 *   `sessions` is how many ended
 */
export async function recordPersonChange(
  db: Db,
  deps: WritingDeps,
  before: User,
  after: User,
  {
    passwordHash,
    secondFactors = 0,
    sessions = 0,
  }: { passwordHash?: string | null | undefined; secondFactors?: number; sessions?: number } = {},
): Promise<void> {
  const { list } = deps.attributes;
  const target = personTarget(after);
  const changes = changesBetween(valuesOf(before, list), valuesOf(after, list));
  const changed = new Set(changes.map(({ name }) => name));
  const names = list.map(({ name }) => name).filter((name) => changed.has(name));
  const gone = [...goneOf('secondFactors', secondFactors), ...sessionsEnded(sessions)];
  if (passwordHash === undefined) changes.push(...gone);
  if (changes.length > 0) await recordChange(db, deps, actionOf(before, after), target, changes);
  if (passwordHash !== undefined) {
    const action = passwordHash === null ? 'password.removed' : 'password.set';
    await recordChange(db, deps, action, target, [PASSWORD, ...gone]);
    names.push(PASSWORD.name);
  }
  await publishPersonChange(db, deps, before, after, names);
}

/**
 * Records a person who was deleted, with all values that they had, in the audit log and for webhooks.
 * @param groups the IDs of the groups that they were a member of
 */
export async function recordDeletedPerson(db: Db, deps: WritingDeps, person: User, groups: string[]): Promise<void> {
  const values = changesBetween(valuesOf(person, deps.attributes.list), undefined);
  const [first, ...more] = idChanges('groups', { removed: groups });
  await recordChange(db, deps, 'person.deleted', personTarget(person), first ? [...values, first] : values);
  for (const rest of more) await recordChange(db, deps, 'person.deleted', personTarget(person), [rest]);
  await publishPerson(db, deps, 'person.deleted', person);
}

/** Reports to webhooks that second factors of a person were added or removed, not which. */
export function publishSecondFactors(db: Db, deps: AuditDeps, person: User): Promise<void> {
  return publishUpdate(db, deps, person, ['secondFactors']);
}

/** Reports being active apart from the other attributes, of which only the names are reported. */
async function publishPersonChange(
  db: Db,
  deps: AuditDeps,
  before: User,
  after: User,
  changed: string[],
): Promise<void> {
  if (before.active !== after.active)
    await publishPerson(db, deps, after.active ? 'person.activated' : 'person.deactivated', after);
  const others = changed.filter((name) => name !== 'active');
  if (others.length > 0) await publishUpdate(db, deps, after, others);
}

function publishUpdate(db: Db, deps: AuditDeps, person: User, changed: string[]): Promise<void> {
  return publish(db, deps, 'person.updated', () => ({ ...eventData(person), changed }));
}

function publishPerson(db: Db, deps: AuditDeps, type: EventType, person: User): Promise<void> {
  return publish(db, deps, type, () => eventData(person));
}

function eventData({ id, userName, active, version }: User): object {
  return { id, userName, active, version };
}

function goneOf(name: string, count: number): AuditChange[] {
  return count === 0 ? [] : [changeOf(name, count, 0)];
}

function actionOf(before: User, { active }: User): 'person.updated' | 'person.activated' | 'person.deactivated' {
  if (before.active === active) return 'person.updated';
  return active ? 'person.activated' : 'person.deactivated';
}

/**
 * The values of a person that are not empty, by the names of attributes, and who manages and has written them. Values of custom attributes
 * that were removed go by the ID of the attribute.
 */
function valuesOf(person: User, attributes: AttributeList): Record<string, unknown> {
  const { sourceId, creatorId, profile } = person;
  const values: Record<string, unknown> = {};
  const rest = { ...profile.custom };
  for (const attribute of attributes) {
    const value = recordedValue(person, attribute);
    if (value !== undefined && value !== null) values[attribute.name] = value;
    if (attribute.custom) delete rest[attribute.custom.id];
  }
  for (const [id, value] of Object.entries(rest)) values[`custom.${id}`] = value;
  if (sourceId !== null) values['meta.sourceId'] = sourceId;
  if (creatorId !== sourceId) values['meta.creatorId'] = creatorId;
  if (profile.writers) values['meta.writers'] = profile.writers;
  return values;
}

/** What is stored for an attribute. The one address of a person without a list is a list of one. */
function recordedValue(person: User, attribute: PersonAttribute): unknown {
  if (attribute.type !== 'list') return storedValue(person, attribute);
  const values = listOf(person, attribute);
  return values.length === 0 ? undefined : values;
}
