import type { Request } from 'express';
import type { Deps } from '../deps.ts';
import { countReceived, countSent } from '../federation/traffic.ts';
import { clientNetwork, isOpenHttp } from '../network.ts';
import { attributeOf } from '../xml/tree.ts';
import type { LoginContext } from './verify/check.ts';
import { parseDateTime } from './verify/elements.ts';

/**
 * Counts a login that is sent to a provider, if a person may come back from it: programs that watch the intranet do not log in, and a
 * browser with an open login request tries again.
 */
export function countLoginRequest(deps: Deps, req: Request, providerId: string, openRequests: number): void {
  const { domain } = req.res?.locals ?? {};
  if (domain && openRequests === 0 && isNavigation(req, domain.url))
    countSent(deps, { providerId, domainId: domain.id }, clientNetwork(req.ip ?? ''));
}

/** Counts a response that names a login request of its domain, whatever becomes of the login. */
export function countResponse(deps: Deps, { claimedRequest, domainId, assertion, request, now }: LoginContext): void {
  if (claimedRequest?.domainId !== domainId) return;
  // Only a response that is signed and new tells something about the clock of its provider.
  const issuedAt = assertion && request ? parseDateTime(attributeOf(assertion, 'IssueInstant') ?? '') : undefined;
  countReceived(deps, claimedRequest, issuedAt === undefined ? undefined : now - issuedAt);
}

/** Whether a browser opens a page, and not in advance. At plain http, browsers do not say so. */
function isNavigation(req: Request, url: string): boolean {
  const mode = req.get('sec-fetch-mode');
  if (req.get('sec-purpose')?.includes('prefetch')) return false;
  return mode === 'navigate' || (mode === undefined && isOpenHttp(url));
}
