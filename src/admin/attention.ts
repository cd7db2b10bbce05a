import type { Deps } from '../deps.ts';
import { explain } from '../federation/reasons.ts';
import { isOpenHttp } from '../network.ts';
import { type Domain, listDomains } from '../store/domains.ts';
import { type IdentityProvider, listProviders } from '../store/identityProviders.ts';
import { countRefusedPeople, hasWorked } from '../store/loginActivity.ts';
import { listSources, listSourceTokens, type ProfileSource } from '../store/profileSources.ts';
import { withQuery } from '../web/query.ts';
import { tokenStateOf } from './profile-sources/tokens.ts';
import { ACTIVITY, domainPath, providerPath, providersPath, SAML } from './saml/paths.ts';

const DAY_MS = 86_400_000;
const SOON_MS = 30 * DAY_MS;
const SILENT_DAYS = 14;

/** Something that a Power User should look at. `code` is shown in monospace after the detail. */
export type Attention = {
  kind: 'danger' | 'warning';
  icon: string;
  text: string;
  detail: string;
  code?: string;
  href: string;
};

/** All that needs attention in how people sign in, the domains first. */
export async function findAttention(deps: Deps): Promise<Attention[]> {
  const { db } = deps.store;
  const [domains, providers] = [await listDomains(db), await listProviders(db)];
  const ofDomains = await Promise.all(domains.map((domain) => domainItems(deps, domain, providers)));
  const ofProviders = providers
    .filter((provider) => provider.enabled)
    .flatMap((provider) => providerItems(provider, homeOf(provider, domains), deps.now()));
  const refused = await countRefusedPeople(db, deps.now() - DAY_MS);
  return [...ofDomains.flat(), ...ofProviders, ...refused.map(refusedItem)];
}

/** What needs attention of the profile sources: tokens that end or have ended, and sources that stopped calling. */
export async function findSourceAttention(deps: Deps): Promise<Attention[]> {
  const sources = await listSources(deps.store.db);
  const items = await Promise.all(sources.filter(({ active }) => active).map((source) => sourceItems(deps, source)));
  return items.flat();
}

async function domainItems(deps: Deps, domain: Domain, providers: IdentityProvider[]): Promise<Attention[]> {
  const { host } = new URL(domain.url);
  const items: Attention[] = [];
  if (isOpenHttp(domain.url))
    items.push({
      kind: 'warning',
      icon: 'lock-open',
      text: `${host} is on plain http`,
      detail: 'What passes there can be read and changed on the way. Add the domain with https.',
      href: domainPath(domain.id),
    });
  if (domain.setUpAt === null)
    items.push({
      kind: 'warning',
      icon: 'world',
      text: `${host} is not set up`,
      detail: 'It has no signing key yet. Press Setup Domain.',
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
        text: `${host} has a Default Provider that is disabled`,
        detail: `Enable ${provider.name}, or choose another one.`,
        href: providersPath(domain.id),
      },
    ];
  if (!domain.autoLogin || (await hasWorked(deps.store.db, domain.id, provider.id))) return [];
  return [
    {
      kind: 'warning',
      icon: 'login-2',
      text: `Auto Login of ${host} has not been tried`,
      detail: `Nobody has come in through ${provider.name} yet. Test it before others need it.`,
      href: providerPath(domain.id, provider.id),
    },
  ];
}

/** The domain below which a provider's Edit screen is shown: one that relies on it, or the first. */
function homeOf(provider: IdentityProvider, domains: Domain[]): string {
  const home = domains.find((domain) => domain.defaultProviderId === provider.id) ?? domains[0];
  return home ? providerPath(home.id, provider.id) : SAML;
}

function providerItems({ name, facts, settings }: IdentityProvider, href: string, now: number): Attention[] {
  const items: Attention[] = [];
  // The last to end: while a next one is imported already, nothing is urgent. A bare key has no end.
  const end = Math.max(...facts.certificates.map(({ notAfter }) => notAfter ?? Number.POSITIVE_INFINITY));
  if (facts.certificates.length > 0 && end <= now + SOON_MS)
    items.push({
      kind: end <= now ? 'danger' : 'warning',
      icon: 'certificate',
      text: `${possessive(name)} certificate ${endText(end, now)}`,
      detail: 'Sign-in goes on working. When the provider has published its next one, fetch its metadata again.',
      href,
    });
  if (settings.allowSha1)
    items.push({
      kind: 'warning',
      icon: 'shield-half',
      text: `${name} may sign with SHA-1`,
      detail: 'Such signatures can be forged with effort. Turn it off once the provider signs with SHA-256.',
      href,
    });
  return items;
}

function refusedItem({ reason, people }: { reason: string; people: number }): Attention {
  const { title } = explain(reason, undefined);
  return {
    kind: 'danger',
    icon: 'user-x',
    text: `${people === 1 ? '1 person' : `${people.toLocaleString('en')} people`} refused in 24 hours`,
    detail: `${title.charAt(0).toUpperCase()}${title.slice(1)}:`,
    code: reason,
    href: withQuery(ACTIVITY, { q: reason, outcome: 'refused' }),
  };
}

async function sourceItems({ store, now }: Deps, source: ProfileSource): Promise<Attention[]> {
  const { name, id, lastCallAt } = source;
  const href = `/settings/profile-sources/scim/${id}`;
  const token = tokenStateOf(await listSourceTokens(store.db, id), now());
  if (token.kind === 'ended' || token.kind === 'none')
    return [
      {
        kind: 'danger',
        icon: 'key',
        text: `No token of ${name} is good any more`,
        detail: 'All that it sends is refused. Generate a new key and give it to the provider.',
        href,
      },
    ];
  const items: Attention[] = [];
  if (token.kind === 'ends-soon')
    items.push({
      kind: 'warning',
      icon: 'key',
      text: `The token of ${name} ends in ${atLeastADay(token.at - now())}`,
      detail: 'Generate a new key, and let the old one stay good until the provider has it.',
      href,
    });
  if (lastCallAt !== null && now() - lastCallAt >= SILENT_DAYS * DAY_MS)
    items.push({
      kind: 'warning',
      icon: 'plug-connected',
      text: `${name} has not called for ${atLeastADay(now() - lastCallAt)}`,
      detail: 'People whom the provider deactivates may still be active here. Look whether it is still connected.',
      href,
    });
  return items;
}

function possessive(name: string): string {
  return `${name}${name.endsWith('s') ? '’' : '’s'}`;
}

function endText(end: number, now: number): string {
  const days = Math.floor(Math.abs(end - now) / DAY_MS);
  const span = inDays(days);
  if (end <= now) return days === 0 ? 'ended today' : `ended ${span} ago`;
  return days === 0 ? 'ends today' : `ends in ${span}`;
}

function atLeastADay(time: number): string {
  return inDays(Math.max(1, Math.floor(time / DAY_MS)));
}

function inDays(count: number): string {
  return count === 1 ? '1 day' : `${count} days`;
}
