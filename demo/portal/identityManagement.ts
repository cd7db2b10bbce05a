import express, { type Request, type Response, type Router } from 'express';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { findTemplate } from '../directory/templates.ts';
import type { Application } from '../directory/types.ts';
import {
  activateConnection,
  checkBaseUrl,
  deactivateConnection,
  replaceToken,
  setManageGroups,
} from '../identityManagement/connection.ts';
import { previewSteps } from '../identityManagement/preview.ts';
import { checkbox, line } from '../web/fields.ts';
import { sendTab, withApplication } from './application.ts';
import { sendPortalPage } from './page.ts';
import { saved } from './saved.ts';

const identityForm = z.object({ action: line, manageGroups: checkbox, baseUrl: line, token: line });
type IdentityForm = z.infer<typeof identityForm>;

/** The Identity Management tab: Configure, Base URL and Token Key, Activate, Save, and Deactivate IdM connection. */
export function identityRoutes(deps: Deps): Router {
  const router = express.Router();
  router
    .route('/:id/identity-management')
    .get(
      withApplication(deps, (application, _req, res) => sendIdentity(res, application, initialForm(application), {})),
    )
    .post(withApplication(deps, (application, req, res) => submit(deps, application, req, res)));
  router.get(
    '/:id/identity-management/preview',
    withApplication(deps, (application, _req, res) => {
      const steps = previewSteps(deps.state, application);
      return sendTab(res, application, 'identity-management', 'preview', { steps });
    }),
  );
  router
    .route('/:id/identity-management/deactivation')
    .get(
      withApplication(deps, (application, _req, res) =>
        sendPortalPage(res, 'deactivateIdentity', { title: 'Deactivate IdM connection', application }),
      ),
    )
    .post(
      withApplication(deps, async (application, _req, res) => {
        deactivateConnection(deps, application);
        await saved(deps, res, pathOf(application), 'The IdM connection was deactivated.');
      }),
    );
  return router;
}

async function submit(deps: Deps, application: Application, req: Request, res: Response): Promise<void> {
  const parsed = identityForm.safeParse(req.body ?? {});
  if (!parsed.success) return sendIdentity(res.status(422), application, initialForm(application), {});
  const form = parsed.data;
  if (form.action === 'configure') return sendIdentity(res, application, form, {});
  if (form.action === 'activate') return activate(deps, application, form, res);
  if (form.action === 'token') return changeToken(deps, application, form, res);
  setManageGroups(deps, application, form.manageGroups);
  await saved(deps, res, pathOf(application), 'Identity Management was saved.');
}

async function activate(deps: Deps, application: Application, form: IdentityForm, res: Response): Promise<void> {
  const address = checkBaseUrl(form.baseUrl);
  const errors: Record<string, string> = {};
  if (!address.ok) errors.baseUrl = address.message;
  if (!form.token) errors.token = 'Paste the token from the application.';
  if (address.ok && form.token) {
    const settings = { baseUrl: address.baseUrl, token: form.token, manageGroups: form.manageGroups };
    const outcome = await activateConnection(deps, application, settings);
    if (outcome.ok)
      return saved(
        deps,
        res,
        pathOf(application),
        'The Identity Management integration has been successfully verified.',
      );
    errors.form = outcome.message;
  }
  await sendIdentity(res.status(422), application, { ...form, action: 'configure' }, errors);
}

async function changeToken(deps: Deps, application: Application, form: IdentityForm, res: Response): Promise<void> {
  const outcome = form.token
    ? await replaceToken(deps, application, form.token)
    : { ok: false as const, message: 'Paste the new token.' };
  if (outcome.ok) return saved(deps, res, pathOf(application), 'The Token Key was changed and verified.');
  await sendIdentity(res.status(422), application, initialForm(application), { newToken: outcome.message });
}

function initialForm(application: Application): IdentityForm {
  const { manageGroups, baseUrl } = application.identityManagement;
  return { action: '', manageGroups, baseUrl, token: '' };
}

function sendIdentity(
  res: Response,
  application: Application,
  form: IdentityForm,
  errors: Record<string, string>,
): Promise<void> {
  const baseUrl = form.baseUrl || findTemplate(application.template)?.scimBaseUrl;
  return sendTab(res, application, 'identity-management', 'identityManagement', { form: { ...form, baseUrl }, errors });
}

function pathOf(application: Application): string {
  return `/admin/applications/${application.id}/identity-management`;
}
