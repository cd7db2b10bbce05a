import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { Conflict, NotFound } from '../errors.ts';
import { newId } from '../identifier.ts';
import {
  type IdentityProvider,
  type ProviderFacts,
  writeProviderMetadata,
  writeProviderSettings,
} from '../store/identityProviders.ts';
import { findRefresh, nothingRefreshed, writeRefresh } from '../store/metadataRefreshes.ts';
import {
  deleteVersions,
  insertVersion,
  listVersions,
  type MetadataVersion,
  readVersionXml,
  updateVersion,
  type VersionOrigin,
} from '../store/metadataVersions.ts';
import { type Difference, differencesOf, digestOf } from './metadata/changes.ts';
import { getProvider, singleSignOnFor } from './providers.ts';
import { recordMetadata } from './recordProvider.ts';

/** How many versions of a provider's metadata are kept. */
export const MAX_VERSIONS = 20;

/** What replaced metadata, in words. */
export const versionOrigins: Record<VersionOrigin, string> = {
  import: 'Imported',
  refresh: 'Refreshed',
  approval: 'Approved',
  rollback: 'Rolled back',
};

/** What replaced metadata, and who did it. */
export type Replaced = Pick<MetadataVersion, 'origin' | 'author'>;

/** A version, and what it changed; undefined for the oldest one. */
export type ListedVersion = MetadataVersion & { current: boolean; changed: Difference[] | undefined };

/**
 * Replaces the metadata of a provider, whose settings stay. The only way to do so: it keeps a version if certificates, URLs or descriptions
 * differ.
 * @param replaced the provider with its new metadata
 */
export async function replaceMetadata(
  deps: Deps,
  trx: Db,
  replaced: IdentityProvider,
  xml: string,
  by: Replaced,
): Promise<IdentityProvider> {
  const before = await getProvider(trx, replaced.id);
  const requestBinding = bindingFor(replaced.facts, before.settings.requestBinding);
  const settings = { ...before.settings, requestBinding };
  const after = {
    ...before,
    facts: replaced.facts,
    metadataUrl: replaced.metadataUrl,
    importedAt: deps.now(),
    settings,
  };
  const [newest] = await listVersions(trx, after.id);
  const known = newest && differencesOf(newest, after).length === 0 ? newest : undefined;
  if (!known) await recordMetadata(deps, trx, before, after, xml, by.origin);
  if (requestBinding !== before.settings.requestBinding) await writeProviderSettings(trx, after);
  await writeProviderMetadata(trx, after, xml);
  if (known) await updateVersion(trx, known.id, after.facts, xml);
  else await recordVersion(deps, trx, after, xml, by);
  return after;
}

/** Keeps the metadata of a provider as its newest version, and deletes the oldest ones past MAX_VERSIONS. */
export async function recordVersion(
  deps: Deps,
  trx: Db,
  { id: providerId, facts, metadataUrl }: IdentityProvider,
  xml: string,
  by: Replaced,
): Promise<void> {
  await insertVersion(trx, { id: newId(deps), providerId, at: deps.now(), ...by, facts, metadataUrl }, xml);
  const versions = await listVersions(trx, providerId);
  await deleteVersions(
    trx,
    versions.slice(MAX_VERSIONS).map(({ id }) => id),
  );
}

/** Lists the versions of a provider's metadata, the newest first, each with what it changed. */
export async function versionsOf({ store }: Deps, provider: IdentityProvider): Promise<ListedVersion[]> {
  const versions = await listVersions(store.db, provider.id);
  return versions.map((version, index) => {
    const before = versions[index + 1];
    return { ...version, current: index === 0, changed: before && differencesOf(before, version) };
  });
}

/** Returns a version, and what rolling back to it would change. @throws NotFound */
export async function getVersion(
  db: Db,
  provider: IdentityProvider,
  versionId: string,
): Promise<{ version: MetadataVersion; differences: Difference[] }> {
  const version = (await listVersions(db, provider.id)).find(({ id }) => id === versionId);
  if (!version) throw new NotFound('There is no such version. The oldest ones are deleted.');
  return { version, differences: differencesOf(provider, version) };
}

/** Makes a provider use an earlier version of its metadata again. @throws NotFound, Conflict if nothing differs or the version has expired */
export async function rollBack(
  deps: Deps,
  providerId: string,
  versionId: string,
  author: string,
): Promise<IdentityProvider> {
  return deps.store.db.transaction().execute(async (trx) => {
    const provider = await getProvider(trx, providerId);
    const { version, differences } = await getVersion(trx, provider, versionId);
    const { facts, metadataUrl } = version;
    if (differences.length === 0) throw new Conflict('This version is in use already.');
    if (facts.validUntil !== undefined && facts.validUntil <= deps.now())
      throw new Conflict('The metadata of this version has expired. Fetch the metadata again, or import a file.');
    const xml = await readVersionXml(trx, versionId);
    // A refresh must not bring back what the provider publishes now.
    const published = (await findRefresh(trx, providerId))?.waiting ?? provider.facts;
    await writeRefresh(trx, providerId, { ...nothingRefreshed, declined: digestOf(published) });
    return replaceMetadata(deps, trx, { ...provider, facts, metadataUrl }, xml, { origin: 'rollback', author });
  });
}

/** Returns the parts of metadata that are in use. */
export function factsOf(metadata: ProviderFacts): ProviderFacts {
  const { singleSignOn, singleLogout, nameIdFormats, certificates, validUntil, about } = metadata;
  return { singleSignOn, singleLogout, nameIdFormats, certificates, validUntil, ...(about ? { about } : {}) };
}

/** Returns the preferred binding of login requests, or the other one if the provider does not support it. */
export function bindingFor(facts: ProviderFacts, preferred: 'redirect' | 'post'): 'redirect' | 'post' {
  const other = preferred === 'redirect' ? 'post' : 'redirect';
  return singleSignOnFor({ facts }, preferred) ? preferred : other;
}
