import type { Deps } from '../deps.ts';
import { describeCertificate } from '../federation/certificate.ts';
import { secondKey, withRole } from '../federation/domainKeys.ts';
import { keysPath } from '../paths.ts';
import { type Domain, type DomainKey, listDomainKeys, listDomains } from '../store/domains.ts';
import type { HealthItem } from './item.ts';
import { atLeastADay, expiryText, possessive, SOON_MS } from './sentences.ts';

const STILL_MS = 14 * 86_400_000; // a provider polls daily, and people are told within a week or two

/** Finds domains whose certificate expires, and those where the key is being replaced and nothing has happened for two weeks. */
export async function checkDomainKeys({ store, now }: Deps): Promise<HealthItem[]> {
  const items: HealthItem[] = [];
  for (const domain of await listDomains(store.db)) {
    const keys = await listDomainKeys(store.db, domain.id);
    items.push(...certificateItems(domain, keys, now()), ...rolloverItems(domain, keys, now()));
  }
  return items;
}

/** The certificate that requests are signed with: providers that check its dates refuse them afterwards. */
function certificateItems({ id, url }: Domain, keys: DomainKey[], now: number): HealthItem[] {
  const current = withRole(keys, 'current');
  if (!current) return [];
  const { notAfter } = describeCertificate(current.certificate);
  if (notAfter > now + SOON_MS) return [];
  const todo = withRole(keys, 'next')
    ? 'Switch to the next key once the identity providers have it.'
    : 'Create the next key, and give its metadata to the identity providers.';
  return [
    {
      code: 'own_certificate',
      severity: notAfter <= now ? 'danger' : 'warning',
      subject: id,
      text: `${possessive(new URL(url).host)} certificate ${expiryText(notAfter, now)}`,
      detail: `It signs login requests. ${todo}`,
      href: keysPath(id),
      endsAt: notAfter,
    },
  ];
}

function rolloverItems({ id, url }: Domain, keys: DomainKey[], now: number): HealthItem[] {
  const second = secondKey(keys);
  if (!second || second.roleSince > now - STILL_MS) return [];
  return [
    {
      code: 'key_rollover_still',
      severity: 'warning',
      subject: id,
      text: `${new URL(url).host} has had two keys for ${atLeastADay(now - second.roleSince)}`,
      detail:
        second.role === 'next'
          ? 'Switch to the next key once the identity providers have it, or cancel it.'
          : 'Retire the key that is not used any more.',
      href: keysPath(id),
    },
  ];
}
