import { recordChange } from '../audit/record.ts';
import type { Deps } from '../deps.ts';
import { type Domain, type DomainKey, listDomainKeys } from '../store/domains.ts';
import { type IdentityProvider, listProvidersAt } from '../store/identityProviders.ts';
import { countLogins } from '../store/loginCounts.ts';
import {
  listMetadataFetches,
  recordMetadataFetch,
  UNKNOWN_PROVIDER,
  writeMetadataGiven,
} from '../store/metadataFetches.ts';
import { domainTarget } from './changeDomain.ts';
import { secondKey, withRole } from './domainKeys.ts';
import { getProviderAt } from './providers.ts';

const HOUR_MS = 3_600_000;
const MONTH_MS = 30 * 24 * HOUR_MS;

/** Whether a provider knows the keys as they are published now, in as far as Anteroom can know it. Times are epoch milliseconds. */
export type KeyDelivery = {
  provider: IdentityProvider;
  fetchedAt: number | null; // the last time that its metadata URL was fetched
  fetchedFrom: string | null; // the address, because anyone can fetch it
  givenAt: number | null; // when it was last marked as given by hand
  knows: boolean;
  logins: number; // in the last 30 days
};

/**
 * How the keys of a domain stand: one key (`none`), a next key (`published`), an old one (`switched`), or a cancelled one, and since when. The
 * deliveries are those of the enabled providers; `unknown` is the last fetch by the domain's own URL, which any of them may have made.
 */
export type Rollover = {
  step: 'none' | 'published' | 'switched' | 'cancelled';
  since: number;
  current: DomainKey;
  second: DomainKey | undefined;
  deliveries: KeyDelivery[];
  unknown: Pick<KeyDelivery, 'fetchedAt' | 'fetchedFrom'>;
};

const neverFetched = { fetchedAt: null, fetchedFrom: null, givenAt: null };

const steps = { current: 'none', next: 'published', old: 'switched', cancelled: 'cancelled' } as const;

/** Returns how the keys of a domain stand, or undefined before it is set up. */
export async function findRollover(deps: Deps, domainId: string): Promise<Rollover | undefined> {
  const keys = await listDomainKeys(deps.store.db, domainId);
  const [current, second] = [withRole(keys, 'current'), secondKey(keys)];
  if (!current) return undefined;
  const step = steps[second?.role ?? 'current'];
  const since = (second ?? current).roleSince;
  return { step, since, current, second, ...(await deliveriesOf(deps, domainId, keys)) };
}

/** Returns the providers that do not know the keys as they are published now. */
export function missingIn({ deliveries }: Rollover): KeyDelivery[] {
  return deliveries.filter(({ knows }) => !knows);
}

/**
 * Records that the metadata of a domain was fetched, by the URL of a provider or by that of the domain: once an hour for each URL, and once
 * more after the keys changed. A failure is only logged, because the metadata was sent already.
 * @param from the client's IP address
 */
export async function recordFetch(
  deps: Deps,
  domainId: string,
  from: string,
  providerId = UNKNOWN_PROVIDER,
): Promise<void> {
  const { store, log, now } = deps;
  try {
    const keys = await listDomainKeys(store.db, domainId);
    const before = Math.max(now() - HOUR_MS, ...keys.map(({ roleSince }) => roleSince));
    await recordMetadataFetch(store.db, { domainId, providerId, at: now(), from }, before);
  } catch (error) {
    log.error({ err: error }, 'a fetch of the metadata could not be recorded');
  }
}

/** Marks that a provider was given today's metadata by hand, or takes the mark back. @throws NotFound, Conflict if it is not used at the domain */
export async function markGiven(
  deps: Deps,
  domain: Domain,
  providerId: string,
  given: boolean,
): Promise<IdentityProvider> {
  return deps.store.db.transaction().execute(async (trx) => {
    const provider = await getProviderAt(trx, domain.id, providerId);
    await writeMetadataGiven(trx, domain.id, providerId, given ? deps.now() : null);
    const change = { name: 'metadataGivenTo', [given ? 'added' : 'removed']: [provider.name] };
    await recordChange(trx, deps, 'domain.updated', domainTarget(domain), [change]);
    return provider;
  });
}

async function deliveriesOf(
  { store: { db }, now }: Deps,
  domainId: string,
  keys: readonly DomainKey[],
): Promise<Pick<Rollover, 'deliveries' | 'unknown'>> {
  const rows = new Map((await listMetadataFetches(db, domainId)).map((row) => [row.providerId, row]));
  const deliveries: KeyDelivery[] = [];
  for (const provider of (await listProvidersAt(db, domainId)).filter(({ enabled }) => enabled)) {
    const { fetchedAt, fetchedFrom, givenAt } = rows.get(provider.id) ?? neverFetched;
    const knows = knowsKeys(keys, Math.max(fetchedAt ?? 0, givenAt ?? 0));
    const logins = await countLogins(db, domainId, provider.id, now() - MONTH_MS);
    deliveries.push({ provider, fetchedAt, fetchedFrom, givenAt, knows, logins });
  }
  return { deliveries, unknown: rows.get(UNKNOWN_PROVIDER) ?? neverFetched };
}

/** Whether metadata of a time names the keys that are published now. A cancelled key is only a matter for who got it before. */
function knowsKeys(keys: readonly DomainKey[], time: number): boolean {
  const cancelled = withRole(keys, 'cancelled');
  if (cancelled) return time < cancelled.createdAt || time >= cancelled.roleSince;
  return time >= Math.max(...keys.map(({ createdAt }) => createdAt));
}
