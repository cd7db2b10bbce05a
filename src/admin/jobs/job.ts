import type { Request, Response, Router } from 'express';
import { counted } from '../../counted.ts';
import type { Deps } from '../../deps.ts';
import { createJob, getJob, pauseJob, resumeJob, shownState, titleOf, undoKinds, undoOf } from '../../jobs/jobs.ts';
import { startJob } from '../../jobs/worker.ts';
import { MAX_NAMED, namesOf } from '../../people/names.ts';
import { type Job, type JobKind, listJobItems, type NewJob } from '../../store/jobs.ts';
import { authorOf } from '../../web/request.ts';
import { showPreview } from './preview.ts';

const PATH = '/settings/jobs/:id';
const ITEMS_SHOWN = 200;
const REFRESH_S = 2; // how often the page of a running job reloads

/** One job: its progress, pausing, resuming and undoing it. */
export function jobRoutes(router: Router, deps: Deps): void {
  router.get(PATH, async (req, res) => {
    const job = await getJob(deps, req.params.id);
    if (job.kind === 'preview' && job.state === 'done') return showPreview(deps, req, res, job);
    await showJob(deps, res, job);
  });
  router.post(`${PATH}/pause`, async (req, res) => {
    res.redirect(303, pathOf(await pauseJob(deps, req.params.id)));
  });
  router.post(`${PATH}/continuation`, async (req, res) => {
    res.redirect(303, pathOf(await startJob(deps, (await resumeJob(deps, req.params.id)).id)));
  });
  router.post(`${PATH}/undo`, async (req, res) => {
    res.redirect(303, await startNewJob(deps, req, await undoOf(deps, req.params.id, req.user?.id)));
  });
}

/** Creates a job in the name of the logged-in person and starts it. Returns the path of its page. */
export async function startNewJob(deps: Deps, req: Request, added: NewJob): Promise<string> {
  const { id } = await createJob(deps, added, authorOf(req));
  return pathOf(await startJob(deps, id));
}

function pathOf({ id }: Job): string {
  return `/settings/jobs/${id}`;
}

async function showJob({ store, now }: Deps, res: Response, job: Job): Promise<void> {
  const isActive = job.state === 'queued' || job.state === 'running';
  const page = { limit: ITEMS_SHOWN, after: 0 };
  const done = await listJobItems(store.db, job.id, 'done', { limit: MAX_NAMED, after: 0 });
  const changed = done.map(({ item }) => String(item));
  const skipped = ['error', 'refused'].map((outcome) => listJobItems(store.db, job.id, outcome, page));
  res.render('settings/jobs/job', {
    title: titleOf(job),
    job: { ...job, state: shownState(job, now()) },
    isWritten: job.state !== 'queued',
    isActive,
    again: isActive ? REFRESH_S : undefined,
    result: resultOf(job),
    names: await namesOf(store.db, changed, job.counts.done),
    undo: changed.length > 0 ? undoKinds[job.kind] : undefined,
    skipped: (await Promise.all(skipped)).flat(),
    skippedCount: (job.counts.error ?? 0) + (job.counts.refused ?? 0),
    back: job.input.back ?? (job.kind === 'source' ? '/settings/profile-sources/scim' : '/settings/people'),
  });
}

/** What a job has done so far, in a sentence or two. */
function resultOf({ kind, counts, input: { people, name, reason } }: Job): string {
  const { done = 0, unchanged = 0, create = 0, change = 0, same = 0 } = counts;
  const peopleWere = (count: number) => counted(count, 'person was', 'people were');
  const already = (count: number, what: string) => (count > 0 ? ` ${peopleWere(count)} already ${what}.` : '');
  const results: Record<JobKind, string> = {
    preview: '',
    import: `Imported: ${create.toLocaleString('en')} added, ${change.toLocaleString('en')} changed.${already(same, 'up to date')}`,
    activate: `${peopleWere(done)} activated.${already(unchanged, 'active')}`,
    deactivate: `${peopleWere(done)} deactivated.${already(unchanged, 'deactivated')}`,
    remove: `${peopleWere(done)} deleted.`,
    group: `${peopleWere(done)} added to ${name}.${already(unchanged, 'members')}`,
    ungroup: `${peopleWere(done)} removed from ${name}.${already(unchanged, 'no members')}`,
    source: `${peopleWere(done)} ${people === 'deactivate' ? 'deactivated' : 'kept'}. They are managed here from now on.`,
    attribute: `${counted(done, 'value was', 'values were')} ${reason === 'removal' ? 'deleted' : 'updated'}.`,
  };
  return results[kind];
}
