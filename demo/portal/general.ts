import express, { type Router } from 'express';
import type { Deps } from '../deps.ts';
import { fieldErrors } from '../web/fields.ts';
import { seeOther } from '../web/page.ts';
import { sendTab, withApplication } from './application.ts';
import { generalForm } from './newApplication.ts';

/** The General Info tab: Display Label, Description, Show in User Portal. */
export function generalRoutes(deps: Deps): Router {
  const router = express.Router();
  router
    .route('/:id/general')
    .get(
      withApplication(deps, (application, _req, res) =>
        sendTab(res, application, 'general', 'general', { form: application, errors: {} }),
      ),
    )
    .post(
      withApplication(deps, async (application, req, res) => {
        const form = generalForm.safeParse(req.body);
        if (!form.success) {
          const data = { form: req.body, errors: fieldErrors(form.error) };
          return sendTab(res.status(422), application, 'general', 'general', data);
        }
        Object.assign(application, form.data);
        deps.save();
        seeOther(res, `/admin/applications/${application.id}/general`, 'The application was saved.');
      }),
    );
  return router;
}
