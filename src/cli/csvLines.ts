import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import { spreadsheet } from '../people/spreadsheet.ts';

/** Yields rows as the lines of a CSV file that may have any length. */
export async function* csvLines(rows: AsyncIterable<unknown>, columns: string[]): AsyncIterable<string> {
  const lines = Readable.from(rows).compose(stringify({ ...spreadsheet, columns }));
  for await (const some of lines) yield String(some).replace(/\n$/, '');
}
