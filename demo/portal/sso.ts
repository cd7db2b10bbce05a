import { X509Certificate } from 'node:crypto';
import express, { type Request, type Response, type Router } from 'express';
import type { Deps } from '../deps.ts';
import { nameIdFormats } from '../directory/applications.ts';
import { properties } from '../directory/properties.ts';
import type { Application } from '../directory/types.ts';
import { addressesOf } from '../saml/addresses.ts';
import { seeOther } from '../web/page.ts';
import { sendTab, withApplication } from './application.ts';
import { readSsoForm, type SsoForm, writeSsoForm } from './ssoForm.ts';

/**
 * The SSO tab. Its form has several buttons: adding and removing attributes and Deactivate SSO show it again as typed;
 * only Save stores it.
 */
export function ssoRoutes(deps: Deps): Router {
  const router = express.Router();
  router
    .route('/:id/sso')
    .get(
      withApplication(deps, (application, _req, res) =>
        sendSso(deps, res, application, writeSsoForm(application.sso), {}),
      ),
    )
    .post(withApplication(deps, (application, req, res) => submit(deps, application, req, res)));
  return router;
}

async function submit(deps: Deps, application: Application, req: Request, res: Response): Promise<void> {
  const { form, action, settings, errors } = readSsoForm(req.body);
  if (action !== 'save') return sendSso(deps, res, application, form, {});
  if (!settings) return sendSso(deps, res.status(422), application, form, errors);
  application.sso = settings;
  deps.save();
  const notice =
    settings.status === 'active' ? 'Single sign-on was saved and is active.' : 'Single sign-on was deactivated.';
  seeOther(res, `/admin/applications/${application.id}/sso`, notice);
}

function sendSso(
  deps: Deps,
  res: Response,
  application: Application,
  form: SsoForm,
  errors: Record<string, string>,
): Promise<void> {
  const certificate = new X509Certificate(application.certificate);
  return sendTab(res, application, 'sso', 'sso', {
    form,
    errors,
    properties,
    nameIdFormats,
    addresses: addressesOf(deps, application),
    validUntil: certificate.validToDate.toISOString().slice(0, 10),
    fingerprint: certificate.fingerprint256,
  });
}
