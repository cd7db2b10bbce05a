import express, { type Router } from 'express';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { deleteApplications } from '../directory/applications.ts';
import { line, list } from '../web/fields.ts';
import { seeOther } from '../web/page.ts';
import { sendPortalPage } from './page.ts';

const deletionForm = z.object({ id: list, count: line });

/** Delete: the selected applications are named, and their number has to be entered. */
export function deletionRoutes(deps: Deps): Router {
  const router = express.Router();
  router.get('/deletion', async (req, res) => {
    const chosen = selected(deps, list.parse(req.query.id));
    if (!chosen.length) return res.redirect(303, '/admin/applications');
    await sendPortalPage(res, 'deletion', { title: 'Delete Application', chosen, error: '' });
  });
  router.post('/deletion', async (req, res) => {
    const form = deletionForm.parse(req.body);
    const chosen = selected(deps, form.id);
    if (!chosen.length) return res.redirect(303, '/admin/applications');
    if (form.count !== String(chosen.length)) {
      const error = `Enter ${chosen.length}, the number of applications that are deleted.`;
      return sendPortalPage(res.status(422), 'deletion', { title: 'Delete Application', chosen, error });
    }
    const ids = chosen.map((application) => application.id);
    deleteApplications(deps, ids);
    seeOther(
      res,
      '/admin/applications',
      ids.length === 1 ? 'The application was deleted.' : `${ids.length} applications were deleted.`,
    );
  });
  return router;
}

function selected(deps: Deps, ids: string[]) {
  return deps.state.applications.filter((application) => ids.includes(application.id));
}
