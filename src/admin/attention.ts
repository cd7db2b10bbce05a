import type { Deps } from '../deps.ts';
import { domainsOfProviders } from '../federation/providers.ts';
import { explain } from '../federation/reasons.ts';
import { isOpenHttp } from '../network.ts';
import { readIntranetSettings } from '../people/intranetSettings.ts';
import { tokenStateOf } from '../sources/tokens.ts';
import { type Domain, listDomains } from '../store/domains.ts';
import { type IdentityProvider, listProviders } from '../store/identityProviders.ts';
import { countRefusedPeople, hasWorked } from '../store/loginCounts.ts';
import { listRefreshes, type MetadataRefresh } from '../store/metadataRefreshes.ts';
import { listSources, listSourceTokens, type ProfileSource } from '../store/profileSources.ts';
import { countPowerUsers } from '../store/users.ts';
import { withQuery } from '../web/query.ts';
import { noticesOf } from './profile-sources/notices.ts';
import { ACTIVITY, domainPath, providerPath, providersPath, SAML } from './saml/paths.ts';
import { refreshItems } from './saml/refreshAttention.ts';

const DAY_MS = 86_400_000;
const SOON_MS = 30 * DAY_MS;
const SILENT_DAYS = 14;

/** An entry of Needs attention. `code` is shown in monospace after the detail; a POST to `dismissal` hides the entry. */
export type Attention = {
  kind: 'danger' | 'warning';
  icon: string;
  text: string;
  detail: string;
  code?: string;
  href: string;
  dismissal?: string;
};

/** Returns what needs attention about logins, the domains first. */
export async function findAttention(deps: Deps): Promise<Attention[]> {
  const { db } = deps.store;
  const [domains, providers] = [await listDomains(db), await listProviders(db)];
  const [domainsOf, refreshes] = [await domainsOfProviders(db), await listRefreshes(db)];
  const ofDomains = await Promise.all(domains.map((domain) => domainItems(deps, domain, providers)));
  const ofProviders = providers
    .filter((provider) => provider.enabled)
    .flatMap((provider) =>
      providerItems(provider, {
        href: homeOf(provider, domains, domainsOf(provider.id)),
        now: deps.now(),
        refresh: refreshes.find(({ providerId }) => providerId === provider.id),
      }),
    );
  const refused = await countRefusedPeople(db, deps.now() - DAY_MS);
  return [...ofDomains.flat(), ...ofProviders, ...refused.map(refusedItem)];
}

/** Returns what needs attention about the intranet: once people log in through a provider, they need a help contact. */
export async function findIntranetAttention({ store }: Deps): Promise<Attention[]> {
  const isInUse = (await listProviders(store.db)).some(({ enabled }) => enabled);
  const { helpAddress } = await readIntranetSettings(store.db);
  return isInUse && helpAddress === '' ? [noHelpContact] : [];
}

const noHelpContact: Attention = {
  kind: 'warning',
  icon: 'lifebuoy',
  text: 'There is no help contact',
  detail: 'People whose login fails see no one to ask. Enter an e-mail or web address.',
  href: '/settings/general',
};

/**
 * Returns what needs attention about profile sources: tokens that expire or have expired, enabled sources without requests, what their
 * rights left out, and that they manage all Power Users.
 */
export async function findSourceAttention(deps: Deps): Promise<Attention[]> {
  const sources = await listSources(deps.store.db);
  const items = await Promise.all(sources.filter(({ active }) => active).map((source) => sourceItems(deps, source)));
  return [...(await powerUserItems(deps)), ...items.flat(), ...(await noticesOf(deps, sources))];
}

async function domainItems(deps: Deps, domain: Domain, providers: IdentityProvider[]): Promise<Attention[]> {
  const { host } = new URL(domain.url);
  const items: Attention[] = [];
  if (isOpenHttp(domain.url))
    items.push({
      kind: 'warning',
      icon: 'lock-open',
      text: `${host} uses plain HTTP`,
      detail: 'Anyone on the network can read and change its traffic. Add the domain with https.',
      href: domainPath(domain.id),
    });
  if (domain.setUpAt === null)
    items.push({
      kind: 'warning',
      icon: 'world',
      text: `${host} is not set up`,
      detail: 'It has no signing key yet. Click Setup Domain.',
      href: domainPath(domain.id),
    });
  return [...items, ...(await defaultProviderItems(deps, domain, host, providers))];
}

async function defaultProviderItems(
  deps: Deps,
  domain: Domain,
  host: string,
  providers: IdentityProvider[],
): Promise<Attention[]> {
  const provider = providers.find(({ id }) => id === domain.defaultProviderId);
  if (!provider) return [];
  if (!provider.enabled)
    return [
      {
        kind: 'danger',
        icon: 'plug-connected-x',
        text: `The Default Provider of ${host} is disabled`,
        detail: `Enable ${provider.name}, or make another provider the default.`,
        href: providersPath(domain.id),
      },
    ];
  if (!domain.autoLogin || (await hasWorked(deps.store.db, domain.id, provider.id))) return [];
  return [
    {
      kind: 'warning',
      icon: 'login-2',
      text: `Auto Login for ${host} has not been tested`,
      detail: `There are no logins through ${provider.name} yet. Use Test login before people depend on it.`,
      href: providerPath(domain.id, provider.id),
    },
  ];
}

/** The path of a provider's screen, below the domain whose default it is, one that uses it, or the first one. */
function homeOf(provider: IdentityProvider, domains: Domain[], [used]: Domain[]): string {
  const home = domains.find((domain) => domain.defaultProviderId === provider.id) ?? used ?? domains[0];
  return home ? providerPath(home.id, provider.id) : SAML;
}

type AboutProvider = { href: string; now: number; refresh: MetadataRefresh | undefined };

function providerItems({ name, facts, settings }: IdentityProvider, about: AboutProvider): Attention[] {
  const { href, now, refresh } = about;
  const items: Attention[] = refreshItems(name, href, refresh);
  // The last one to expire counts: once the next certificate is imported, nothing is urgent. A bare key does not expire.
  const end = Math.max(...facts.certificates.map(({ notAfter }) => notAfter ?? Number.POSITIVE_INFINITY));
  if (facts.certificates.length > 0 && end <= now + SOON_MS)
    items.push({
      kind: end <= now ? 'danger' : 'warning',
      icon: 'certificate',
      text: `${possessive(name)} certificate ${expiryText(end, now)}`,
      detail: 'Logins still work. When the provider publishes its next certificate, refresh its metadata.',
      href,
    });
  if (settings.allowSha1)
    items.push({
      kind: 'warning',
      icon: 'shield-half',
      text: `${name} may use SHA-1 signatures`,
      detail: 'SHA-1 signatures can be forged. Turn this off when the provider signs with SHA-256.',
      href,
    });
  return items;
}

function refusedItem({ reason, people }: { reason: string; people: number }): Attention {
  const { title } = explain(reason, undefined);
  return {
    kind: 'danger',
    icon: 'user-x',
    text: `${people === 1 ? '1 person was' : `${people.toLocaleString('en')} people were`} refused in the last 24 hours`,
    detail: `${title.charAt(0).toUpperCase()}${title.slice(1)}:`,
    code: reason,
    href: withQuery(ACTIVITY, { q: reason, outcome: 'refused' }),
  };
}

async function sourceItems({ store, now }: Deps, source: ProfileSource): Promise<Attention[]> {
  const { name, id, lastCallAt } = source;
  const href = `/settings/profile-sources/scim/${id}`;
  const token = tokenStateOf(await listSourceTokens(store.db, id), now());
  if (token.kind === 'expired' || token.kind === 'none')
    return [
      {
        kind: 'danger',
        icon: 'key',
        text: token.kind === 'none' ? `${name} has no token` : `All tokens of ${name} have expired`,
        detail: 'All its requests are refused. Generate a new key and enter it at the provider.',
        href,
      },
    ];
  const items: Attention[] = [];
  if (token.kind === 'expiresSoon')
    items.push({
      kind: 'warning',
      icon: 'key',
      text: `The token of ${name} expires in ${atLeastADay(token.at - now())}`,
      detail: 'Generate a new key, and keep the old one valid until you have entered the new one at the provider.',
      href,
    });
  if (lastCallAt !== null && now() - lastCallAt >= SILENT_DAYS * DAY_MS)
    items.push({
      kind: 'warning',
      icon: 'plug-connected',
      text: `${name} has sent no requests for ${atLeastADay(now() - lastCallAt)}`,
      detail: 'People deactivated at the provider may still be active here. Check that it is still connected.',
      href,
    });
  return items;
}

async function powerUserItems({ store }: Deps): Promise<Attention[]> {
  const { active, unmanaged } = await countPowerUsers(store.db);
  if (active === 0 || unmanaged > 0) return [];
  return [
    {
      kind: 'warning',
      icon: 'user-shield',
      text: 'All Power Users are managed by profile sources',
      detail: 'The provider can deactivate all of them but one. Add a Power User by hand, with a local password.',
      href: '/settings/people/new',
    },
  ];
}

function possessive(name: string): string {
  return `${name}${name.endsWith('s') ? '’' : '’s'}`;
}

function expiryText(end: number, now: number): string {
  const days = Math.floor(Math.abs(end - now) / DAY_MS);
  const span = inDays(days);
  if (end <= now) return days === 0 ? 'expired today' : `expired ${span} ago`;
  return days === 0 ? 'expires today' : `expires in ${span}`;
}

function atLeastADay(time: number): string {
  return inDays(Math.max(1, Math.floor(time / DAY_MS)));
}

function inDays(count: number): string {
  return count === 1 ? '1 day' : `${count} days`;
}
