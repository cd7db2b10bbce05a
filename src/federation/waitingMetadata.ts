import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { Conflict } from '../errors.ts';
import type { IdentityProvider, ProviderFacts } from '../store/identityProviders.ts';
import { findRefresh, type MetadataRefresh, writeRefresh } from '../store/metadataRefreshes.ts';
import { type Difference, differencesOf, digestOf } from './metadata/changes.ts';
import { replaceMetadata } from './metadataVersions.ts';
import { getProvider } from './providers.ts';
import { recordDeclined } from './recordProvider.ts';

/** How the refresh of a provider's metadata stands, and published metadata that waits for approval. */
export type RefreshState = {
  refresh: MetadataRefresh | undefined; // undefined: not refreshed yet
  waiting: { digest: string; differences: Difference[] } | undefined;
};

/** Returns how the refresh of a provider's metadata stands. */
export async function refreshStateOf({ store }: Deps, provider: IdentityProvider): Promise<RefreshState> {
  const refresh = await findRefresh(store.db, provider.id);
  const facts = refresh?.waiting;
  const differences = facts && differencesOf(provider, { ...provider, facts });
  return { refresh, waiting: facts && { digest: digestOf(facts), differences: differences ?? [] } };
}

/** Uses the metadata that waits. @param digest of what was reviewed @throws NotFound, Conflict if nothing waits, or something else by then */
export async function approveWaiting(
  deps: Deps,
  id: string,
  author: string,
  digest: string,
): Promise<IdentityProvider> {
  return deps.store.db.transaction().execute(async (trx) => {
    const { facts, xml } = await takeWaiting(trx, id, digest);
    const provider = { ...(await getProvider(trx, id)), facts };
    return replaceMetadata(deps, trx, provider, xml, { origin: 'approval', author });
  });
}

/** Leaves the metadata as it is, until the provider publishes something else. @throws NotFound, Conflict as approveWaiting does */
export async function rejectWaiting(deps: Deps, id: string, digest: string): Promise<IdentityProvider> {
  return deps.store.db.transaction().execute(async (trx) => {
    const { facts } = await takeWaiting(trx, id, digest);
    await writeRefresh(trx, id, { declined: digest });
    const provider = await getProvider(trx, id);
    await recordDeclined(deps, trx, provider, facts);
    return provider;
  });
}

async function takeWaiting(trx: Db, id: string, digest: string): Promise<{ facts: ProviderFacts; xml: string }> {
  await getProvider(trx, id);
  await writeRefresh(trx, id, { etag: null, lastModified: null });
  const { waiting: facts, waitingXml: xml } = (await findRefresh(trx, id)) ?? {};
  if (!facts || typeof xml !== 'string') throw new Conflict('No metadata waits for approval.');
  if (digestOf(facts) !== digest)
    throw new Conflict('The provider has published something else meanwhile. Review it again.');
  await writeRefresh(trx, id, { waitingJson: null, waitingXml: null });
  return { facts, xml };
}
