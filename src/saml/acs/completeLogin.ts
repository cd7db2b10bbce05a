import type { Request, Response } from 'express';
import type { Deps } from '../../deps.ts';
import { limitsOf } from '../../login/sessionLimits.ts';
import { rememberProvider } from '../../web/lastProvider.ts';
import { clientOf, type LoginFacts } from '../../web/request.ts';
import { returnPath } from '../../web/returnPath.ts';
import { clearBrowserSecret } from '../request/loginRequest.ts';
import { sessionAtProvider } from '../verify/loggedOut.ts';
import { holdLogin } from './personSwitch.ts';
import type { AcceptedLogin } from './receive.ts';
import { startSamlSession } from './startSamlSession.ts';

/**
 * Completes an accepted login: starts the session and redirects to the page that was asked for. If the login is IdP-initiated and another
 * person is logged in with this browser, asks first whether to switch; if the browser has no cookie at all, checks first that it keeps one.
 */
export async function completeLogin(deps: Deps, req: Request, res: Response, accepted: AcceptedLogin): Promise<void> {
  const { user, request, relayState, activityId } = accepted;
  const login = loginFacts(deps, req, res, accepted);
  const session = sessionAtProvider({ provider: accepted.provider, content: accepted.assertion });
  const destination = request?.returnPath ?? returnPath(relayState, res.locals.domain.url);
  if (accepted.asksToSwitch || accepted.checksCookies)
    return holdLogin(deps, req, res, { userId: user.id, login, session, destination, activityId });
  if (request) clearBrowserSecret(req, res, request.id);
  await startSamlSession(deps, req, res, user, { login, session });
  rememberProvider(req, res, accepted.provider.id);
  res.status(303).location(destination).end(); // no body: browsers do not show it
}

function loginFacts(deps: Deps, req: Request, res: Response, { provider, assertion }: AcceptedLogin): LoginFacts {
  const now = deps.now();
  const limits = limitsOf(res.locals.domain);
  // The skew applies as in the check: a session that ends before it starts would send the person to the provider and back forever.
  const endAtProvider = (assertion.sessionNotOnOrAfter ?? Infinity) + provider.settings.clockSkewSeconds * 1_000;
  return {
    method: 'saml',
    domainId: res.locals.domain.id,
    providerId: provider.id,
    nameId: assertion.nameId?.value,
    nameIdFormat: assertion.nameId?.format,
    nameQualifier: assertion.nameId?.nameQualifier,
    spNameQualifier: assertion.nameId?.spNameQualifier,
    sessionIndex: assertion.sessionIndex,
    at: now,
    endsAt: Math.min(now + limits.longestMs, endAtProvider), // the provider can only shorten the session (saml-core 2.7.2)
    ...limits,
    ...clientOf(req),
  };
}
