import express, { type Router } from 'express';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { addApplication } from '../directory/applications.ts';
import { findTemplate, searchTemplates } from '../directory/templates.ts';
import { checkbox, fieldErrors, line, queryText } from '../web/fields.ts';
import { seeOther } from '../web/page.ts';
import { withApplication } from './application.ts';
import { sendPortalPage } from './page.ts';

/** The application's name, description and tile; also the form of the General Info tab. */
export const generalForm = z.object({
  label: line.pipe(z.string().min(1, 'Enter a Display Label.').max(100, 'Use at most 100 characters.')),
  description: line,
  showInPortal: checkbox,
});

/** Add New Application: search, select and name it, Save Application, then Configure Application or Close. */
export function newApplicationRoutes(deps: Deps): Router {
  const router = express.Router();
  router.get('/new', async (req, res) => {
    const search = queryText(req.query.search);
    const template = findTemplate(queryText(req.query.template));
    if (template) return res.redirect(303, `/admin/applications/new/${template.key}`);
    const found = searchTemplates(search);
    await sendPortalPage(res, 'newApplication', { title: 'Add New Application', found, search });
  });
  router
    .route('/new/:template')
    .get(async (req, res, next) => {
      const template = findTemplate(req.params.template);
      if (!template) return next();
      const form = { label: template.name, description: '', showInPortal: true };
      await sendPortalPage(res, 'nameApplication', { title: template.name, template, form, errors: {} });
    })
    .post(async (req, res, next) => {
      const template = findTemplate(req.params.template);
      if (!template) return next();
      const form = generalForm.safeParse(req.body);
      if (form.success) {
        const application = await addApplication(deps, template, form.data);
        return seeOther(res, `/admin/applications/${application.id}/saved`);
      }
      const data = { title: template.name, template, form: req.body, errors: fieldErrors(form.error) };
      await sendPortalPage(res.status(422), 'nameApplication', data);
    });
  router.get(
    '/:id/saved',
    withApplication(deps, (application, _req, res) =>
      sendPortalPage(res, 'applicationSaved', { title: 'Application saved', application }),
    ),
  );
  return router;
}
