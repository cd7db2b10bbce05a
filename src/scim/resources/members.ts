import { setImmediate } from 'node:timers/promises';
import type { Db, Engine } from '../../db/open.ts';
import { NestingRefused, nestGroups } from '../../people/nestedGroups.ts';
import { addMembers as insertMembers, listMembers, removeMembers } from '../../store/groupMembers.ts';
import { findMatchingNested, listNestedGroups, removeNestedGroups } from '../../store/nestedGroups.ts';
import { findMatchingMembers } from '../../store/selection.ts';
import type { Call } from '../http/call.ts';
import { badRequest } from '../http/errors.ts';
import type { Condition } from '../protocol/comparisonSql.ts';
import { type Filter, leavesOf } from '../protocol/filter.ts';
import { memberConditions } from '../protocol/filterSql.ts';
import type { PatchStep } from '../protocol/patch.ts';
import { type Budget, tooMuchWork } from '../protocol/scan.ts';
import { readValue } from '../schema/readResource.ts';
import { reportMembers } from './unknown.ts';

const SLICE_WORK = 4_000; // members times terms

/** The IDs of the people and groups added to a group and removed from it. */
export type MemberChange = { added: string[]; removed: string[] };

/**
 * Applies the steps of a PATCH to a group's members, in order, and writes only the rows that change. Adding a member again and
 * removing a person who is not a member changes nothing.
 * @throws ScimError as addMembers does, and mutability for changes of a member itself
 */
export async function patchMembers(db: Db, call: Call, groupId: string, steps: PatchStep[]): Promise<MemberChange> {
  const { engine } = call.deps.store;
  const change: MemberChange = { added: [], removed: [] };
  for (const { op, ids, condition } of joined(steps.map((step) => readStep(engine, step)))) {
    const selected = condition ? await selectMembers(db, groupId, condition, call.budget) : ids;
    const { added, removed } = await operations[op](db, call, groupId, selected);
    change.added = change.added.concat(added);
    change.removed = change.removed.concat(removed);
  }
  return change;
}

/**
 * Adds people and groups to a group.
 * @throws ScimError invalidValue for unknown members if the source refuses them, and for groups that would contain themselves
 */
export async function addMembers(db: Db, call: Call, groupId: string, ids: string[]): Promise<MemberChange> {
  const people = await insertMembers(db, groupId, ids);
  const groups = await nestGroups(db, groupId, people.unknown).catch(asInvalidValue);
  reportMembers(call, groups.unknown);
  return { added: people.added.concat(groups.added), removed: [] };
}

/** Replaces the members of a group. @throws ScimError as addMembers does */
export async function replaceMembers(db: Db, call: Call, groupId: string, ids: string[]): Promise<MemberChange> {
  const wanted = new Set(ids);
  const current = new Set<string>();
  for await (const { userId } of everyMember(db, groupId)) current.add(userId);
  for (const { id } of await listNestedGroups(db, [groupId])) current.add(id);
  const { removed } = await removeAll(db, call, groupId, [...current.difference(wanted)]);
  const { added } = await addMembers(db, call, groupId, [...wanted.difference(current)]);
  return { added, removed };
}

/** Returns the IDs in what readValue() returned for `members`. */
export function memberIds(members: unknown): string[] {
  return Array.isArray(members) ? members.map(({ value }) => String(value)) : [];
}

/** One step, for the members with these IDs or, with a condition, for those that meet it when the step runs. */
type MemberStep = { op: PatchStep['op']; ids: string[]; condition?: Conditions };
type Conditions = { people: Condition; groups: Condition; terms: number };

const operations = {
  add: addMembers,
  replace: replaceMembers,
  remove: removeAll,
};

async function removeAll(db: Db, _call: Call, groupId: string, ids: string[]): Promise<MemberChange> {
  const people = await removeMembers(db, groupId, ids);
  const groups = people.length < ids.length ? await removeNestedGroups(db, groupId, ids) : [];
  return { added: [], removed: people.concat(groups) };
}

function readStep(engine: Engine, { op, attribute, sub, filter, value }: PatchStep): MemberStep {
  // The parts of a member are immutable (RFC 7643 4.2).
  if (sub || (filter && op !== 'remove'))
    throw badRequest('mutability', 'Members can be added and removed, but not changed.');
  if (filter) {
    const ids = idsOf(filter);
    if (ids) return { op, ids };
    const tests = memberConditions(engine, attribute, filter);
    return { op, ids: [], condition: { ...tests, terms: leavesOf(filter).length } };
  }
  if (op === 'remove' && (value === undefined || value === null)) return { op: 'replace', ids: [] };
  return { op, ids: memberIds(readValue(attribute, value)) };
}

/** Returns the IDs in `value eq "…"`, alone or joined by `or`, which is how clients name members. */
function idsOf(filter: Filter): string[] | undefined {
  if (filter.kind === 'or') {
    const lists = filter.items.map(idsOf);
    return lists.every((list) => list !== undefined) ? lists.flat() : undefined;
  }
  if (filter.kind !== 'compare' || filter.comparator !== 'eq' || typeof filter.value !== 'string') return undefined;
  return filter.path.name.toLowerCase() === 'value' ? [filter.value] : undefined;
}

/** Tests the members in slices, between which others are served. @throws ScimError tooMany past the budget */
async function selectMembers(db: Db, groupId: string, condition: Conditions, budget: Budget): Promise<string[]> {
  const { people, groups, terms } = condition;
  const selected = await findMatchingNested(db, groupId, groups);
  const size = Math.max(1, Math.floor(SLICE_WORK / (1 + terms)));
  for (let after: string | undefined = ''; after !== undefined; ) {
    budget.work -= size * (1 + terms);
    if (budget.work < 0) throw tooMuchWork();
    const slice = await findMatchingMembers(db, groupId, people, after, size);
    for (const id of slice.ids) selected.push(id);
    after = slice.last;
    await setImmediate();
  }
  return selected;
}

async function* everyMember(db: Db, groupId: string): AsyncIterable<{ userId: string }> {
  for (let after: string | undefined = ''; after !== undefined; ) {
    const members: { userId: string }[] = await listMembers(db, groupId, after, SLICE_WORK);
    yield* members;
    after = members.at(-1)?.userId;
    await setImmediate();
  }
}

/** Joins adjacent steps that add, and adjacent steps that remove: each becomes one statement. */
function joined(steps: MemberStep[]): MemberStep[] {
  const result: MemberStep[] = [];
  for (const step of steps) {
    const last = result.at(-1);
    const isAlike = last && last.op === step.op && step.op !== 'replace' && !last.condition && !step.condition;
    if (isAlike) for (const id of step.ids) last.ids.push(id);
    else result.push(step);
  }
  return result;
}

/** A cycle is an error of the request (RFC 7644 table 9). */
function asInvalidValue(error: unknown): never {
  throw error instanceof NestingRefused ? badRequest('invalidValue', error.message) : error;
}
