import type { Router } from 'express';
import type { Deps } from '../../deps.ts';
import { shownState, titleOf } from '../../jobs/jobs.ts';
import { listJobs } from '../../store/jobs.ts';

const PATH = '/settings/jobs';
const LISTED = 100;

/** Manage People > People > Imports and bulk changes. */
export function jobListRoutes(router: Router, deps: Deps): void {
  router.get(PATH, async (_req, res) => {
    const listed = await listJobs(deps.store.db, LISTED);
    const jobs = listed.map((job) => ({ ...job, state: shownState(job, deps.now()) }));
    res.render('settings/jobs/list', { title: 'Imports and bulk changes', jobs, titleOf });
  });
}
