import express, { type Router } from 'express';
import type { Deps } from '../deps.ts';
import { searchApplications } from '../directory/applications.ts';
import { findTemplate } from '../directory/templates.ts';
import { queryText } from '../web/fields.ts';
import { sendPortalPage } from './page.ts';

/** USER AUTHENTICATION > SSO Applications: the Configured Applications list. */
export function applicationRoutes(deps: Deps): Router {
  const router = express.Router();
  router.get('/', async (req, res) => {
    const search = queryText(req.query.search);
    const applications = searchApplications(deps.state, search).map((application) => {
      return { ...application, icon: findTemplate(application.template)?.icon ?? 'apps' };
    });
    const total = deps.state.applications.length;
    await sendPortalPage(res, 'applications', { title: 'SSO Applications', applications, search, total });
  });
  return router;
}
