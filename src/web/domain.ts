import type { Express, Request, RequestHandler } from 'express';
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
    next();
  };
}

/** Lets `req.secure`, and with it the cookies, follow the address of the domain that was picked: a proxy may take TLS off. */
export function knowScheme(app: Express): void {
  Object.defineProperty(app.request, 'secure', {
    get(this: Request) {
      return this.res?.locals.domain?.url.startsWith('https:') ?? false;
    },
  });
}

/** A port that goes without saying (RFC 9110 4.2) is left out of a domain's address, but some proxies write it. */
async function findDomain(db: Db, host: string): Promise<Domain | undefined> {
  const found = await findDomainByHost(db, host);
  const [, name, port] = /^(.+):(443|80)$/.exec(host) ?? [];
  if (found || name === undefined) return found;
  const bare = await findDomainByHost(db, name);
  return bare?.url.startsWith(port === '443' ? 'https:' : 'http:') ? bare : undefined;
}
