import type { Db, Engine } from '../../db/open.ts';
import { addMembers, findMemberIds, removeMembers } from '../../store/groups.ts';
import { selectMemberIds } from '../../store/selection.ts';
import { badRequest, type ScimError } from '../http/errors.ts';
import type { Filter } from '../protocol/filter.ts';
import { memberCondition } from '../protocol/filterSql.ts';
import type { Step } from '../protocol/readPatch.ts';
import { readValue } from '../schema/readValue.ts';
import { findAttribute, groupType } from '../schema/schema.ts';

/** Who came into a group and who left it. */
export type MemberChange = { added: string[]; removed: string[] };

/**
 * Applies the steps of a PATCH to a group's members, one after another, touching the rows that change and no others.
 * Adding who is in and removing who is not changes nothing.
 * @throws ScimError invalidValue for members who are nobody, mutability for changes of a member itself
 */
export async function patchMembers(db: Db, engine: Engine, groupId: string, steps: Step[]): Promise<MemberChange> {
  const change: MemberChange = { added: [], removed: [] };
  for (const { op, filter, ids: named } of joined(steps.map(readStep))) {
    const ids = filter ? await matchingMembers(db, engine, groupId, filter) : named;
    const made = op === 'replace' ? await replaceMembers(db, groupId, ids) : await changeMembers(db, groupId, op, ids);
    change.added = change.added.concat(made.added);
    change.removed = change.removed.concat(made.removed);
  }
  return change;
}

/** Makes a list of people the members of a group. @throws ScimError invalidValue */
export async function replaceMembers(db: Db, groupId: string, ids: string[]): Promise<MemberChange> {
  const wanted = new Set(ids);
  const known = new Set(await findMemberIds(db, groupId));
  const { removed } = await changeMembers(db, groupId, 'remove', [...known.difference(wanted)]);
  const { added } = await changeMembers(db, groupId, 'add', [...wanted.difference(known)]);
  return { added, removed };
}

/** 400 for members who are nobody in the directory. Groups are nobody too: they are not nested. */
export function unknownMembers(ids: string[]): ScimError {
  const shown = ids.slice(0, 5).map((id) => id.slice(0, 80));
  return badRequest('invalidValue', `No person has the id ${shown.join(', ')}. Members are people.`);
}

/** What to do with the people named, or with the members whom a filter means when its turn comes. */
type MemberStep = { op: Step['op']; ids: string[]; filter?: Filter };

async function changeMembers(db: Db, groupId: string, op: 'add' | 'remove', ids: string[]): Promise<MemberChange> {
  if (ids.length === 0) return { added: [], removed: [] };
  if (op === 'remove') return { added: [], removed: await removeMembers(db, groupId, ids) };
  const { added, unknown } = await addMembers(db, groupId, ids);
  if (unknown.length > 0) throw unknownMembers(unknown);
  return { added, removed: [] };
}

function readStep({ op, attribute, sub, filter, value }: Step): MemberStep {
  // A member is added and removed as a whole: its parts are immutable (RFC 7643 4.2).
  if (sub || (filter && op !== 'remove'))
    throw badRequest('mutability', 'A member cannot be changed, only added and removed.');
  const ids = filter && idsOf(filter);
  if (filter) return ids ? { op, ids } : { op, ids: [], filter };
  if (op === 'remove' && (value === undefined || value === null)) return { op: 'replace', ids: [] };
  const list = Array.isArray(value) ? value : value === null ? [] : [value];
  const members = (readValue(attribute, list) ?? []) as { value?: string }[];
  return { op, ids: members.map(idOf) };
}

function idOf({ value }: { value?: string }): string {
  if (value === undefined) throw badRequest('invalidValue', 'A member needs a value: the id of a person.');
  return value;
}

/** The ids of `value eq "x"`, alone or joined by or: the way in which clients name members. */
function idsOf(filter: Filter): string[] | undefined {
  if (filter.kind === 'or') {
    const lists = filter.items.map(idsOf);
    return lists.every((list) => list !== undefined) ? lists.flat() : undefined;
  }
  if (filter.kind !== 'compare' || filter.comparator !== 'eq' || typeof filter.value !== 'string') return undefined;
  return filter.path.name.toLowerCase() === 'value' ? [filter.value] : undefined;
}

async function matchingMembers(db: Db, engine: Engine, groupId: string, filter: Filter): Promise<string[]> {
  const members = findAttribute(groupType, 'members');
  return members ? selectMemberIds(db, groupId, memberCondition(groupType, engine, members.attribute, filter)) : [];
}

/** Neighbours that add, and neighbours that remove, become one. */
function joined(steps: MemberStep[]): MemberStep[] {
  const result: MemberStep[] = [];
  for (const step of steps) {
    const last = result.at(-1);
    const isAlike = last && last.op === step.op && step.op !== 'replace' && !last.filter && !step.filter;
    if (isAlike) for (const id of step.ids) last.ids.push(id);
    else result.push(step);
  }
  return result;
}
