import { type Request, type Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { addJob, continueJob, getJob, runJob, stopJob, undoOf } from '../../jobs/jobs.ts';
import type { JobKind, NewJob } from '../../jobs/steps.ts';
import { nameOf } from '../../people/users.ts';
import { type Job, listJobItems, listJobs } from '../../store/jobs.ts';
import { identifierOnly, queryText, withQuery } from '../../web/query.ts';

const PATH = '/settings/jobs';
const JOB = `${PATH}/:id` as const;
const LISTED = 100;
const LINES_OF_KIND = 50;
const LINES_OF_PAGE = 200;
const AGAIN_S = 2; // how often the page of a job is read anew

/** Work on many people: the list, how one stands, what an import would do; stopping it, going on with it, and taking it back. */
export function jobsRoutes(deps: Deps): Router {
  const router = Router();
  router.param('id', identifierOnly);
  router.get(PATH, async (_req, res) => {
    const jobs = await listJobs(deps.store.db, LISTED);
    res.render('settings/jobs/list', { title: 'Imports and bulk changes', jobs, titleOf });
  });
  router.get(JOB, async (req, res) => {
    const job = await getJob(deps, req.params.id);
    if (job.kind === 'plan' && job.state === 'done') return showPlan(deps, req, res, job);
    await showJob(deps, res, job);
  });
  router.post(`${JOB}/continuation`, async (req, res) => {
    const { id } = await continueJob(deps, req.params.id);
    await runJob(deps, id);
    res.redirect(303, `${PATH}/${id}`);
  });
  router.post(`${JOB}/stop`, async (req, res) => {
    const { id } = await stopJob(deps, req.params.id);
    res.redirect(303, `${PATH}/${id}`);
  });
  router.post(`${JOB}/undo`, async (req, res) => {
    res.redirect(303, await begin(deps, req, await undoOf(deps, req.params.id)));
  });
  return router;
}

/** Begins a job, and does at once what is quick. Returns the address at which it is seen. */
export async function begin(deps: Deps, req: Request, added: NewJob): Promise<string> {
  const { id } = await addJob(deps, added, req.user ? nameOf(req.user) : '');
  await runJob(deps, id);
  return `${PATH}/${id}`;
}

/** What a job is about, as its heading. */
export function titleOf({ kind, total, input: { name } }: Job): string {
  const people = total === 1 ? '1 person' : `${total.toLocaleString('en')} people`;
  const titles: Record<JobKind, string> = {
    plan: 'What the file would do',
    import: 'Import people from a CSV file',
    activate: `Activate ${people}`,
    deactivate: `Deactivate ${people}`,
    remove: `Delete ${people}`,
    group: `Add ${people} to ${name}`,
    source: `Remove ${name}`,
  };
  return titles[kind as JobKind];
}

async function showJob({ store }: Deps, res: Response, job: Job): Promise<void> {
  const goesOn = job.state === 'filling' || job.state === 'running';
  const page = { limit: LINES_OF_PAGE, after: 0 };
  const left = ['error', 'refused'].map((outcome) => listJobItems(store.db, job.id, outcome, page));
  res.render('settings/jobs/job', {
    title: titleOf(job),
    job,
    goesOn,
    again: goesOn ? AGAIN_S : undefined,
    done: doneIn(job),
    left: (await Promise.all(left)).flat(),
    leftCount: (job.counts.error ?? 0) + (job.counts.refused ?? 0),
    back: job.input.back ?? (job.kind === 'source' ? '/settings/profile-sources/scim' : '/settings/people'),
  });
}

/** What a job has done so far, in a sentence. */
function doneIn({ kind, counts, input: { people, name } }: Job): string {
  const { done = 0, unchanged = 0, create = 0, change = 0, same = 0 } = counts;
  const so = (count: number) => (count > 0 ? ` ${peopleWere(count)} so already.` : '');
  const sentences: Record<JobKind, string> = {
    plan: '',
    import: `Imported: ${create.toLocaleString('en')} added, ${change.toLocaleString('en')} changed.${so(same)}`,
    activate: `${peopleAre(done)} activated.${so(unchanged)}`,
    deactivate: `${peopleAre(done)} deactivated.${so(unchanged)}`,
    remove: `${peopleAre(done)} deleted.`,
    group: `${peopleIn(done)} came into ${name}.${unchanged > 0 ? ` ${peopleWere(unchanged)} in it already.` : ''}`,
    source: `${peopleAre(done)} ${people === 'deactivate' ? 'deactivated' : 'kept'}, and managed here from now on.`,
  };
  return sentences[kind as JobKind];
}

function peopleIn(count: number): string {
  return count === 1 ? '1 person' : `${count.toLocaleString('en')} people`;
}

function peopleAre(count: number): string {
  return `${peopleIn(count)} ${count === 1 ? 'is' : 'are'}`;
}

function peopleWere(count: number): string {
  return `${peopleIn(count)} ${count === 1 ? 'was' : 'were'}`;
}

const lineKinds = ['error', 'change', 'create'];

/** What a file would do: the first lines of each kind, or all of one kind page by page. */
async function showPlan({ store }: Deps, req: Request, res: Response, job: Job): Promise<void> {
  const show = queryText(req, 'show');
  const only = lineKinds.includes(show) ? show : undefined;
  const page = {
    limit: only ? LINES_OF_PAGE : LINES_OF_KIND,
    after: Number.parseInt(queryText(req, 'after'), 10) || 0,
  };
  const sections = await Promise.all(
    (only ? [only] : lineKinds).map(async (kind) => ({
      kind,
      lines: await listJobItems(store.db, job.id, kind, page),
    })),
  );
  const last = only && sections[0]?.lines.length === page.limit ? sections[0].lines.at(-1) : undefined;
  res.render('settings/jobs/plan', {
    title: titleOf(job),
    job,
    sections,
    only,
    next: last && withQuery(`${PATH}/${job.id}`, { show, after: String(last.position) }),
  });
}
