import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../errors.ts';
import { exportActivity } from '../../login/activityExport.ts';
import { readActivityFilter } from '../../login/activityFilter.ts';
import { ACTIVITY } from '../../paths.ts';
import { queryText } from '../../web/query.ts';
import { sendExport } from '../../web/sendExport.ts';
import { enteredFilterOf } from './list.ts';

/** Manage Security > Login activity: the filtered list as a CSV or NDJSON file, streamed so that it may have any size. */
export function activityExportRoutes(router: Router, deps: Deps): void {
  router.get(`${ACTIVITY}/export`, (req, res) => send(deps, req, res));
}

async function send(deps: Deps, req: Request, res: Response): Promise<void> {
  const filter = await readActivityFilter(deps, enteredFilterOf(req));
  if (!filter.ok) throw new AppError(422, Object.values(filter.errors).join(' '));
  const format = queryText(req, 'format') === 'ndjson' ? 'ndjson' : 'csv';
  await sendExport(deps, res, 'login-activity', format, (stop) => exportActivity(deps, filter.value, format, stop));
}
