import { counted } from '../counted.ts';
import type { Deps } from '../deps.ts';
import { findSilences } from '../federation/silence.ts';
import type { Silence } from '../federation/traffic.ts';
import { autoLoginPath, providerPath, SAML } from '../paths.ts';
import { type Domain, listDomains } from '../store/domains.ts';
import { listProviders } from '../store/identityProviders.ts';
import type { HealthItem } from './item.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const FROM_ONE =
  'If none of your offices uses it, one person may have started all of these logins without finishing them.';
const INSTEAD = 'Until a response comes back, visitors see the Log-In screen with a notice instead of Auto Login.';

/** Finds providers from which nothing comes back, and domains whose Auto Login was paused because of it. */
export async function checkSilence(deps: Deps): Promise<HealthItem[]> {
  const { db } = deps.store;
  const [domains, providers, silences] = [await listDomains(db), await listProviders(db), await findSilences(deps)];
  const nameOf = (id: string | null) => providers.find((provider) => provider.id === id)?.name ?? 'the provider';
  const silent = silences.flatMap((silence) => {
    const domain = domains.find(({ id }) => id === silence.domainId);
    return domain ? [silentItem(silence, domain, { name: nameOf(silence.providerId), now: deps.now() })] : [];
  });
  const isSilent = ({ id, defaultProviderId }: Domain) =>
    silences.some(({ domainId, providerId }) => domainId === id && providerId === defaultProviderId);
  const paused = domains.filter(({ autoLoginPausedAt }) => autoLoginPausedAt !== null);
  return [...silent, ...paused.map((domain) => pausedItem(domain, nameOf(domain.defaultProviderId), isSilent(domain)))];
}

/** Returns how many logins were sent in which time: '34 logins were sent to Okta in the last hour, 0 came back'. */
export function silenceText({ sent, since }: Silence, name: string, now: number): string {
  return `${counted(sent, 'login was', 'logins were')} sent to ${name} in the last ${spanText(now - since)}, 0 came back`;
}

function silentItem(silence: Silence, domain: Domain, { name, now }: { name: string; now: number }): HealthItem {
  const { domainId, providerId } = silence;
  const { host } = new URL(domain.url);
  const isAutomatic = domain.autoLogin && domain.defaultProviderId === providerId;
  return {
    code: 'logins_not_returned',
    severity: 'danger',
    subject: `${providerId} ${domainId}`,
    text: silenceText(silence, name, now),
    detail: `People who log in at ${host} end at an error page of the provider. Usually the application is deactivated there, or its ACS URL or EntityID is wrong. Compare the values.${silence.from ? ` All came from ${silence.from}. ${FROM_ONE}` : ''}${isAutomatic ? ` ${INSTEAD}` : ''}`,
    href: providerPath(domainId, providerId),
    provider: {
      id: providerId,
      text: `No SAML response has come back since ${new Date(silence.since).toISOString()}, although ${counted(silence.sent, 'login was', 'logins were')} sent to you from ${domain.url}. Please check that the application is active and assigned, and that its ACS URL and EntityID are those in ${domain.url}/saml/metadata.`,
    },
    ...(isAutomatic && { action: { label: 'Pause Auto Login', path: `${autoLoginPath(domainId)}/pause` } }),
  };
}

function pausedItem({ id, url }: Domain, name: string, isSilent: boolean): HealthItem {
  return {
    code: 'auto_login_paused',
    severity: 'warning',
    subject: id,
    text: `Auto Login for ${new URL(url).host} is paused`,
    detail: isSilent
      ? `Visitors see the Log-In screen until ${name} is repaired. When a Test login works, resume it.`
      : `Visitors see the Log-In screen. If logins with ${name} work again, resume it.`,
    href: `${SAML}#${id}`,
    action: { label: 'Resume Auto Login', path: autoLoginPath(id), fields: { autoLogin: 'on' } },
  };
}

function spanText(duration: number): string {
  const hours = Math.max(1, Math.round(duration / HOUR_MS));
  if (hours === 1) return 'hour';
  return duration < DAY_MS ? counted(hours, 'hour') : counted(Math.round(duration / DAY_MS), 'day');
}
