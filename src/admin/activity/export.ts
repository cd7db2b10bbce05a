import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../errors.ts';
import { exportActivity } from '../../login/activityExport.ts';
import { readActivityFilter } from '../../login/activityFilter.ts';
import { ACTIVITY } from '../../paths.ts';
import { queryText } from '../../web/query.ts';
import { enteredFilterOf } from './list.ts';

/** Manage Security > Login activity: the filtered list as a CSV or NDJSON file, streamed so that it may have any size. */
export function activityExportRoutes(router: Router, deps: Deps): void {
  router.get(`${ACTIVITY}/export`, (req, res) => send(deps, req, res));
}

async function send(deps: Deps, req: Request, res: Response): Promise<void> {
  const filter = await readActivityFilter(deps, enteredFilterOf(req));
  if (!filter.ok) throw new AppError(422, Object.values(filter.errors).join(' '));
  const format = queryText(req, 'format') === 'ndjson' ? 'ndjson' : 'csv';
  res.attachment(`login-activity-${new Date(deps.now()).toISOString().slice(0, 10)}.${format}`);
  res.type(format === 'ndjson' ? 'application/x-ndjson' : 'text/csv');
  // A client that goes away must also end a search that finds nothing.
  const gone = new AbortController();
  res.once('close', () => gone.abort());
  try {
    await pipeline(Readable.from(exportActivity(deps, filter.value, format, gone.signal)), res);
  } catch (error) {
    if (!gone.signal.aborted) throw error;
  }
}
