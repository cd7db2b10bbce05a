import type { RawBuilder } from 'kysely';
import type { Slice } from '../../db/longReads.ts';
import type { Deps } from '../../deps.ts';
import { readCount } from '../../store/directoryCounts.ts';
import {
  countMemberships,
  findIds,
  findSliceEnd,
  type Match,
  matchesAmong,
  matchesInRange,
  type Selection,
} from '../../store/selection.ts';
import { badRequest, type ScimError } from '../http/errors.ts';
import type { Condition } from './comparisonSql.ts';
import type { Cost } from './filterCost.ts';

/** Units of work (see Cost): of a slice, of a single row, and of a request. */
const SLICE_WORK = 2_000;
const MOST_ROW_WORK = 20_000;
export const MOST_WORK = 3_000_000;
const MOST_MS = 30_000;
/** A slice that took longer is followed by a smaller one: the machine is busy, or the rows are large. */
const LONG_SLICE_MS = 8;
const MOST_LOOKED_UP = 5_000;
const LAST_ID = '\u{10ffff}';

/** What to look for in a table: `lookup` selects the IDs of all rows that may match, by indexes. */
export type Scan = {
  table: 'users' | 'groups';
  condition: Condition;
  lookup: RawBuilder<unknown> | undefined;
  cost: Cost;
  sortKey: Selection['sortKey'];
};

/** What may still be spent, shared by the operations of a bulk request. */
export type Budget = { work: number };

/**
 * Yields the matches of a scan by ID, slice by slice. Its most work is computed before it starts.
 * @throws ScimError tooMany if that is more than the budget has left
 */
export async function* scanMatches(
  { store, now }: Pick<Deps, 'store' | 'now'>,
  slice: Slice,
  scan: Scan,
  budget: Budget,
): AsyncIterable<Match[]> {
  const { lookup, table } = scan;
  const ids = lookup && (await findIds(store.db, lookup, MOST_LOOKED_UP));
  const rows = ids?.length ?? (await readCount(store.db, table));
  const rowWork = await workOfRow(store, scan, rows, budget);
  const startedAt = now();
  const most = Math.max(1, Math.floor(SLICE_WORK / rowWork));
  const next = ids ? slicesOfIds(store, scan, ids) : slicesOfTable(store, scan);
  let size = Math.ceil(most / 4);
  for (;;) {
    const began = now();
    const matches = await slice(() => next(size));
    if (!matches) return;
    yield matches;
    const elapsed = now() - began;
    size = elapsed > LONG_SLICE_MS ? Math.ceil(size / 2) : Math.min(most, size * 2);
    if (now() - startedAt > MOST_MS) throw tooMuchWork();
  }
}

/** Returns the most work of one row, and takes the work of all rows off the budget. */
async function workOfRow({ db }: Deps['store'], { table, cost }: Scan, rows: number, budget: Budget): Promise<number> {
  const row = 0.5 + cost.row;
  const memberships = cost.member === 0 ? 0 : await countMemberships(db, Math.ceil(budget.work / cost.member) + 1);
  const others = cost.member === 0 ? 0 : await readCount(db, table === 'users' ? 'groups' : 'users');
  const total = rows * row + memberships * cost.member;
  const largest = row + Math.min(memberships, others) * cost.member;
  if (total > budget.work || largest > MOST_ROW_WORK) throw tooMuchWork();
  budget.work -= total;
  return largest;
}

type NextSlice = (size: number) => Promise<Match[] | undefined>;

function slicesOfIds({ db }: Deps['store'], scan: Scan, ids: string[]): NextSlice {
  const find = matchesAmong(db, scan);
  let start = 0;
  return async (size) => {
    const some = ids.slice(start, start + size);
    start += size;
    return some.length === 0 ? undefined : find(JSON.stringify(some));
  };
}

function slicesOfTable({ db }: Deps['store'], scan: Scan): NextSlice {
  const find = matchesInRange(db, scan);
  let after: string | undefined = '';
  return async (size) => {
    if (after === undefined) return undefined;
    const start: string = after;
    after = await findSliceEnd(db, scan.table, start, size);
    return find(start, after ?? LAST_ID);
  };
}

/** Returns the refusal of a filter that would cost too much. */
export function tooMuchWork(): ScimError {
  return badRequest(
    'tooMany',
    'This filter would take too long. Use fewer terms, or compare userName, externalId, emails or id with eq.',
  );
}
