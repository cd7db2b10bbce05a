import { type Request, type Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import { csvColumns } from '../directory/csvColumns.ts';
import { applyImport, type ImportPlan, type ImportResult, planImport } from '../directory/importPeople.ts';
import type { FieldErrors } from '../errors.ts';
import { field, file } from '../web/form.ts';
import { flash } from '../web/render.ts';

const PATH = '/settings/people/import';
const LINES_SHOWN = 300; // of each kind

/** People from a CSV file: choose it, see what it would do, then have it done. */
export function peopleImportRoutes(deps: Deps): Router {
  const router = Router();
  router.get(PATH, (_req, res) => show(res, {}));
  router.post(PATH, async (req, res) => {
    const bytes = file(req, 'file');
    if (!bytes) return show(res.status(422), { file: 'Choose a file.' });
    await preview(deps, res, bytes, false);
  });
  router.post(`${PATH}/confirmed`, async (req, res) => {
    const bytes = new Uint8Array(Buffer.from(field(req, 'csv'), 'base64'));
    const plan = await planImport(deps, bytes);
    if (!plan.ok || plan.value.digest !== field(req, 'digest')) return preview(deps, res, bytes, true);
    leaveResult(req, await applyImport(deps, plan.value), plan.value);
    res.redirect(303, '/settings/people');
  });
  return router;
}

/** `stale`: the directory changed since the plan was shown, so it is shown anew rather than carried out. */
async function preview(deps: Deps, res: Response, bytes: Uint8Array, stale: boolean): Promise<void> {
  const plan = await planImport(deps, bytes);
  if (!plan.ok) return show(res.status(422), plan.errors);
  if (stale) res.status(409);
  const { lines, ...rest } = plan.value;
  const ofKind = (kind: string) => lines.filter((line) => line.kind === kind).slice(0, LINES_SHOWN);
  res.setHeader('cache-control', 'no-store');
  res.render('settings/people/import-preview', {
    title: 'What the file would do',
    ...rest,
    stale,
    errorLines: ofKind('error'),
    creates: ofKind('create'),
    changed: ofKind('change'),
    csv: Buffer.from(bytes).toString('base64'),
  });
}

function show(res: Response, errors: FieldErrors): void {
  res.render('settings/people/import', { title: 'Import people from a CSV file', errors, columns: csvColumns });
}

function leaveResult(req: Request, { created, changed, refused }: ImportResult, { counts }: ImportPlan): void {
  const parts = [`Imported: ${created.toLocaleString('en')} added, ${changed.toLocaleString('en')} changed.`];
  if (counts.error > 0) parts.push(`${counts.error.toLocaleString('en')} lines with errors were left out.`);
  for (const { line, reason } of refused.slice(0, 3)) parts.push(`Line ${line} was left out: ${reason}`);
  flash(req, parts.join(' '), refused.length > 0 ? 'danger' : 'success');
}
