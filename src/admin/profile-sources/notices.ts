import type { Router } from 'express';
import type { Deps } from '../../deps.ts';
import { dismissNotice } from '../../sources/profileSources.ts';
import { leadTo } from '../../web/flash.ts';

const PATH = '/settings/profile-sources/scim/:id/notices/:kind/dismissal';

/** Needs attention > Dismiss: the entry stays away until the rights or refusals of the source change. */
export function sourceNoticeRoutes(router: Router, deps: Deps): void {
  router.post(PATH, async (req, res) => {
    const { id, kind } = req.params;
    await dismissNotice(deps, id, kind);
    await leadTo(res, '/settings', 'Dismissed. The SCIM log still has the requests.');
  });
}
