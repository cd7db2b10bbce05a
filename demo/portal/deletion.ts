import express, { type Router } from 'express';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { deleteApplications } from '../directory/applications.ts';
import { line, list } from '../web/fields.ts';
import { seeOther } from '../web/page.ts';
import { sendPortalPage } from './page.ts';

const deletionForm = z.object({ id: list, count: line });

/** Deletes the selected applications once their number was entered. */
export function deletionRoutes(deps: Deps): Router {
  const router = express.Router();
  router.get('/deletion', async (req, res) => {
    const selected = findApplications(deps, list.parse(req.query.id));
    if (!selected.length) return res.redirect(303, '/admin/applications');
    await sendPortalPage(res, 'deletion', { title: 'Delete Application', selected, error: '' });
  });
  router.post('/deletion', async (req, res) => {
    const form = deletionForm.parse(req.body);
    const selected = findApplications(deps, form.id);
    if (!selected.length) return res.redirect(303, '/admin/applications');
    if (form.count !== String(selected.length)) {
      const error = `Enter ${selected.length}, the number of applications to delete.`;
      return sendPortalPage(res.status(422), 'deletion', { title: 'Delete Application', selected, error });
    }
    const ids = selected.map((application) => application.id);
    deleteApplications(deps, ids);
    seeOther(
      res,
      '/admin/applications',
      ids.length === 1 ? 'The application was deleted.' : `${ids.length} applications were deleted.`,
    );
  });
  return router;
}

function findApplications(deps: Deps, ids: string[]) {
  return deps.state.applications.filter((application) => ids.includes(application.id));
}
