import type { Deps } from '../deps.ts';
import { describeCertificate } from '../federation/certificate.ts';
import { isProven, testedOf } from '../federation/loginTests.ts';
import { isOpenHttp } from '../network.ts';
import { domainPath, providerPath, providersPath } from '../paths.ts';
import { type Domain, listDomainKeys, listDomains } from '../store/domains.ts';
import { type IdentityProvider, listProviders } from '../store/identityProviders.ts';
import type { HealthItem } from './item.ts';
import { expiryText, possessive, SOON_MS } from './sentences.ts';

/** Finds domains that are not set up or use plain HTTP, whose certificate expires, and whose Default Provider or Auto Login needs attention. */
export async function checkDomains(deps: Deps): Promise<HealthItem[]> {
  const { db } = deps.store;
  const [domains, providers] = [await listDomains(db), await listProviders(db)];
  const found = await Promise.all(
    domains.map(async (domain) => [
      ...setupItems(domain),
      ...(await certificateItems(deps, domain)),
      ...(await defaultProviderItems(deps, domain, providers)),
    ]),
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

/** The certificate that requests are signed with: providers that check its dates refuse them afterwards. */
async function certificateItems({ store, now }: Deps, { id, url }: Domain): Promise<HealthItem[]> {
  const [key] = await listDomainKeys(store.db, id);
  if (!key) return [];
  const { notAfter } = describeCertificate(key.certificate);
  if (notAfter > now() + SOON_MS) return [];
  return [
    {
      code: 'own_certificate',
      severity: notAfter <= now() ? 'danger' : 'warning',
      subject: id,
      text: `${possessive(new URL(url).host)} certificate ${expiryText(notAfter, now())}`,
      detail: 'It signs login requests. Create the next key, and give its metadata to the identity providers.',
      href: domainPath(id),
      endsAt: notAfter,
    },
  ];
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
