import express, { type Router } from 'express';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { bindGroups } from '../directory/applications.ts';
import { list } from '../web/fields.ts';
import { sendTab, withApplication } from './application.ts';
import { saved } from './saved.ts';

const groupsForm = z.object({ groups: list });

/** The User Groups tab: the groups whose members may use the application. Everyone else is implicitly denied. */
export function applicationGroupRoutes(deps: Deps): Router {
  const router = express.Router();
  router
    .route('/:id/user-groups')
    .get(
      withApplication(deps, (application, _req, res) =>
        sendTab(res, application, 'user-groups', 'applicationGroups', { groups: deps.state.groups }),
      ),
    )
    .post(
      withApplication(deps, async (application, req, res) => {
        bindGroups(deps, application, groupsForm.parse(req.body).groups);
        const count = application.groupIds.length;
        const notice = `Saved: ${count} ${count === 1 ? 'group is' : 'groups are'} bound to ${application.label}.`;
        await saved(deps, res, `/admin/applications/${application.id}/user-groups`, notice);
      }),
    );
  return router;
}
