import { stringify } from 'csv-stringify/sync';
import type { Router } from 'express';
import type { Deps } from '../../deps.ts';
import { SCIM_LOG } from '../../paths.ts';
import { spreadsheet } from '../../people/spreadsheet.ts';
import { type ScimLogEntry, type ScimLogFilter, streamScimLog } from '../../store/scimLog.ts';
import { sendExport } from '../../web/sendExport.ts';
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
  router.get(`${SCIM_LOG}/export`, async (req, res) => {
    const filter = logFilterOf(logQueryOf(req));
    await sendExport(deps, res, 'scim-log', (format, stop) => exportLog(deps, filter, format, stop));
  });
}

async function* exportLog(
  { store }: Deps,
  filter: ScimLogFilter,
  format: 'csv' | 'ndjson',
  stop: AbortSignal,
): AsyncIterable<string> {
  if (format === 'csv') yield stringify([], { ...spreadsheet, columns, bom: true });
  for await (const entry of streamScimLog(store.db, filter, stop))
    yield format === 'ndjson' ? `${JSON.stringify(exported(entry))}\n` : csvLine(entry);
}

function csvLine(entry: ScimLogEntry): string {
  const row = exported(entry);
  const changes = row.changes.length > 0 ? JSON.stringify(row.changes) : '';
  return stringify([{ ...row, changes }], { ...spreadsheet, columns, header: false });
}

function exported({ id: _, at, sourceId: __, sourceName, ...entry }: ScimLogEntry) {
  return { time: new Date(at).toISOString(), source: sourceName, ...entry };
}
