import express, { type NextFunction, type Request, type Response, type Router } from 'express';
import { sessionVisitor } from '../console/visitor.ts';
import type { Deps } from '../deps.ts';
import { findApplication } from '../directory/applications.ts';
import { renderView } from '../web/page.ts';
import { checkCsrf } from '../web/session.ts';
import { encodePost } from './decode.ts';
import { finishLogout, logOut, sendReply } from './logout.ts';
import type { LogoutChains } from './logoutChain.ts';
import { buildMetadata } from './metadata.ts';
import { statusCodes } from './names.ts';
import type { PendingRequest, PendingRequests } from './pendingRequests.ts';
import { getSsoApplication, receiveLoginRequest } from './receive.ts';
import { buildRefusedResponse, respond } from './respond.ts';
import { SamlError } from './samlError.ts';
import { sendForm } from './sendForm.ts';

/**
 * Receives people from applications and serves metadata. A POST from another site carries no cookies, so every request is
 * stored, and continues after a redirect.
 */
export function samlMessageRoutes(deps: Deps, pending: PendingRequests, chains: LogoutChains): Router {
  const router = express.Router();
  const form = express.urlencoded({ extended: false, limit: '200kb', parameterLimit: 20 });
  router.get('/:application/metadata', (req, res) => sendMetadata(deps, req, res));
  router.all('/:application/logout', form, async (req, res) => {
    const application = getSsoApplication(deps, req.params.application);
    const chain = finishLogout(deps, chains, req, application);
    if (chain) return res.redirect(303, `/console/logout/${chain.id}`);
    const result = logOut(deps, chains, req, application);
    if ('participants' in result) return res.redirect(303, `/console/logout/${result.id}`);
    await sendReply(res, application, result);
  });
  router.all('/:application', form, (req, res) => {
    const application = getSsoApplication(deps, req.params.application);
    const { id } = pending.add(receiveLoginRequest(deps, req, application));
    res.redirect(303, `/sso/${id}`);
  });
  router.use(sendSamlError);
  return router;
}

/** Continues a stored request: with the login, or back at the application with a SAML response. */
export function samlResponseRoutes(deps: Deps, pending: PendingRequests): Router {
  const router = express.Router();
  router.get('/:id', async (req, res) => {
    const waiting = getPending(deps, pending, req.params.id);
    const application = getSsoApplication(deps, waiting.applicationId);
    const result = respond(deps, application, waiting, sessionVisitor(deps, res));
    if (result.kind === 'login') return res.redirect(303, `/console/login?continue=${waiting.id}`);
    pending.remove(waiting.id);
    const { relayState } = waiting;
    await sendForm(res, application.sso.acsUrl, { name: 'SAMLResponse', message: encodePost(result.xml), relayState });
  });
  router.post('/:id/cancellation', checkCsrf, async (req, res) => {
    const waiting = getPending(deps, pending, req.params.id);
    const application = getSsoApplication(deps, waiting.applicationId);
    const refusal = { subCode: statusCodes.authnFailed, message: 'The user cancelled the login.' };
    const xml = buildRefusedResponse(deps, application, waiting, refusal);
    pending.remove(waiting.id);
    const { relayState } = waiting;
    await sendForm(res, application.sso.acsUrl, { name: 'SAMLResponse', message: encodePost(xml), relayState });
  });
  router.use(sendSamlError);
  return router;
}

function getPending(deps: Deps, pending: PendingRequests, id: unknown): PendingRequest {
  const waiting = pending.find(String(id), deps.now());
  if (!waiting)
    throw new SamlError('This login has expired or was already completed. Start again from the application.');
  return waiting;
}

function sendMetadata(deps: Deps, req: Request, res: Response): void {
  const application = findApplication(deps.state, String(req.params.application));
  if (!application || application.sso.status === 'inactive')
    return void res.status(404).type('text/plain').send('Metadata not found.');
  res.type('application/samlmetadata+xml').send(buildMetadata(deps, application));
}

async function sendSamlError(error: unknown, _req: Request, res: Response, next: NextFunction): Promise<void> {
  if (!(error instanceof SamlError)) return next(error);
  res
    .status(400)
    .type('html')
    .send(await renderView('saml/error', { message: error.message }));
}
