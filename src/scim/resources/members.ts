import { setImmediate } from 'node:timers/promises';
import type { Db, Engine } from '../../db/open.ts';
import { addMembers as insertMembers, listMembers, removeMembers } from '../../store/groupMembers.ts';
import { findMatchingMembers } from '../../store/selection.ts';
import type { Call } from '../http/call.ts';
import { badRequest } from '../http/errors.ts';
import type { Condition } from '../protocol/comparisonSql.ts';
import type { Filter } from '../protocol/filter.ts';
import { countTerms } from '../protocol/filterCost.ts';
import { memberCondition } from '../protocol/filterSql.ts';
import type { PatchStep } from '../protocol/patch.ts';
import { type Budget, tooMuchWork } from '../protocol/scan.ts';
import { isObject, readValue } from '../schema/readResource.ts';
import { reportMembers } from './unknown.ts';

const SLICE_WORK = 4_000; // members times terms

/** The IDs of the people added to a group and removed from it. */
export type MemberChange = { added: string[]; removed: string[] };

/**
 * Applies the steps of a PATCH to a group's members, in order, and writes only the rows that change. Adding a member again and
 * removing a person who is not a member changes nothing.
 * @throws ScimError invalidValue for unknown people if the source refuses them, mutability for changes of a member itself
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

/** Adds people to a group. @throws ScimError invalidValue for unknown people if the source refuses them */
export async function addMembers(db: Db, call: Call, groupId: string, ids: string[]): Promise<MemberChange> {
  const { added, unknown } = await insertMembers(db, groupId, ids);
  reportMembers(call, unknown);
  return { added, removed: [] };
}

/** Replaces the members of a group. @throws ScimError invalidValue for unknown people if the source refuses them */
export async function replaceMembers(db: Db, call: Call, groupId: string, ids: string[]): Promise<MemberChange> {
  const wanted = new Set(ids);
  const current = new Set<string>();
  for await (const { userId } of everyMember(db, groupId)) current.add(userId);
  const removed = await removeMembers(db, groupId, current.difference(wanted));
  const { added } = await addMembers(db, call, groupId, [...wanted.difference(current)]);
  return { added, removed };
}

/** Returns the IDs in a value of `members`. @throws ScimError invalidValue for a member without one */
export function memberIds(members: unknown): string[] {
  const list = Array.isArray(members) ? members : [];
  return list.map((member) => {
    if (isObject(member) && typeof member.value === 'string') return member.value;
    throw badRequest('invalidValue', 'A member needs a value: the id of a person.');
  });
}

/** One step, for the people with these IDs or, with a condition, for the members that meet it when the step runs. */
type MemberStep = { op: PatchStep['op']; ids: string[]; condition?: Terms };
type Terms = { test: Condition; terms: number };

const operations = {
  add: addMembers,
  replace: replaceMembers,
  remove: async (db: Db, _call: Call, groupId: string, ids: string[]): Promise<MemberChange> => ({
    added: [],
    removed: await removeMembers(db, groupId, ids),
  }),
};

function readStep(engine: Engine, { op, attribute, sub, filter, value }: PatchStep): MemberStep {
  // The parts of a member are immutable (RFC 7643 4.2).
  if (sub || (filter && op !== 'remove'))
    throw badRequest('mutability', 'Members can be added and removed, but not changed.');
  if (filter) {
    const ids = idsOf(filter);
    const test = ids ? false : memberCondition(engine, attribute, filter);
    if (test === true) return { op: 'replace', ids: [] };
    return { op, ids: ids ?? [], ...(test ? { condition: { test, terms: countTerms(filter) } } : {}) };
  }
  if (op === 'remove' && (value === undefined || value === null)) return { op: 'replace', ids: [] };
  const list = Array.isArray(value) ? value : value === null ? [] : [value];
  return { op, ids: memberIds(readValue(attribute, list)) };
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
async function selectMembers(db: Db, groupId: string, { test, terms }: Terms, budget: Budget): Promise<string[]> {
  const selected: string[] = [];
  const size = Math.max(1, Math.floor(SLICE_WORK / (1 + terms)));
  for (let after: string | undefined = ''; after !== undefined; ) {
    budget.work -= size * (1 + terms);
    if (budget.work < 0) throw tooMuchWork();
    const slice = await findMatchingMembers(db, groupId, test, after, size);
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
