import { type Filter, printPath } from '../../../src/scim/protocol/filter.ts';

/** Returns a filter as text, which parseFilter parses to the same filter. */
export function printFilter(filter: Filter): string {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.items
        .map((item) => (item.kind === 'and' || item.kind === 'or' ? `(${printFilter(item)})` : printFilter(item)))
        .join(` ${filter.kind} `);
    case 'not':
      return `not (${printFilter(filter.item)})`;
    case 'present':
      return `${printPath(filter.path)} pr`;
    case 'compare':
      return `${printPath(filter.path)} ${filter.comparator} ${JSON.stringify(filter.value)}`;
    case 'values':
      return `${printPath(filter.path)}[${printFilter(filter.item)}]`;
  }
}
