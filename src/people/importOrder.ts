import { loginKey } from '../store/loginName.ts';
import type { AttributeList } from './attribute.ts';
import { peopleIn } from './csvReferences.ts';
import type { CsvRow } from './readCsv.ts';

/**
 * A line with what only the whole file tells: an earlier line with the same user name, the line of another person with its e-mail
 * address as user name, and which of the people that it names are in the file, by loginKey.
 */
export type Row = CsvRow & { twin?: number; namesake?: number; listed?: string[] };

/** Orders people before those who name them (as their manager, or in a custom attribute), so that each finds the others. */
export function namedFirst(rows: CsvRow[], attributes: AttributeList): Row[] {
  const named = new Map<string, CsvRow>();
  for (const row of rows) {
    const key = loginKey(row.cells.userName ?? '');
    if (!named.has(key)) named.set(key, row);
  }
  const namesIn = ({ cells }: CsvRow) =>
    [cells.manager ?? '', ...Object.values(peopleIn(cells, attributes)).flat()].filter(Boolean).map(loginKey);
  const inOrder = ordered(rows, (row) => namesIn(row).flatMap((name) => named.get(name) ?? []));
  return inOrder.map((row) => {
    const first = named.get(loginKey(row.cells.userName ?? ''));
    const twin = first && first !== row ? { twin: first.line } : {};
    const other = row.cells.email ? named.get(loginKey(row.cells.email)) : undefined;
    const namesake = other && other !== first ? { namesake: other.line } : {};
    return { ...row, ...twin, ...namesake, listed: namesIn(row).filter((name) => named.has(name)) };
  });
}

/** Returns rows after those that they need; in a circle, after some of them. */
function ordered(rows: CsvRow[], neededBy: (row: CsvRow) => CsvRow[]): CsvRow[] {
  const [entered, done] = [new Set<CsvRow>(), new Set<CsvRow>()];
  for (const row of rows) {
    const open = [row];
    for (let at = open.at(-1); at; at = open.at(-1)) {
      const before = entered.has(at) ? [] : neededBy(at).filter((one) => !entered.has(one));
      entered.add(at);
      if (before.length > 0) open.push(...before);
      else done.add(open.pop() ?? at);
    }
  }
  return [...done];
}
