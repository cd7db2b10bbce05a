import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Response } from 'express';
import type { Deps } from '../deps.ts';

/**
 * Streams an export as a file that is named after what it has and the day.
 * @param read yields its parts until `stop` is aborted
 */
export async function sendExport(
  { now }: Pick<Deps, 'now'>,
  res: Response,
  name: string,
  format: 'csv' | 'ndjson',
  read: (stop: AbortSignal) => AsyncIterable<string>,
): Promise<void> {
  res.attachment(`${name}-${new Date(now()).toISOString().slice(0, 10)}.${format}`);
  res.type(format === 'ndjson' ? 'application/x-ndjson' : 'text/csv');
  // A client that goes away must also end a search that finds nothing.
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  try {
    await pipeline(Readable.from(read(gone.signal)), res);
  } catch (error) {
    if (!gone.signal.aborted) throw error;
  }
}
