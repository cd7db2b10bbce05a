import type { Request, RequestHandler } from 'express';
import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { AppError } from '../errors.ts';
import { refreshAttributes } from '../people/customAttributes.ts';
import { type FoundDomain, findDomainByHost, listDomains } from '../store/domains.ts';

const LONGEST_HOST = 260; // a name of 253 characters, and a port
const NOT_IN_HOSTS = /[^\w.:[\]-]/g;
const MOST_LOGGED = 20;

/**
 * Finds the domain of the Host header. The header is used for nothing else: URLs are built from the domain's URL.
 * Any other host gets 421 (RFC 9110 15.5.20). The page names it; only the log names the domains.
 */
export function pickDomain(deps: Deps): RequestHandler {
  return async (req, res, next) => {
    // Requests such as `OPTIONS *` have no path.
    if (!req.path.startsWith('/')) throw new AppError(400, 'The request could not be understood.');
    const domain = await findDomain(deps.store.db, (req.host ?? '').toLowerCase());
    if (!domain) return refuseHost(deps, req.host ?? '');
    const { attributesVersion } = domain;
    if (attributesVersion !== deps.attributes.version) await refreshAttributes(deps, attributesVersion);
    res.locals.domain = domain;
    next();
  };
}

/** Returns whether the domain of a request uses https. Not req.secure: a reverse proxy may terminate TLS without saying so. */
export function isHttps(req: Request): boolean {
  return req.res?.locals.domain.url.startsWith('https:') ?? false;
}

async function refuseHost({ store, log }: Deps, received: string): Promise<never> {
  const host = received.slice(0, LONGEST_HOST).replace(NOT_IN_HOSTS, '?');
  const domains = (await listDomains(store.db)).slice(0, MOST_LOGGED).map(({ url }) => url);
  log.info({ host, domains }, 'unknown host');
  const named = host === '' ? 'no host' : `the host ${host}`;
  throw new AppError(421, `There is no intranet at this address. The request names ${named}.`);
}

/** Returns the domain of a host. Ignores the default port (RFC 9110 4.2), which some proxies add. */
async function findDomain(db: Db, host: string): Promise<FoundDomain | undefined> {
  const found = await findDomainByHost(db, host);
  const [, name, port] = /^(.+):(443|80)$/.exec(host) ?? [];
  if (found || name === undefined) return found;
  const bare = await findDomainByHost(db, name);
  return bare?.url.startsWith(port === '443' ? 'https:' : 'http:') ? bare : undefined;
}
