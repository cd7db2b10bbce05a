import type { Deps } from '../deps.ts';
import { stateOf } from '../federation/providerSetups/links.ts';
import { setupLinkPath } from '../paths.ts';
import { listDomains } from '../store/domains.ts';
import { listProviderSetups } from '../store/providerSetups.ts';
import type { HealthItem } from './item.ts';

/** Finds what arrived through provider setup links and waits for a decision. */
export async function checkProviderSetups({ store, now }: Deps): Promise<HealthItem[]> {
  const setups = (await listProviderSetups(store.db)).filter((setup) => stateOf(setup, now()) === 'arrived');
  const domains = setups.length > 0 ? await listDomains(store.db) : [];
  return setups.map(({ id, domainId, note }) => {
    const url = domains.find((domain) => domain.id === domainId)?.url;
    return {
      code: 'provider_setup_arrived',
      severity: 'warning',
      subject: id,
      text: `${note} has set up a provider${url ? ` for ${new URL(url).host}` : ''}`,
      detail: 'The metadata arrived through a provider setup link. Compare it, then approve or decline it.',
      href: setupLinkPath(domainId, id),
    };
  });
}
