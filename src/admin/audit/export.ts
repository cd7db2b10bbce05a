import type { Request, Response, Router } from 'express';
import { exportAudit } from '../../audit/auditExport.ts';
import { readAuditFilter } from '../../audit/auditFilter.ts';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../errors.ts';
import { AUDIT } from '../../paths.ts';
import { queryText } from '../../web/query.ts';
import { sendExport } from '../../web/sendExport.ts';
import { enteredFilterOf } from './list.ts';

/** Manage Security > Audit log: the filtered list as a CSV or NDJSON file, streamed so that it may have any size. */
export function auditExportRoutes(router: Router, deps: Deps): void {
  router.get(`${AUDIT}/export`, (req, res) => send(deps, req, res));
}

async function send(deps: Deps, req: Request, res: Response): Promise<void> {
  const filter = await readAuditFilter(deps, enteredFilterOf(req));
  if (!filter.ok) throw new AppError(422, Object.values(filter.errors).join(' '));
  const format = queryText(req, 'format') === 'ndjson' ? 'ndjson' : 'csv';
  await sendExport(deps, res, 'audit-log', format, (stop) => exportAudit(deps, filter.value, format, stop));
}
