import type { Deps } from '../deps.ts';
import { isProven, testedOf } from '../federation/loginTests.ts';
import { isOpenHttp } from '../network.ts';
import { domainPath, providerPath, providersPath } from '../paths.ts';
import { type Domain, listDomains } from '../store/domains.ts';
import { type IdentityProvider, listProviders } from '../store/identityProviders.ts';
import type { HealthItem } from './item.ts';

/** Finds domains that are not set up or use plain HTTP, and whose Default Provider or Auto Login needs attention. */
export async function checkDomains(deps: Deps): Promise<HealthItem[]> {
  const { db } = deps.store;
  const [domains, providers] = [await listDomains(db), await listProviders(db)];
  const found = await Promise.all(
    domains.map(async (domain) => [...setupItems(domain), ...(await defaultProviderItems(deps, domain, providers))]),
  );
  return found.flat();
}

function setupItems({ id, url, setUpAt }: Domain): HealthItem[] {
  const { host } = new URL(url);
  const items: HealthItem[] = [];
  if (isOpenHttp(url))
    items.push({
      code: 'domain_open_http',
      severity: 'warning',
      subject: id,
      text: `${host} uses plain HTTP`,
      detail: 'Anyone on the network can read and change its traffic. Add the domain with https.',
      href: domainPath(id),
    });
  if (setUpAt === null)
    items.push({
      code: 'domain_not_set_up',
      severity: 'warning',
      subject: id,
      text: `${host} is not set up`,
      detail: 'It has no signing key yet. Click Setup Domain.',
      href: domainPath(id),
    });
  return items;
}

async function defaultProviderItems(deps: Deps, domain: Domain, providers: IdentityProvider[]): Promise<HealthItem[]> {
  const { id, url, defaultProviderId, autoLogin } = domain;
  const provider = providers.find((each) => each.id === defaultProviderId);
  const { host } = new URL(url);
  if (!provider) return [];
  if (!provider.enabled)
    return [
      {
        code: 'default_provider_disabled',
        severity: 'danger',
        subject: id,
        text: `The Default Provider of ${host} is disabled`,
        detail: `Enable ${provider.name}, or make another provider the default.`,
        href: providersPath(id),
      },
    ];
  if (!autoLogin || isProven(await testedOf(deps.store.db, domain, provider))) return [];
  return [
    {
      code: 'auto_login_untested',
      severity: 'warning',
      subject: id,
      text: `Auto Login for ${host} has not been tested`,
      detail: `There are no logins through ${provider.name} yet. Use Test login before people depend on it.`,
      href: providerPath(id, provider.id),
    },
  ];
}
