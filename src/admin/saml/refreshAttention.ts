import type { MetadataRefresh } from '../../store/metadataRefreshes.ts';
import type { Attention } from '../attention.ts';

/** Returns what needs attention about the refresh of a provider's metadata: changes that wait for approval, and a failure. */
export function refreshItems(name: string, href: string, refresh: MetadataRefresh | undefined): Attention[] {
  const items: Attention[] = [];
  if (refresh?.waiting)
    items.push({
      kind: 'warning',
      icon: 'certificate',
      text: `Changed metadata of ${name} waits for approval`,
      detail:
        'Certificates or URLs are others than before. Compare them with the provider, then approve or reject them.',
      href,
    });
  if (refresh?.failure)
    items.push({
      kind: 'warning',
      icon: 'refresh',
      text: `The metadata of ${name} could not be refreshed`,
      detail: `${refresh.failure} The last good copy stays in use.`,
      href,
    });
  return items;
}
