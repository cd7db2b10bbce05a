import type { Router } from 'express';
import type { Deps } from '../../deps.ts';
import { type Job, type JobKind, listJobs } from '../../store/jobs.ts';

const PATH = '/settings/jobs';
const LISTED = 100;

/** Manage People > People > Imports and bulk changes. */
export function jobListRoutes(router: Router, deps: Deps): void {
  router.get(PATH, async (_req, res) => {
    const jobs = await listJobs(deps.store.db, LISTED);
    res.render('settings/jobs/list', { title: 'Imports and bulk changes', jobs, titleOf });
  });
}

/** Returns the title of a job: what it does to how many people. */
export function titleOf({ kind, total, input: { name } }: Job): string {
  const people = total === 1 ? '1 person' : `${total.toLocaleString('en')} people`;
  const titles: Record<JobKind, string> = {
    preview: 'Preview of changes',
    import: 'Import people from a CSV file',
    activate: `Activate ${people}`,
    deactivate: `Deactivate ${people}`,
    remove: `Delete ${people}`,
    group: `Add ${people} to ${name}`,
    source: `Remove ${name}`,
  };
  return titles[kind];
}
