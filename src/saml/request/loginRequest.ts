import type { Request, Response } from 'express';
import type { Deps } from '../../deps.ts';
import { findSigningKey } from '../../federation/domains.ts';
import { hashToken, newToken } from '../../identifier.ts';
import type { Domain } from '../../store/domains.ts';
import type { IdentityProvider } from '../../store/identityProviders.ts';
import { insertLoginRequest } from '../../store/loginRequests.ts';
import { readCrossSiteCookie, setCrossSiteCookie } from '../../web/cookies.ts';
import { allowFormTo } from '../../web/headers.ts';
import { createAuthnRequest, type OutgoingRequest } from './serviceProvider.ts';

const REQUEST_MS = 10 * 60_000;
const BROWSER = 'request'; // the cookie that binds login requests to this browser
const SECRET = /^[\w-]{43}$/;

/** Where to return to after the login, a checked path, and whether it is a Test login of a Power User, which starts no session. */
type Start = { returnPath: string; test: boolean };

/** Sends this browser to a provider with a login request, by redirect or by a form that submits automatically. */
export async function sendLoginRequest(
  deps: Deps,
  req: Request,
  res: Response,
  provider: IdentityProvider,
  start: Start,
): Promise<void> {
  // All tabs of a browser share one secret, so that a second request does not invalidate the first.
  const browser = readBrowserSecret(req) ?? newToken(deps);
  setCrossSiteCookie(req, res, BROWSER, browser, REQUEST_MS);
  const request = await createLoginRequest(deps, res.locals.domain, provider, { browser, ...start });
  const { url, fields } = request;
  // A Test login starts with a form, and CSP form-action forbids a redirect to another origin: a page leads on.
  if (fields === undefined && !start.test) return res.redirect(303, url);
  if (fields !== undefined) allowFormTo(res, url);
  res.render('saml/request/loginRequest', { provider, url, fields });
}

/** Returns the secret that binds login requests to this browser, or undefined. */
export function readBrowserSecret(req: Request): string | undefined {
  const secret = readCrossSiteCookie(req, BROWSER);
  return secret !== undefined && SECRET.test(secret) ? secret : undefined;
}

async function createLoginRequest(
  deps: Deps,
  domain: Domain,
  provider: IdentityProvider,
  { browser, returnPath, test }: Start & { browser: string },
): Promise<OutgoingRequest> {
  const now = deps.now();
  // An ID is an NCName: it must not start with a digit (saml-core 1.3.4).
  const id = `_${deps.randomBytes(20).toString('hex')}`;
  const relayState = newToken(deps);
  const { forceAuthn } = provider.settings;
  await insertLoginRequest(deps.store.db, {
    id,
    relayState,
    providerId: provider.id,
    domainId: domain.id,
    browserHash: hashToken(browser),
    returnPath,
    forceAuthn: forceAuthn ? 1 : 0,
    test: test ? 1 : 0,
    createdAt: now,
    expiresAt: now + REQUEST_MS,
  });
  const key = await findSigningKey(deps, domain.id);
  return createAuthnRequest(domain, provider, key, { id, relayState, forceAuthn });
}
