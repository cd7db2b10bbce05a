import type { Request, Response } from 'express';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../errors.ts';
import { hashToken, newToken } from '../../identifier.ts';
import { limitsOf } from '../../login/sessionLimits.ts';
import { insertPendingLogin } from '../../store/pendingLogins.ts';
import type { User } from '../../store/users.ts';
import { isWithoutCookies } from '../../web/cookies.ts';
import { isHttps } from '../../web/domain.ts';
import { rememberProvider } from '../../web/lastProvider.ts';
import { clientOf, type LoginFacts } from '../../web/request.ts';
import { returnPath } from '../../web/returnPath.ts';
import { endSession, startSession } from '../../web/session.ts';
import { clearBrowserSecret } from '../request/loginRequest.ts';
import { isLoggedOut, type SessionAtProvider, sessionAtProvider } from '../verify/loggedOut.ts';
import type { AcceptedLogin } from './receive.ts';

const ASK_MS = 5 * 60_000;

/** The page that asks whether to switch to another person (personSwitch.ts). */
export const SWITCH = '/saml/switch';

/** A verified login that waits for the person to confirm the switch, or for the browser to return a cookie. */
export type PendingLogin = {
  userId: string;
  login: LoginFacts;
  session: SessionAtProvider;
  destination: string;
  activityId: string; // its row of Login activity, which says that it waits
};

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

/** Keeps a verified login for five minutes. If someone else is logged in, they are asked whether to switch. */
async function holdLogin(deps: Deps, req: Request, res: Response, pending: PendingLogin): Promise<void> {
  const token = newToken(deps);
  await insertPendingLogin(deps.store.db, {
    tokenHash: hashToken(token),
    loginJson: JSON.stringify(pending),
    expiresAt: deps.now() + ASK_MS,
  });
  const options = { path: SWITCH, httpOnly: true, sameSite: 'lax', secure: isHttps(req), maxAge: ASK_MS } as const;
  res.cookie(switchCookie(req), token, options);
  res.redirect(303, isWithoutCookies(req) ? `${SWITCH}?held=1` : SWITCH);
}

/** Returns the name of the cookie with the token of a login that waits. */
export function switchCookie(req: Request): string {
  return isHttps(req) ? '__Secure-anteroom-switch' : 'anteroom-switch';
}

/**
 * Starts the session of a login through a provider, unless a logout has ended it there since the assertion was checked: the logout may come
 * at the same moment, or while the person is asked whether to switch.
 * @throws AppError
 */
export async function startSamlSession(
  deps: Deps,
  req: Request,
  res: Response,
  user: User,
  { login, session }: Pick<PendingLogin, 'login' | 'session'>,
): Promise<void> {
  await startSession(deps, req, res, user, login);
  if (!(await isLoggedOut(deps.store.db, deps.now(), session))) return;
  await endSession(req, res);
  throw new AppError(403, 'You were logged out at the identity provider in the meantime. Log in again.', {
    title: 'You are logged out',
    tryAgain: `/saml/login/${session.providerId}`,
  });
}
