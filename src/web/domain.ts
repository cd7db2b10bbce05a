import type { RequestHandler } from 'express';
import type { Deps } from '../deps.ts';
import { AppError } from '../errors.ts';
import { findDomainByHost } from '../store/domains.ts';

/**
 * Picks the domain that the Host header names, and nothing else is ever taken from that header: addresses come from the domain's URL.
 * A host that is no domain's gets 421 (RFC 9110 15.5.20).
 */
export function pickDomain(deps: Deps): RequestHandler {
  return async (req, res, next) => {
    const domain = await findDomainByHost(deps.store.db, (req.host ?? '').toLowerCase());
    if (!domain) throw new AppError(421, 'This server does not answer at this address.');
    res.locals.domain = domain;
    // Whether cookies are Secure follows the domain's own address, also behind a proxy that takes TLS off.
    Object.defineProperty(req, 'secure', { value: domain.url.startsWith('https:') });
    next();
  };
}
