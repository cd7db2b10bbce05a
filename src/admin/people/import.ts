import type { Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import type { FieldErrors } from '../../errors.ts';
import { csvHeaders } from '../../people/csv.ts';
import { readImport } from '../../people/importPeople.ts';
import { formLimits } from '../../people/readCsv.ts';
import { file } from '../../web/form.ts';
import { startNewJob } from '../jobs/job.ts';

const PATH = '/settings/people/import';

/** Uploads a CSV file of people and starts its preview. */
export function peopleImportRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (_req, res) => show(deps, res, {}));
  router.post(PATH, async (req, res) => {
    const bytes = file(req, 'file');
    if (!bytes) return show(deps, res.status(422), { file: 'Select a file.' });
    const read = await readImport(bytes, deps.attributes.list);
    if (!read.ok) return show(deps, res.status(422), read.errors);
    res.redirect(303, await startNewJob(deps, req, read.value));
  });
}

function show({ attributes }: Deps, res: Response, errors: FieldErrors): void {
  const title = 'Import people from a CSV file';
  res.render('settings/people/import', {
    title,
    errors,
    columns: csvHeaders(attributes.list),
    limits: formLimits,
  });
}
