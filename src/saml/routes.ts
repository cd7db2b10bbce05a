import type { NextFunction, Request, Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import { AppError, NotFound } from '../errors.ts';
import { testPath } from '../federation/loginTests.ts';
import { ACS_PATH, SLO_PATH } from '../federation/serviceProvider.ts';
import { findProviderAt } from '../store/identityProviders.ts';
import { cookiesBlocked, isWithoutCookies } from '../web/cookies.ts';
import { withQuery } from '../web/query.ts';
import { rateLimit } from '../web/rateLimit.ts';
import { returnPath } from '../web/returnPath.ts';
import { forgetSent } from '../web/sentLogin.ts';
import { completeLogin } from './acs/completeLogin.ts';
import { heal } from './acs/healing.ts';
import { receiveResponse } from './acs/receive.ts';
import { refusalPage } from './acs/refusalPage.ts';
import { receiveAtSlo } from './logout/respond.ts';
import { metadataRoutes } from './metadata.ts';
import { readLoginHint } from './request/loginHint.ts';
import { sendLoginRequest } from './request/loginRequest.ts';

const LOGIN_REQUESTS_PER_MINUTE = 3_000; // of one network, in this process

/** The routes of SAML messages and metadata. Messages prove their origin themselves, so these come before the CSRF protection. */
export function samlRoutes(router: Router, deps: Deps): void {
  router.use(forwardToAcs);
  metadataRoutes(router, deps);
  router.get('/saml/login/:provider', rateLimit(deps, LOGIN_REQUESTS_PER_MINUTE), async (req, res) => {
    const provider = await findProviderAt(deps.store.db, res.locals.domain.id, String(req.params.provider));
    if (!provider?.enabled)
      throw new NotFound('This login is not available. Go to the Log-In screen and choose another one.');
    const path = returnPath(req.query.return, res.locals.domain.url);
    const [restarted, forceAuthn] = ['again' in req.query, 'other' in req.query];
    // A login that is started again comes with the cookie that says so.
    if (restarted && isWithoutCookies(req)) throw cookiesBlocked(withQuery(req.path, { return: path }));
    const [autoLogin, loginHint] = ['auto' in req.query, readLoginHint(req)];
    const start = { returnPath: path, restarted, forceAuthn, autoLogin, loginHint };
    await sendLoginRequest(deps, req, res, provider, start);
  });
  router.all(ACS_PATH, async (req, res) => {
    // A response by another binding is refused and recorded, so that a Power User finds it in Login activity.
    if (req.method === 'POST' || 'SAMLResponse' in req.query) return logIn(deps, req, res);
    res.setHeader('allow', 'POST');
    throw new AppError(405, 'This address is for identity providers. To log in, go to the Log-In screen.');
  });
  router.all(SLO_PATH, (req, res) => receiveAtSlo(deps, req, res));
}

async function logIn(deps: Deps, req: Request, res: Response): Promise<void> {
  const result = await receiveResponse(deps, req, res.locals.domain);
  if ('test' in result) return res.redirect(303, result.url + testPath(result.test.id));
  if (result.provider) forgetSent(req, res);
  if (result.ok) await completeLogin(deps, req, res, result);
  else if (result.healed) heal(req, res, result);
  else refusalPage(res, result);
}

/**
 * The ACS path of a domain's own leads to the ACS, with the form that was sent (RFC 9110 15.4.8): the cookies of logins are for /saml only.
 */
function forwardToAcs(req: Request, res: Response, next: NextFunction): void {
  const { acsPath } = res.locals.domain;
  if (acsPath === null || req.path !== acsPath) next();
  else res.redirect(307, req.originalUrl.replace(/^[^?]*/, ACS_PATH));
}
