import express, { type NextFunction, type Request, type Response, type Router } from 'express';
import { sessionVisitor } from '../console/visitor.ts';
import type { Deps } from '../deps.ts';
import { findApplication } from '../directory/applications.ts';
import { allowFormsTo } from '../web/headers.ts';
import { renderView } from '../web/page.ts';
import { checkCsrf } from '../web/session.ts';
import { answer, refuse } from './answer.ts';
import { encodePost } from './decode.ts';
import { logOut } from './logout.ts';
import { buildMetadata } from './metadata.ts';
import { statusCodes } from './names.ts';
import type { PendingRequest, PendingRequests } from './pendingRequests.ts';
import { getSsoApplication, receiveSignOn } from './receive.ts';
import { SamlError } from './samlError.ts';

/**
 * Where applications send people and fetch metadata. No cookie is read here: a POST from another site brings none, so
 * every request is put aside and taken up again after a redirect.
 */
export function samlMessageRoutes(deps: Deps, pending: PendingRequests): Router {
  const router = express.Router();
  const form = express.urlencoded({ extended: false, limit: '200kb', parameterLimit: 20 });
  router.get('/:application/metadata', (req, res) => sendMetadata(deps, req, res));
  router.all('/:application/logout', form, async (req, res) => {
    const application = getSsoApplication(deps, req.params.application);
    const answered = logOut(deps, req, application);
    if (answered.binding === 'redirect') return res.redirect(303, answered.url);
    await sendForm(res, application.sso.sloUrl, answered.message, answered.relayState);
  });
  router.all('/:application', form, (req, res) => {
    const application = getSsoApplication(deps, req.params.application);
    const { id } = pending.add(receiveSignOn(deps, req, application));
    res.redirect(303, `/sso/${id}`);
  });
  router.use(sendSamlError);
  return router;
}

/** Where a request that was put aside goes on: to the log-in, or back to the application with an answer. */
export function samlAnswerRoutes(deps: Deps, pending: PendingRequests): Router {
  const router = express.Router();
  router.get('/:id', async (req, res) => {
    const waiting = getPending(deps, pending, req.params.id);
    const application = getSsoApplication(deps, waiting.applicationId);
    const answered = answer(deps, application, waiting, sessionVisitor(deps, res));
    if (answered.kind === 'login') return res.redirect(303, `/console/login?continue=${waiting.id}`);
    pending.remove(waiting.id);
    await sendForm(res, application.sso.acsUrl, encodePost(answered.xml), waiting.relayState);
  });
  router.post('/:id/cancellation', checkCsrf, async (req, res) => {
    const waiting = getPending(deps, pending, req.params.id);
    const application = getSsoApplication(deps, waiting.applicationId);
    const refusal = { subCode: statusCodes.authnFailed, message: 'The log-in was cancelled.' };
    const answered = refuse(deps, application, waiting, refusal);
    pending.remove(waiting.id);
    if (answered.kind === 'response')
      await sendForm(res, application.sso.acsUrl, encodePost(answered.xml), waiting.relayState);
  });
  router.use(sendSamlError);
  return router;
}

function getPending(deps: Deps, pending: PendingRequests, id: unknown): PendingRequest {
  const waiting = pending.find(String(id), deps.now());
  if (!waiting)
    throw new SamlError('This sign-in took longer than ten minutes, or was finished already. Start it again.');
  return waiting;
}

function sendMetadata(deps: Deps, req: Request, res: Response): void {
  const application = findApplication(deps.state, String(req.params.application));
  if (!application || application.sso.status === 'inactive')
    return void res.status(404).type('text/plain').send('There is no metadata at this address.');
  res.type('application/samlmetadata+xml').send(buildMetadata(deps, application));
}

/** The form of the POST binding (saml-bindings 3.5.4), sent by a script or, where there is none, by a button. */
async function sendForm(res: Response, target: string, message: string, relayState: string | undefined): Promise<void> {
  allowFormsTo(res, target);
  res.setHeader('Cache-Control', 'no-cache, no-store');
  res.type('html').send(await renderView('saml/post', { target, message, relayState }));
}

async function sendSamlError(error: unknown, _req: Request, res: Response, next: NextFunction): Promise<void> {
  if (!(error instanceof SamlError)) return next(error);
  res
    .status(400)
    .type('html')
    .send(await renderView('saml/error', { message: error.message }));
}
