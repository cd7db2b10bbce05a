import type { Router } from 'express';
import type { Deps } from '../../deps.ts';
import { listSources } from '../../store/profileSources.ts';

/** Manage People > Manage Profile Sources. */
export function profileSourcesRoutes(router: Router, deps: Deps): void {
  router.get('/settings/profile-sources', async (_req, res) => {
    const sources = await listSources(deps.store.db);
    res.render('settings/profile-sources/overview', { title: 'Manage Profile Sources', sources });
  });
}
