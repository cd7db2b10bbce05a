import { counted } from '../counted.ts';
import { withQuery } from '../web/query.ts';

/** What of a log was found: the number of rows on the page, what they are called, and where the next page starts. */
type Found = { before: string; next: string | undefined; rows: number; one: string; many?: string };

/**
 * Returns what the pages of all logs share: the filters as entered, how many are set, the number of rows, and links to other pages and to the
 * exports.
 */
export function logPage(path: string, entered: Record<string, string>, { before, next, rows, one, many }: Found) {
  const { q: _, ...filters } = entered;
  const set = (some: Record<string, string>) => Object.values(some).filter((value) => value !== '').length;
  return {
    path,
    entered,
    isFiltered: set(entered) > 0,
    filtersSet: set(filters),
    shown: `${counted(rows, one, many)}${before || next ? ' on this page' : ''}`,
    first: before ? withQuery(path, entered) : undefined,
    next: next && withQuery(path, { ...entered, before: next }),
    exports: ['csv', 'ndjson'].map((format) => ({
      format: format.toUpperCase(),
      href: withQuery(`${path}/export`, { ...entered, format }),
    })),
  };
}
