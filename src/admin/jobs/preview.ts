import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { createImport, getJob } from '../../jobs/jobs.ts';
import { startJob } from '../../jobs/worker.ts';
import { type LineError, sentenceOf } from '../../people/importErrors.ts';
import { type Job, type JobItem, listJobItems } from '../../store/jobs.ts';
import { queryText, withQuery } from '../../web/query.ts';
import { authorOf } from '../../web/request.ts';
import { sendCsv } from '../../web/sendExport.ts';

const LINES_OF_KIND = 50;
const LINES_OF_PAGE = 200;
const lineKinds = ['error', 'change', 'create'];

/** Carries out an import after its preview. */
export function previewRoutes(router: Router, deps: Deps): void {
  router.post('/settings/jobs/:id/import', async (req, res) => {
    const { id } = await createImport(deps, req.params.id, authorOf(req));
    await startJob(deps, id);
    res.redirect(303, `/settings/jobs/${id}`);
  });
  router.get('/settings/jobs/:id/errors', async (req, res) => {
    const { id } = await getJob(deps, req.params.id);
    await sendCsv(deps, res, 'import-errors', ['line', 'column', 'value', 'error'], errorRows(deps, id));
  });
}

/** The lines of a file that a job skips: one row per error, page by page. */
async function* errorRows({ store }: Deps, id: string): AsyncIterableIterator<(string | number)[]> {
  for (const outcome of ['error', 'refused']) {
    let after: number | undefined = 0;
    while (after !== undefined) {
      const items: JobItem[] = await listJobItems(store.db, id, outcome, { limit: LINES_OF_PAGE, after });
      for (const { item, reason } of items) yield* rowsOf(item as SkippedLine, reason);
      after = items.length < LINES_OF_PAGE ? undefined : items.at(-1)?.position;
    }
  }
}

type SkippedLine = { line: number; userName: string; errors?: LineError[] };

function rowsOf({ line, userName, errors }: SkippedLine, reason: string | null): (string | number)[][] {
  if (errors) return errors.map(({ column, value, sentence }) => [line, column, value, sentence]);
  return [[line, 'userName', userName, reason ?? '']];
}

/** Shows what a file would change: the first lines of each kind, or all of one kind page by page. */
export async function showPreview({ store }: Deps, req: Request, res: Response, job: Job): Promise<void> {
  const show = queryText(req, 'show');
  const only = lineKinds.includes(show) ? show : undefined;
  const after = Number.parseInt(queryText(req, 'after'), 10) || 0;
  const page = { limit: only ? LINES_OF_PAGE : LINES_OF_KIND, after };
  const sections = await Promise.all(
    (only ? [only] : lineKinds).map(async (kind) => ({
      kind,
      lines: await listJobItems(store.db, job.id, kind, page),
    })),
  );
  const last = only && sections[0]?.lines.length === page.limit ? sections[0].lines.at(-1) : undefined;
  res.render('settings/jobs/preview', {
    title: 'Preview of changes',
    job,
    sections,
    only,
    sentenceOf,
    next: last && withQuery(`/settings/jobs/${job.id}`, { show, after: String(last.position) }),
  });
}
