import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import { spreadsheet } from '../people/spreadsheet.ts';

type Cell = string | number | null | undefined;

/** Returns rows as aligned columns below their titles, or the sentence `empty` if there are no rows. */
export function table(rows: Record<string, Cell>[], empty: string): string {
  if (rows.length === 0) return empty;
  const lines = [Object.keys(rows[0] ?? {}), ...rows.map(Object.values<Cell>)].map((line) => line.map(printed));
  const widths = lines.reduce<number[]>(
    (known, line) => line.map((cell, at) => Math.max(cell.length, known[at] ?? 0)),
    [],
  );
  return lines
    .map((line) =>
      line
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Returns names and values, one pair per line. A value that is undefined is left out. */
export function list(entries: [string, Cell][]): string {
  const shown = entries.filter(([, value]) => value !== undefined);
  const width = Math.max(...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `${name.padEnd(width)}  ${printed(value)}`.trimEnd()).join('\n');
}

/** Replaces control characters, because text from others must not control the terminal. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}|\p{Cf}/gu, '\u{fffd}');
}

/** Does the same with a text of several lines. */
export function printableLines(text: string): string {
  return text.replace(/(?![\n\t])[\p{Cc}\p{Cf}]/gu, '\u{fffd}');
}

/** Returns a time (epoch milliseconds) in ISO 8601. */
export function isoTime(time: number | null | undefined): string | null {
  return time === null || time === undefined ? null : new Date(time).toISOString();
}

/** Yields rows as the lines of a CSV file that may have any length. */
export async function* csvLines(rows: AsyncIterable<unknown>, columns: string[]): AsyncIterable<string> {
  const lines = Readable.from(rows).compose(stringify({ ...spreadsheet, columns }));
  for await (const some of lines) yield String(some).replace(/\n$/, '');
}

function printed(cell: Cell): string {
  return printable(String(cell ?? ''));
}
