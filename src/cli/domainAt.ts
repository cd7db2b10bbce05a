import type { Deps } from '../deps.ts';
import { type Domain, listDomains } from '../store/domains.ts';
import { Refused } from './command.ts';

/** Returns the domain with a URL, or with a host if there is no scheme. @throws Refused */
export async function domainAt({ store }: Deps, entered = ''): Promise<Domain> {
  const url = /^https?:\/\//i.test(entered) ? entered : `https://${entered}`;
  const wanted = URL.canParse(url) ? new URL(url) : undefined;
  const domains = await listDomains(store.db);
  const found =
    domains.find((domain) => domain.url === wanted?.origin || domain.id === entered) ??
    domains.find((domain) => url !== entered && new URL(domain.url).host === wanted?.host);
  if (!found) throw new Refused(`There is no domain ${entered}. Domains: ${domains.map(({ url }) => url).join(', ')}.`);
  return found;
}
