import type { Db } from '../db/open.ts';
import { Conflict } from '../errors.ts';
import { findGroup } from '../store/groups.ts';
import {
  countAncestors,
  findGroupIds,
  findNextGroups,
  insertNestedGroups,
  listNestedGroups,
  takeNestingTurn,
} from '../store/nestedGroups.ts';

const MAX_DEPTH = 10; // groups from the outermost to the innermost one
const MAX_RELATED = 1_000; // groups above and below, counted once for each level
const MAX_ANCESTORS = 50_000; // rows that one change writes: about a second, in which no other groups can be nested

/** A group cannot be a member of another one. */
export class NestingRefused extends Conflict {}

/**
 * Makes groups members of a group within a transaction; existing members are ignored. Every way to nest groups ends here. `unknown` are
 * IDs without a group.
 * @throws NestingRefused for a cycle, or past the limits
 */
export async function nestGroups(
  db: Db,
  groupId: string,
  ids: string[],
): Promise<{ added: string[]; unknown: string[] }> {
  const found = new Set(await findGroupIds(db, ids));
  const unknown = ids.filter((id) => !found.has(id));
  if (found.size === 0) return { added: [], unknown };
  await takeNestingTurn(db);
  const nested = new Set((await listNestedGroups(db, [groupId])).map(({ id }) => id));
  const added = [...found.difference(nested)];
  await requireNestable(db, groupId, added, nested.size);
  await insertNestedGroups(db, groupId, added);
  return { added, unknown };
}

async function requireNestable(db: Db, groupId: string, ids: string[], nested: number): Promise<void> {
  if (ids.length === 0) return;
  if (ids.length + nested > MAX_RELATED) throw tooMany();
  const above = await levelsFrom(db, [groupId], 'above');
  const inCycle = ids.find((id) => above.some((level) => level.includes(id)));
  if (inCycle !== undefined) throw cycle((await findGroup(db, inCycle))?.displayName ?? inCycle);
  const below = await levelsFrom(db, ids, 'below');
  if (above.length + below.length > MAX_DEPTH)
    throw new NestingRefused(`Groups may be nested at most ${MAX_DEPTH} deep.`);
  const affected = below.flat();
  if (above.flat().length * affected.length + (await countAncestors(db, affected)) > MAX_ANCESTORS)
    throw new NestingRefused('Too many groups would contain these groups and those in them.');
}

/** Returns groups, those above or below them, those above or below these, and so on to the last level. */
async function levelsFrom(db: Db, ids: string[], direction: 'above' | 'below'): Promise<string[][]> {
  const levels: string[][] = [];
  let count = 0;
  for (let level = ids; level.length > 0; level = await findNextGroups(db, level, direction, MAX_RELATED)) {
    levels.push(level);
    count += level.length;
    if (count > MAX_RELATED) throw tooMany();
    if (levels.length > MAX_DEPTH) break;
  }
  return levels;
}

function cycle(name: string): NestingRefused {
  return new NestingRefused(
    `${name} cannot be a member: a group would contain itself, directly or through other groups.`,
  );
}

function tooMany(): NestingRefused {
  return new NestingRefused(`A group may be related to at most ${MAX_RELATED} groups above and below it.`);
}
