import type { Request, Response } from 'express';
import type { ReasonCode } from '../../federation/reasons.ts';
import { crossSiteNames, readCrossSiteCookie, setCrossSiteCookie } from '../../web/cookies.ts';
import { withQuery } from '../../web/query.ts';
import { returnPath } from '../../web/returnPath.ts';
import { RESTARTED } from '../request/loginRequest.ts';
import type { LoginContext } from '../verify/check.ts';
import { isUsable } from '../verify/lookUp.ts';
import type { RefusedLogin } from './receive.ts';

/** How a refused login goes on: the browser is logged in already, or a new login request is sent. The response itself stays refused. */
export type Healed = 'continued' | 'started_again';

/** What people do: Back, a reload, a bookmark of the provider's page, a page left open overnight. Each comes after the signature was verified. */
const HEALED: ReadonlySet<ReasonCode> = new Set(['request_unknown', 'request_other_browser', 'assertion_replayed']);
const HEALED_IF_OLD: ReadonlySet<ReasonCode> = new Set([
  'confirmation_expired',
  'conditions_expired',
  'session_expired',
]);

const TOKEN = /^[\w-]{43}$/; // a RelayState of ours
const AGAIN = 'again'; // the cookie of a browser whose login was started again, with the ID of the request that the response named
const AGAIN_MS = 2 * 60_000;

/** Returns the page that the person wanted: that of the login request, or of a RelayState from the provider's tile. */
export function returnPathOf(req: Request, { claimedRequest, domainId, relayState }: LoginContext): string {
  if (claimedRequest?.domainId === domainId) return claimedRequest.returnPath;
  return returnPath(relayState, req.res?.locals.domain.url ?? '');
}

/** Returns how a refused login goes on, or undefined if a page has to say what happened. @param present who is logged in with this browser */
export function healingOf(req: Request, login: LoginContext, present: string | undefined): Healed | undefined {
  const { refusal, claimedRequest, ownRequest, provider, now } = login;
  if (!refusal || !provider?.enabled || claimedRequest?.test || ownRequest?.test) return undefined;
  const isOld = claimedRequest !== undefined && !isUsable(claimedRequest, now);
  if (!HEALED.has(refusal.reason) && !(isOld && HEALED_IF_OLD.has(refusal.reason))) return undefined;
  if (present !== undefined) return 'continued';
  return mayStartAgain(req, login) ? 'started_again' : undefined;
}

/** Sends the browser on. */
export function heal(req: Request, res: Response, refused: RefusedLogin): void {
  const { healed, provider, returnPath: path, requestId = 'none' } = refused;
  if (healed === 'started_again') setCrossSiteCookie(req, res, AGAIN, requestId, AGAIN_MS);
  const startAgain = withQuery(`/saml/login/${provider?.id}`, { return: path, again: '1' });
  res.redirect(303, healed === 'continued' ? path : startAgain);
}

/**
 * A login is started again once, or a provider that never sends what was asked for would keep the browser busy forever. The login request
 * knows that, or a cookie, or RelayState: with cookies blocked and a wrong InResponseTo, only the latter is left.
 */
function mayStartAgain(req: Request, { claimedRequest, relayState = '' }: LoginContext): boolean {
  const before = readCrossSiteCookie(req, AGAIN);
  // Several tabs may be started again at once, each by a request of its own.
  if (claimedRequest) return claimedRequest.restarted === 0 && before !== claimedRequest.id;
  if (before !== undefined || relayState.endsWith(RESTARTED)) return false;
  return TOKEN.test(relayState) || crossSiteNames(req, '').length > 0;
}
