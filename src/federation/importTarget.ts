import type { Db } from '../db/open.ts';
import { Conflict } from '../errors.ts';
import { listDomains } from '../store/domains.ts';
import { findProvider, type IdentityProvider, listProviders } from '../store/identityProviders.ts';
import { listProviderDomains } from '../store/providerDomains.ts';
import { type Change, changesOf } from './metadata/changes.ts';
import type { ProviderMetadata } from './metadata/readMetadata.ts';

/**
 * Where metadata goes: to a known provider or, without `providerId`, to a new one. The provider gets these domains in addition; one that
 * has another provider with this EntityID changes over.
 */
export type ImportTarget = { providerId?: string; domainIds: string[] };

/** A known provider with the EntityID of new metadata, its domains, and what an update would change. */
export type KnownProvider = { provider: IdentityProvider; domainIds: string[]; changes: Change[] };

/** Returns the known providers with the EntityID of the metadata: all of them, or only the one with an ID. */
export async function findKnown(db: Db, metadata: ProviderMetadata, providerId?: string): Promise<KnownProvider[]> {
  const only = providerId === undefined ? undefined : await findProvider(db, providerId);
  const providers = providerId === undefined ? await listProviders(db) : only ? [only] : [];
  const assigned = await listProviderDomains(db);
  return providers
    .filter(({ entityId }) => entityId === metadata.entityId)
    .map((provider) => ({
      provider,
      domainIds: assigned.filter((row) => row.providerId === provider.id).map(({ domainId }) => domainId),
      changes: changesOf(provider.facts, metadata),
    }));
}

/** Returns the targets to choose from for a domain: each known provider and, unless the domain's own is the same, a new one. */
export function targetsFor(known: KnownProvider[], domainId: string): ImportTarget[] {
  const own = known.find(({ domainIds }) => domainIds.includes(domainId));
  const updates = known.map(({ provider }) => ({ providerId: provider.id, domainIds: own ? [] : [domainId] }));
  return own?.changes.length === 0 ? updates : [...updates, { domainIds: [domainId] }];
}

/** Returns the target for one domain alone: a known provider that is the same, or a new one. Other domains keep theirs as they are. */
export function targetOfDomain(known: KnownProvider[], domainId: string): ImportTarget {
  const same = known.find(({ changes }) => changes.length === 0);
  return { ...(same ? { providerId: same.provider.id } : {}), domainIds: [domainId] };
}

/** Returns the only possible target: a provider that is the same, or a new one for all domains. @throws Conflict if metadata differs */
export async function onlyTarget(db: Db, known: KnownProvider[]): Promise<ImportTarget> {
  const [first, ...others] = known;
  if (!first) return { domainIds: (await listDomains(db)).map(({ id }) => id) };
  if (others.length === 0 && first.changes.length === 0) return { providerId: first.provider.id, domainIds: [] };
  throw new Conflict('There is a provider with this EntityID already. Update it, or add another application of it.');
}
