import type { Deps } from '../deps.ts';
import { listSources, listSourceTokens, type ProfileSource } from '../store/profileSources.ts';
import { tokenStateOf } from './profileSourcesTokens.ts';

const DAY_MS = 86_400_000;
const SILENT_DAYS = 14;

/** Something about a profile source that a Power User should look at; shown in the Control Panel. */
export type SourceAttention = {
  kind: 'danger' | 'warning';
  icon: string;
  text: string;
  detail: string;
  href: string;
};

/** Tokens that end or have ended, and sources that stopped calling. */
export async function findSourceAttention(deps: Deps): Promise<SourceAttention[]> {
  const sources = await listSources(deps.store.db);
  const items = await Promise.all(sources.filter(({ active }) => active).map((source) => itemsOf(deps, source)));
  return items.flat();
}

async function itemsOf({ store, now }: Deps, source: ProfileSource): Promise<SourceAttention[]> {
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
  const items: SourceAttention[] = [];
  if (token.kind === 'ends-soon')
    items.push({
      kind: 'warning',
      icon: 'key',
      text: `The token of ${name} ends in ${days(token.at - now())}`,
      detail: 'Generate a new key, and let the old one stay good until the provider has it.',
      href,
    });
  if (lastCallAt !== null && now() - lastCallAt >= SILENT_DAYS * DAY_MS)
    items.push({
      kind: 'warning',
      icon: 'plug-connected',
      text: `${name} has not called for ${days(now() - lastCallAt)}`,
      detail: 'People whom the provider deactivates may still be active here. Look whether it is still connected.',
      href,
    });
  return items;
}

function days(time: number): string {
  const count = Math.max(1, Math.floor(time / DAY_MS));
  return count === 1 ? '1 day' : `${count} days`;
}
