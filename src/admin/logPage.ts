import { counted } from '../counted.ts';
import { withQuery } from '../web/query.ts';

/** What of a log was found: the number of rows on the page, what they are called, and where the next page starts. */
type Found = { before: string; next: string | undefined; rows: number; one: string; many?: string };

/**
 * Returns what the pages of all logs share: the filters as entered, whether one is set, the number of rows, and links to other pages and to the
 * exports.
 */
export function logPage(path: string, entered: Record<string, string>, { before, next, rows, one, many }: Found) {
  return {
    path,
    entered,
    isFiltered: Object.values(entered).some((value) => value !== ''),
    shown: `${counted(rows, one, many)}${before || next ? ' on this page' : ''}`,
    first: before ? withQuery(path, entered) : undefined,
    next: next && withQuery(path, { ...entered, before: next }),
    exports: ['csv', 'ndjson'].map((format) => ({
      format: format.toUpperCase(),
      href: withQuery(`${path}/export`, { ...entered, format }),
    })),
  };
}
