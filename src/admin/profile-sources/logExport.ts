import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import type { Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { spreadsheet } from '../../people/spreadsheet.ts';
import { type ScimLogEntry, streamScimLog } from '../../store/scimLog.ts';
import { queryText } from '../../web/query.ts';
import { logFilterOf, logQueryOf } from './log.ts';

const columns = [
  'time',
  'source',
  'event',
  'method',
  'path',
  'status',
  'durationMs',
  'network',
  'resourceType',
  'resourceId',
  'resourceName',
  'detail',
  'changes',
  'body',
];

/** Manage Profile Sources > SCIM log: the filtered log as a CSV or NDJSON file, streamed so that it may have any size. */
export function scimLogExportRoutes(router: Router, deps: Deps): void {
  router.get('/settings/profile-sources/log/export', async (req, res) => {
    const entries = streamScimLog(deps.store.db, logFilterOf(logQueryOf(req)));
    const format = queryText(req, 'format') === 'ndjson' ? 'ndjson' : 'csv';
    res.attachment(`scim-log-${new Date(deps.now()).toISOString().slice(0, 10)}.${format}`);
    await (format === 'ndjson' ? sendNdjson(res, entries) : sendCsv(res, entries));
  });
}

async function sendNdjson(res: Response, entries: AsyncIterable<ScimLogEntry>): Promise<void> {
  res.type('application/x-ndjson');
  await pipeline(Readable.from(ndjsonOf(entries)), res);
}

async function sendCsv(res: Response, entries: AsyncIterable<ScimLogEntry>): Promise<void> {
  res.type('text/csv');
  const csv = stringify({ ...spreadsheet, columns, bom: true });
  await pipeline(Readable.from(csvRowsOf(entries)), csv, res);
}

async function* ndjsonOf(entries: AsyncIterable<ScimLogEntry>): AsyncIterable<string> {
  for await (const entry of entries) yield `${JSON.stringify(exported(entry))}\n`;
}

async function* csvRowsOf(entries: AsyncIterable<ScimLogEntry>): AsyncIterable<object> {
  for await (const entry of entries) {
    const { changes, ...row } = exported(entry);
    yield { ...row, changes: changes.length > 0 ? JSON.stringify(changes) : '' };
  }
}

function exported({ id: _, at, sourceId: __, sourceName, ...entry }: ScimLogEntry) {
  return { time: new Date(at).toISOString(), source: sourceName, ...entry };
}
