import type { Request, Response } from 'express';
import type { Deps } from '../../deps.ts';
import { Conflict } from '../../errors.ts';
import { findSigningKey } from '../../federation/domainKeys.ts';
import { hashToken, newToken } from '../../identifier.ts';
import type { Domain } from '../../store/domains.ts';
import type { IdentityProvider } from '../../store/identityProviders.ts';
import { insertLoginRequest } from '../../store/loginRequests.ts';
import { type LoginTest, writeTestRequest } from '../../store/loginTests.ts';
import { clearCrossSiteCookie, crossSiteNames, readCrossSiteCookie, setCrossSiteCookie } from '../../web/cookies.ts';
import { allowFormTo } from '../../web/headers.ts';
import { rememberSent } from '../../web/sentLogin.ts';
import { keepsMessages, sealRequest } from '../messages/keep.ts';
import { countLoginRequest } from '../traffic.ts';
import { newMessageId, type SentMessage } from './bindings.ts';
import { createAuthnRequest } from './serviceProvider.ts';

const REQUEST_MS = 10 * 60_000;
const MOST_AT_ONCE = 10;
const COOKIE = 'request-'; // and a part of the request's ID: these cookies bind login requests to this browser
const SENT_ALREADY = 'This test has started already. Start it again.';
const VALUE = /^([\w-]{43})\.(_[0-9a-f]{40})$/; // a secret, and the ID of its request

/** What tells RelayState that the login was started again: the request may be forgotten until the response comes. */
export const RESTARTED = '.again';

/** How a login starts: where to return to afterwards, a checked path, and whether the provider must ask the person to log in again. */
export type Start = {
  returnPath: string;
  test?: LoginTest; // which starts no session
  forceAuthn?: boolean;
  restarted?: boolean; // automatically, after a response that could not be used
  autoLogin?: boolean; // Auto Login, not a person, chose the provider
  loginHint?: string | undefined; // the e-mail address that the person typed first
};

/** Sends this browser to a provider with a login request, by redirect or by a form that submits automatically. */
export async function sendLoginRequest(
  deps: Deps,
  req: Request,
  res: Response,
  provider: IdentityProvider,
  start: Start,
): Promise<void> {
  const id = newMessageId(deps);
  const browser = newToken(deps);
  const others = crossSiteNames(req, COOKIE);
  for (const name of others.slice(0, Math.max(0, others.length - MOST_AT_ONCE + 1)))
    clearCrossSiteCookie(req, res, name);
  const expiresAt = start.test?.expiresAt ?? deps.now() + REQUEST_MS;
  setCrossSiteCookie(req, res, cookieOf(id), `${browser}.${id}`, expiresAt - deps.now());
  const { url, fields } = await createLoginRequest(deps, res.locals.domain, provider, {
    id,
    browser,
    expiresAt,
    ...start,
  });
  if (!start.test) {
    countLoginRequest(deps, req, provider.id, others.length);
    rememberSent(req, res, { providerId: provider.id, at: deps.now() });
  }
  // These start with a form, and CSP form-action forbids a redirect to another origin: a page leads on.
  const afterForm = start.test !== undefined || start.loginHint !== undefined;
  if (fields === undefined && !afterForm) return res.redirect(303, url);
  if (fields !== undefined) allowFormTo(res, url);
  res.render('saml/request/loginRequest', { provider, url, fields });
}

/** Returns the secret that binds a login request to this browser, or undefined. Each has its own: tabs that open at once must not share one. */
export function readBrowserSecret(req: Request, requestId: string): string | undefined {
  const [, secret, id] = VALUE.exec(readCrossSiteCookie(req, cookieOf(requestId)) ?? '') ?? [];
  return id === requestId ? secret : undefined;
}

/** Returns the IDs of the login requests that this browser says it made: at most ten, the newest of its cookies. */
export function requestIdsOf(req: Request): string[] {
  const names = crossSiteNames(req, COOKIE).slice(-MOST_AT_ONCE);
  return names.flatMap((name) => VALUE.exec(readCrossSiteCookie(req, name) ?? '')?.[2] ?? []);
}

/** Forgets that a login request was made by this browser. */
export function clearBrowserSecret(req: Request, res: Response, requestId: string): void {
  clearCrossSiteCookie(req, res, cookieOf(requestId));
}

function cookieOf(requestId: string): string {
  return `${COOKIE}${hashToken(requestId).slice(0, 8)}`;
}

type NewRequest = { id: string; browser: string; expiresAt: number };

async function createLoginRequest(
  deps: Deps,
  domain: Domain,
  provider: IdentityProvider,
  { id, browser, expiresAt, returnPath, test, restarted, autoLogin, ...start }: Start & NewRequest,
): Promise<SentMessage> {
  const relayState = newToken(deps) + (restarted ? RESTARTED : '');
  const forceAuthn = start.forceAuthn || provider.settings.forceAuthn;
  if (test && !(await writeTestRequest(deps.store.db, test.id, id))) throw new Conflict(SENT_ALREADY);
  const key = await findSigningKey(deps, domain.id);
  const request = { id, relayState, forceAuthn, loginHint: start.loginHint };
  const sent = await createAuthnRequest(domain, provider, key, request);
  await insertLoginRequest(deps.store.db, {
    id,
    relayState,
    providerId: provider.id,
    domainId: domain.id,
    browserHash: hashToken(browser),
    returnPath,
    forceAuthn: forceAuthn ? 1 : 0,
    test: test ? 1 : 0,
    restarted: restarted ? 1 : 0,
    createdAt: deps.now(),
    expiresAt,
    usedAt: null,
    automatic: autoLogin ? 1 : 0,
    messageSealed: (await keepsMessages(deps)) ? sealRequest(deps, sent.xml) : null,
  });
  return sent;
}
