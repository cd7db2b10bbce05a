import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import { type Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import { type ScimLogEntry, streamScimLog } from '../store/scimLog.ts';
import { queryText } from '../web/query.ts';
import { LOG_PATH } from './scimLog.ts';
import { logFilterOf, logQueryOf } from './scimLogFilter.ts';

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

/** The log under a filter as a file, row by row, so that its size does not matter. */
export function scimLogExportRoutes(deps: Deps): Router {
  const router = Router();
  router.get(`${LOG_PATH}/export`, async (req, res) => {
    const entries = streamScimLog(deps.store.db, logFilterOf(logQueryOf(req)));
    const format = queryText(req, 'format') === 'ndjson' ? 'ndjson' : 'csv';
    const day = new Date(deps.now()).toISOString().slice(0, 10);
    res.attachment(`scim-log-${day}.${format}`);
    await (format === 'ndjson' ? sendNdjson(res, entries) : sendCsv(res, entries));
  });
  return router;
}

async function sendNdjson(res: Response, entries: AsyncIterable<ScimLogEntry>): Promise<void> {
  res.type('application/x-ndjson');
  await pipeline(Readable.from(linesOf(entries)), res);
}

/** A spreadsheet would run what begins with '=' and the like: such values get an apostrophe before them. */
async function sendCsv(res: Response, entries: AsyncIterable<ScimLogEntry>): Promise<void> {
  res.type('text/csv');
  await pipeline(
    Readable.from(entries),
    async function* (source: AsyncIterable<ScimLogEntry>) {
      for await (const entry of source) {
        const { changes, ...row } = exported(entry);
        yield { ...row, changes: changes.length > 0 ? JSON.stringify(changes) : '' };
      }
    },
    stringify({ header: true, columns, escape_formulas: true, bom: true }),
    res,
  );
}

async function* linesOf(entries: AsyncIterable<ScimLogEntry>): AsyncIterable<string> {
  for await (const entry of entries) yield `${JSON.stringify(exported(entry))}\n`;
}

function exported({ id: _, at, sourceId: __, sourceName, ...entry }: ScimLogEntry) {
  return { time: new Date(at).toISOString(), source: sourceName, ...entry };
}
