import type { Deps } from '../deps.ts';
import { domainsOfProviders } from '../federation/providers.ts';
import { providerPath, SAML } from '../paths.ts';
import { type Domain, listDomains } from '../store/domains.ts';
import { type IdentityProvider, listProviders } from '../store/identityProviders.ts';
import { listRefreshes, type MetadataRefresh } from '../store/metadataRefreshes.ts';
import type { HealthItem } from './item.ts';
import { expiryText, possessive, SOON_MS } from './sentences.ts';

/** Finds enabled providers whose metadata waits or could not be refreshed, whose certificates expire, or that may use SHA-1. */
export async function checkProviders(deps: Deps): Promise<HealthItem[]> {
  const { db } = deps.store;
  const enabled = (await listProviders(db)).filter((provider) => provider.enabled);
  const [hrefOf, refreshes] = [await providerScreens(deps), await listRefreshes(db)];
  return enabled.flatMap((provider) => {
    const href = hrefOf(provider);
    const refresh = refreshes.find(({ providerId }) => providerId === provider.id);
    return [
      ...refreshItems(provider, href, refresh),
      ...certificateItems(provider, href, deps.now()),
      ...settingsItems(provider, href),
    ];
  });
}

/** Returns a function to the path of a provider's screen, below the domain whose default it is, one that uses it, or the first one. */
export async function providerScreens({ store }: Deps): Promise<(provider: IdentityProvider) => string> {
  const domains = await listDomains(store.db);
  const domainsOf = await domainsOfProviders(store.db);
  return ({ id }) => {
    const [used]: Domain[] = domainsOf(id);
    const home = domains.find(({ defaultProviderId }) => defaultProviderId === id) ?? used ?? domains[0];
    return home ? providerPath(home.id, id) : SAML;
  };
}

function refreshItems({ id, name, metadataUrl }: IdentityProvider, href: string, refresh: MetadataRefresh | undefined) {
  const items: HealthItem[] = [];
  if (refresh?.waiting)
    items.push({
      code: 'metadata_waits',
      severity: 'warning',
      subject: id,
      text: `Changed metadata of ${name} waits for approval`,
      detail: 'Certificates or URLs have changed. Compare them with the provider, then approve or reject them.',
      href,
    });
  if (refresh?.failure)
    items.push({
      code: 'metadata_refresh',
      severity: 'warning',
      subject: id,
      text: `The metadata of ${name} could not be refreshed`,
      detail: `${refresh.failure} The last good copy stays in use.`,
      provider: {
        id,
        text: `Your metadata could not be fetched from ${metadataUrl ?? 'its URL'}. Please check that it is published there and valid.`,
      },
      href,
    });
  return items;
}

function certificateItems({ id, name, facts }: IdentityProvider, href: string, now: number): HealthItem[] {
  // The last one to expire counts: once the next certificate is imported, nothing is urgent. A bare key does not expire.
  const end = Math.max(...facts.certificates.map(({ notAfter }) => notAfter ?? Number.POSITIVE_INFINITY));
  if (facts.certificates.length === 0 || end > now + SOON_MS) return [];
  return [
    {
      code: 'provider_certificate',
      severity: end <= now ? 'danger' : 'warning',
      subject: id,
      text: `${possessive(name)} certificate ${expiryText(end, now)}`,
      detail: 'Logins still work. When the provider publishes its next certificate, refresh its metadata.',
      provider: {
        id,
        text: `Your certificate for signing ${end <= now ? 'expired' : 'expires'} on ${new Date(end).toISOString().slice(0, 10)}. Please publish the next one in your metadata, and tell us if its URL changes.`,
      },
      href,
      endsAt: end,
    },
  ];
}

function settingsItems({ id, name, settings }: IdentityProvider, href: string): HealthItem[] {
  if (!settings.allowSha1) return [];
  return [
    {
      code: 'provider_sha1',
      severity: 'warning',
      subject: id,
      text: `${name} may use SHA-1 signatures`,
      detail: 'SHA-1 signatures can be forged. Turn this off when the provider signs with SHA-256.',
      href,
    },
  ];
}
