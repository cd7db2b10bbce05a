import type { Request, RequestHandler } from 'express';
import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { AppError } from '../errors.ts';
import { type Domain, findDomainByHost } from '../store/domains.ts';

/**
 * Finds the domain that the Host header names. Nothing else is ever taken from that header: addresses come from the domain's URL.
 * Any other host gets 421 (RFC 9110 15.5.20).
 */
export function pickDomain(deps: Deps): RequestHandler {
  return async (req, res, next) => {
    // `OPTIONS *` and the like have no path.
    if (!req.path.startsWith('/')) throw new AppError(400, 'The request could not be understood.');
    const domain = await findDomain(deps.store.db, (req.host ?? '').toLowerCase());
    if (!domain) throw new AppError(421, 'There is no intranet at this address.');
    res.locals.domain = domain;
    next();
  };
}

/** Whether the domain of a request is an https one. Not req.secure: a reverse proxy may terminate TLS without saying so. */
export function isHttps(req: Request): boolean {
  return req.res?.locals.domain.url.startsWith('https:') ?? false;
}

/** Also finds a domain whose URL leaves out the default port (RFC 9110 4.2), which some proxies write. */
async function findDomain(db: Db, host: string): Promise<Domain | undefined> {
  const found = await findDomainByHost(db, host);
  const [, name, port] = /^(.+):(443|80)$/.exec(host) ?? [];
  if (found || name === undefined) return found;
  const bare = await findDomainByHost(db, name);
  return bare?.url.startsWith(port === '443' ? 'https:' : 'http:') ? bare : undefined;
}
