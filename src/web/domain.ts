import type { RequestHandler } from 'express';
import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { AppError } from '../errors.ts';
import { type Domain, findDomainByHost } from '../store/domains.ts';

/**
 * Picks the domain that the Host header names, and nothing else is ever taken from that header: addresses come from the domain's URL.
 * A host that is no domain's gets 421 (RFC 9110 15.5.20).
 */
export function pickDomain(deps: Deps): RequestHandler {
  return async (req, res, next) => {
    // `OPTIONS *` and the like are of no domain.
    if (!req.path.startsWith('/')) throw new AppError(400, 'The request could not be understood.');
    const domain = await findDomain(deps.store.db, (req.host ?? '').toLowerCase());
    if (!domain) throw new AppError(421, 'This server does not answer at this address.');
    res.locals.domain = domain;
    // Whether cookies are Secure follows the domain's own address, also behind a proxy that takes TLS off.
    Object.defineProperty(req, 'secure', { value: domain.url.startsWith('https:') });
    next();
  };
}

/** A port that goes without saying (RFC 9110 4.2) is left out of a domain's address, but some proxies write it. */
async function findDomain(db: Db, host: string): Promise<Domain | undefined> {
  const found = await findDomainByHost(db, host);
  const [, name, port] = /^(.+):(443|80)$/.exec(host) ?? [];
  if (found || name === undefined) return found;
  const bare = await findDomainByHost(db, name);
  return bare?.url.startsWith(port === '443' ? 'https:' : 'http:') ? bare : undefined;
}
