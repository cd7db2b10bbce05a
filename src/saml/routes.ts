import { type Request, type Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import { AppError, NotFound } from '../errors.ts';
import { findSigningKey } from '../federation/domains.ts';
import { newToken } from '../identifier.ts';
import { findProvider, type IdentityProvider, listProviders } from '../store/identityProviders.ts';
import { readCrossSiteCookie, setCrossSiteCookie } from '../web/cookies.ts';
import { allowFormTo } from '../web/headers.ts';
import { identifierOnly } from '../web/query.ts';
import { returnPath } from '../web/returnPath.ts';
import { type AnswerForm, readAnswerForm } from './acs/form.ts';
import { completeLogin, mustAsk, postponeLogin } from './acs/personSwitch.ts';
import { receiveAnswer } from './acs/receive.ts';
import { refusalPage } from './acs/refusalPage.ts';
import { REQUEST_MS, startLoginRequest } from './request/loginRequest.ts';
import { makeMetadata } from './request/serviceProvider.ts';

const BROWSER = 'request'; // the cookie that binds requests to this browser
const TOKEN = /^[\w-]{43}$/;

/** The addresses that SAML messages and metadata travel by. They carry their own proof of origin and stand before the protection of forms. */
export function samlRoutes(deps: Deps): Router {
  const router = Router();
  router.param('provider', identifierOnly);
  router.get('/saml/metadata', async (req, res) => {
    const { domain } = res.locals;
    const providers = await listProviders(deps.store.db);
    const signsRequests = providers.every((provider) => !provider.enabled || provider.settings.signRequests);
    const xml = makeMetadata(domain, await findSigningKey(deps, domain.id), signsRequests);
    if ('download' in req.query) res.attachment(`${new URL(domain.url).hostname}-metadata.xml`);
    // Browsers show application/xml, and would only offer to save the registered type.
    res.type(req.get('accept')?.includes('text/html') ? 'application/xml' : 'application/samlmetadata+xml');
    res.send(xml);
  });
  router.get('/saml/login/:provider', async (req, res) => {
    const provider = await findProvider(deps.store.db, req.params.provider);
    if (!provider?.enabled)
      throw new NotFound('This way to log in is not available. Go to the log-in screen and choose another.');
    await sendToProvider(deps, req, res, provider, {
      returnPath: returnPath(req.query.return, res.locals.domain.url),
      test: false,
    });
  });
  router.all('/saml/acs', async (req, res) => {
    // An answer by another binding is refused as one: whoever set the provider up finds it in the activity.
    if (req.method === 'POST' || 'SAMLResponse' in req.query)
      return answerArrived(deps, req, res, await readAnswerForm(req));
    res.setHeader('allow', 'POST');
    throw new AppError(
      405,
      'This address takes the answers of identity providers. To log in, go to the log-in screen.',
    );
  });
  router.all('/saml/slo', () => {
    throw new AppError(404, 'Single log-out is not offered here. To log out of the intranet, use its own Log out.');
  });
  return router;
}

/**
 * Sends this browser to a provider, by Redirect or by a page that posts itself.
 * @param start.returnPath a checked path
 */
export async function sendToProvider(
  deps: Deps,
  req: Request,
  res: Response,
  provider: IdentityProvider,
  start: { returnPath: string; test: boolean },
): Promise<void> {
  const known = readCrossSiteCookie(req, BROWSER);
  // One secret serves all tabs of a browser, so that a second request does not spoil the first.
  const browser = known && TOKEN.test(known) ? known : newToken(deps);
  setCrossSiteCookie(req, res, BROWSER, browser, REQUEST_MS);
  const request = await startLoginRequest(deps, res.locals.domain, provider, { browser, ...start });
  if (request.binding === 'redirect') {
    // A test begins with a form, which may not end at another origin by a redirect (CSP form-action): a page leads on.
    if (start.test) res.render('saml/onward', { provider, url: request.url });
    else res.redirect(303, request.url);
    return;
  }
  allowFormTo(res, request.url);
  res.render('saml/post', { provider, url: request.url, fields: request.fields });
}

async function answerArrived(
  deps: Deps,
  req: Request,
  res: Response,
  { samlResponse, relayState }: AnswerForm,
): Promise<void> {
  const outcome = await receiveAnswer(deps, {
    domain: res.locals.domain,
    samlResponse,
    browser: readCrossSiteCookie(req, BROWSER),
    network: req.ip ?? '',
    userAgent: (req.get('user-agent') ?? '').slice(0, 256),
  });
  if (outcome.test) return res.redirect(303, `/settings/security/activity/${outcome.activityId}`);
  if (!outcome.ok) return refusalPage(res, outcome);
  const destination = outcome.request?.returnPath ?? returnPath(relayState, res.locals.domain.url);
  if (!outcome.request && (await mustAsk(deps, req, outcome.user)))
    return postponeLogin(deps, req, res, outcome, destination);
  await completeLogin(deps, req, res, outcome, destination);
}
