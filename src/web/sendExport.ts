import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import type { Response } from 'express';
import type { Deps } from '../deps.ts';
import { spreadsheet } from '../people/spreadsheet.ts';
import { queryText } from './query.ts';

/**
 * Streams an export in the format that the query asks for, CSV by default, as a file that is named after what it has and the day.
 * @param read yields its parts until `stop` is aborted
 */
export async function sendExport(
  deps: Pick<Deps, 'now'>,
  res: Response,
  name: string,
  read: (format: 'csv' | 'ndjson', stop: AbortSignal) => AsyncIterable<string>,
): Promise<void> {
  const format = queryText(res.req, 'format') === 'ndjson' ? 'ndjson' : 'csv';
  nameFile(deps, res, name, format);
  // A client that goes away must also end a search that finds nothing.
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  try {
    await pipeline(Readable.from(read(format, gone.signal)), res);
  } catch (error) {
    if (!gone.signal.aborted) throw error;
  }
}

/** Streams rows as a CSV file for spreadsheets that is named after what it has and the day. @param columns their headings */
export async function sendCsv(
  deps: Pick<Deps, 'now'>,
  res: Response,
  name: string,
  columns: readonly string[],
  rows: AsyncIterable<unknown>,
): Promise<void> {
  nameFile(deps, res, name, 'csv');
  await pipeline(Readable.from(rows), stringify({ ...spreadsheet, columns, bom: true }), res);
}

function nameFile({ now }: Pick<Deps, 'now'>, res: Response, name: string, format: 'csv' | 'ndjson'): void {
  res.attachment(`${name}-${new Date(now()).toISOString().slice(0, 10)}.${format}`);
  res.type(format === 'ndjson' ? 'application/x-ndjson' : 'text/csv');
}
