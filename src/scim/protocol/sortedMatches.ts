import type { Match } from '../../store/selection.ts';
import { badRequest } from '../http/errors.ts';

const MOST_SORTED = 100_000;

/** A range of a sorted list: `limit` rows after the first `offset`. */
export type Range = { descending: boolean; limit: number; offset: number };

/** Compares two matches by what the list is sorted by, then by ID, as both engines do: text by code points. */
export function compareMatches(one: Match, other: Match): number {
  return compareKeys(one.sortKey, other.sortKey) || compareText(one.id, other.id);
}

/**
 * Collects the matches of a range from slices that are in the order of their IDs, and counts all. It keeps no more than it needs: of a
 * list by ID the range alone, of any other list everything before its end.
 * @throws ScimError tooMany for a range that is far into a long list
 */
export async function collectRange(
  slices: AsyncIterable<Match[]>,
  isSorted: boolean,
  { descending, limit, offset }: Range,
  isBeyond: (match: Match) => boolean,
): Promise<{ matches: Match[]; total: number }> {
  const order = descending ? (one: Match, other: Match) => compareMatches(other, one) : compareMatches;
  const isInOrder = !isSorted && !descending;
  let total = 0;
  let skipped = 0;
  let kept: Match[] = [];
  for await (const slice of slices) {
    total += slice.length;
    let added = slice.filter(isBeyond);
    if (isInOrder) {
      const skip = Math.min(added.length, offset - skipped);
      skipped += skip;
      added = added.slice(skip, skip + limit - kept.length);
    }
    kept = isInOrder ? kept.concat(added) : merged(kept, added.sort(order), order, offset + limit);
    if (kept.length > MOST_SORTED)
      throw badRequest('tooMany', 'This page is too far into a sorted list. Read the list with a cursor.');
  }
  return { matches: isInOrder ? kept : kept.slice(offset), total };
}

/** Merges two sorted lists, up to a length. */
function merged(one: Match[], other: Match[], order: (a: Match, b: Match) => number, most: number): Match[] {
  const result: Match[] = [];
  let [i, j] = [0, 0];
  while (result.length < most) {
    const [a, b] = [one[i], other[j]];
    const next = a && (!b || order(a, b) <= 0) ? a : b;
    if (!next) break;
    if (next === a) i += 1;
    else j += 1;
    result.push(next);
  }
  return result;
}

function compareKeys(one: Match['sortKey'], other: Match['sortKey']): number {
  if (typeof one === 'number' && typeof other === 'number') return one - other;
  return one === null || other === null ? 0 : compareText(String(one), String(other));
}

/** UTF-16 sorts surrogates before U+E000 to U+FFFF; by code points they come last. */
function compareText(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  for (let i = 0; i < length; i += 1) {
    const [a, b] = [one.charCodeAt(i), other.charCodeAt(i)];
    if (a !== b) return rank(a) - rank(b);
  }
  return one.length - other.length;
}

function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
