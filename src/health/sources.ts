import type { Deps } from '../deps.ts';
import { SCIM } from '../paths.ts';
import { tokenStateOf } from '../sources/tokens.ts';
import { listSources, listSourceTokens, type ProfileSource } from '../store/profileSources.ts';
import type { HealthItem } from './item.ts';
import { atLeastADay } from './sentences.ts';

const SILENT_MS = 14 * 86_400_000;

/** Finds enabled profile sources whose tokens (OAuth client secrets too) expire or have expired, or that stopped sending requests. */
export async function checkSources(deps: Deps): Promise<HealthItem[]> {
  const sources = await listSources(deps.store.db);
  const found = await Promise.all(sources.filter(({ active }) => active).map((source) => sourceItems(deps, source)));
  return found.flat();
}

async function sourceItems({ store, now }: Deps, source: ProfileSource): Promise<HealthItem[]> {
  const { name, id, lastCallAt } = source;
  const about = { subject: id, href: `${SCIM}/${id}` };
  const token = tokenStateOf(await listSourceTokens(store.db, id), now());
  if (token.kind === 'expired' || token.kind === 'none')
    return [
      {
        code: 'source_token',
        severity: 'danger',
        ...about,
        text: token.kind === 'none' ? `${name} has no token` : `All tokens of ${name} have expired`,
        detail: 'All its requests are refused. Generate a new key and enter it at the provider.',
        ...(token.kind === 'expired' && { endsAt: token.at }),
      },
    ];
  const items: HealthItem[] = [];
  if (token.kind === 'expiresSoon')
    items.push({
      code: 'source_token',
      severity: 'warning',
      ...about,
      text: `The token of ${name} expires in ${atLeastADay(token.at - now())}`,
      detail: 'Generate a new key, and keep the old one valid until you have entered the new one at the provider.',
      endsAt: token.at,
    });
  if (lastCallAt !== null && now() - lastCallAt >= SILENT_MS)
    items.push({
      code: 'source_silent',
      severity: 'warning',
      ...about,
      text: `${name} has sent no requests for ${atLeastADay(now() - lastCallAt)}`,
      detail: 'People deactivated at the provider may still be active here. Check that it is still connected.',
    });
  return items;
}
