import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { createImport } from '../../jobs/jobs.ts';
import { startJob } from '../../jobs/worker.ts';
import { nameOf } from '../../people/users.ts';
import { type Job, listJobItems } from '../../store/jobs.ts';
import { queryText, withQuery } from '../../web/query.ts';

const LINES_OF_KIND = 50;
const LINES_OF_PAGE = 200;
const lineKinds = ['error', 'change', 'create'];

/** Carries out an import after its preview. */
export function previewRoutes(router: Router, deps: Deps): void {
  router.post('/settings/jobs/:id/import', async (req, res) => {
    const { id } = await createImport(deps, req.params.id, req.user ? nameOf(req.user) : '');
    await startJob(deps, id);
    res.redirect(303, `/settings/jobs/${id}`);
  });
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
    next: last && withQuery(`/settings/jobs/${job.id}`, { show, after: String(last.position) }),
  });
}
