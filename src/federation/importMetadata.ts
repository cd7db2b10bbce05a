import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { type Checked, Conflict, invalid, NotFound } from '../errors.ts';
import { newId } from '../identifier.ts';
import { findDomain, updateDomain } from '../store/domains.ts';
import {
  findProviderByEntityId,
  type IdentityProvider,
  insertProvider,
  listProviders,
  moveDomainToProvider,
  type ProviderSettings,
  writeProviderSettings,
} from '../store/identityProviders.ts';
import { deleteMetadataImport, findMetadataImport, insertMetadataImport } from '../store/metadataImports.ts';
import { nothingRefreshed, writeRefresh } from '../store/metadataRefreshes.ts';
import { getDomain } from './domains.ts';
import { findKnown, type ImportTarget, type KnownProvider, onlyTarget } from './importTarget.ts';
import { type FetchResult, fetchMetadata, withScheme } from './metadata/fetchMetadata.ts';
import { type ProviderMetadata, readMetadata } from './metadata/readMetadata.ts';
import { urlWarnings } from './metadata/warnings.ts';
import { bindingFor, factsOf, recordVersion, replaceMetadata } from './metadataVersions.ts';
import { getProvider, initialSettings } from './providers.ts';
import { nextRefreshAt } from './refreshSchedule.ts';

const PREVIEW_MS = 60 * 60_000;
const MAX_NAME = 64;

/** Where metadata comes from: a URL to fetch it from, or the document itself (bytes of a file, or pasted text). */
export type MetadataSource = { url: string } | { xml: string | Uint8Array };

/** Metadata that was read and not imported yet, and the known providers with its EntityID: all, or the one whose metadata it must be. */
export type MetadataPreview = {
  id: string;
  metadata: ProviderMetadata;
  url: string | null;
  provider: IdentityProvider | undefined; // the one whose metadata it must be
  known: KnownProvider[];
};

/**
 * Fetches and reads metadata and keeps it for an hour. Nothing else changes.
 * @param providerId the provider that the metadata must belong to, if one is updated
 * @returns the preview, or an error for `url` or `xml`
 */
export async function previewMetadata(
  deps: Deps,
  given: MetadataSource,
  providerId?: string,
): Promise<Checked<MetadataPreview>> {
  const source = 'url' in given ? { url: withScheme(given.url) } : given;
  const { db } = deps.store;
  const provider = providerId === undefined ? undefined : await getProvider(db, providerId);
  const read = await readSource(deps, source, provider?.entityId);
  if (!read.ok) return read;
  const url = 'url' in source ? source.url : null;
  const metadata = withUrlWarnings(read.value, url);
  const id = newId(deps);
  const row = { id, xml: metadata.xml, url, providerId: provider?.id ?? null, expiresAt: deps.now() + PREVIEW_MS };
  await insertMetadataImport(db, row);
  return { ok: true, value: { id, metadata, url, provider, known: await findKnown(db, metadata, providerId) } };
}

/** Returns the preview with an ID, read again. @throws NotFound if it has expired or was imported, Conflict if it is no longer valid */
export async function getPreview(deps: Deps, id: string): Promise<MetadataPreview> {
  const { db } = deps.store;
  const row = await findMetadataImport(db, id, deps.now());
  if (!row) throw new NotFound('This preview has expired. Import the metadata again.');
  const provider = row.providerId === null ? undefined : await getProvider(db, row.providerId);
  const read = readMetadata(row.xml, { now: deps.now(), ...(provider ? { expectEntityId: provider.entityId } : {}) });
  if (!read.ok) throw new Conflict(read.error.message);
  const metadata = withUrlWarnings(read.metadata, row.url);
  return { id, metadata, url: row.url, provider, known: await findKnown(db, metadata, provider?.id) };
}

/** Returns the provider that an import at a domain would add or change. Nothing is stored. @throws NotFound */
export async function providerOfPreview(
  deps: Deps,
  domainId: string,
  preview: MetadataPreview,
  { providerId }: ImportTarget,
): Promise<IdentityProvider> {
  const { db } = deps.store;
  if (providerId === undefined) return newProvider(deps, db, domainId, preview);
  const known = await getProvider(db, providerId);
  const facts = factsOf(preview.metadata);
  const requestBinding = bindingFor(facts, known.settings.requestBinding);
  return { ...known, facts, settings: { ...known.settings, requestBinding } };
}

/**
 * Imports previewed metadata: a new provider, or new keys and endpoints of a known one, which keeps its settings.
 * @param name of a new provider, checked; by default the one that the preview proposes
 * @param chosen where it goes; needed if a known provider has this EntityID and other keys or endpoints
 * @param author who imports it, for its versions
 * @param settings that a Test login of the preview had; by default those of the known provider, or the initial ones
 * @throws NotFound, Conflict
 */
export async function confirmImport(
  deps: Deps,
  previewId: string,
  chosen?: ImportTarget,
  name?: string,
  author = 'the command line',
  settings?: ProviderSettings,
): Promise<IdentityProvider> {
  const preview = await getPreview(deps, previewId);
  return deps.store.db.transaction().execute(async (trx) => {
    await deleteMetadataImport(trx, previewId);
    const target = chosen ?? (await targetOf(trx, preview));
    const { providerId } = target;
    const imported = providerId
      ? await updateKnown(deps, trx, await getProvider(trx, providerId), preview, author)
      : await insertNew(deps, trx, target.domainIds, preview, { name, author });
    await writeRefresh(trx, imported.id, { ...nothingRefreshed, nextAt: nextRefreshAt(deps.now(), preview.metadata) });
    for (const domainId of target.domainIds) await changeOver(trx, domainId, imported);
    if (!settings) return imported;
    const tested = { ...imported, settings };
    await writeProviderSettings(trx, tested);
    return tested;
  });
}

async function targetOf(trx: Db, { metadata, provider }: MetadataPreview): Promise<ImportTarget> {
  if (provider) return { providerId: provider.id, domainIds: [] };
  // Read again: a provider may have been added, changed or removed since.
  return onlyTarget(trx, await findKnown(trx, metadata));
}

async function updateKnown(
  deps: Deps,
  trx: Db,
  known: IdentityProvider,
  { metadata, url }: MetadataPreview,
  author: string,
): Promise<IdentityProvider> {
  if (known.entityId !== metadata.entityId) throw new Conflict('This is the metadata of another identity provider.');
  const replaced = { ...known, facts: factsOf(metadata), metadataUrl: url ?? known.metadataUrl };
  return replaceMetadata(deps, trx, replaced, metadata.xml, { origin: 'import', author });
}

async function insertNew(
  deps: Deps,
  trx: Db,
  [domainId = '']: string[],
  preview: MetadataPreview,
  { name, author }: { name: string | undefined; author: string },
): Promise<IdentityProvider> {
  const proposed = await newProvider(deps, trx, domainId, preview);
  const added = { ...proposed, name: name ?? proposed.name };
  await insertProvider(trx, added, preview.metadata.xml);
  await recordVersion(deps, trx, added, preview.metadata.xml, { origin: 'import', author });
  return added;
}

/** Another application of a provider begins with the settings that its domain had. */
async function newProvider(
  deps: Deps,
  db: Db,
  domainId: string,
  { metadata, url }: MetadataPreview,
): Promise<IdentityProvider> {
  const [others, before] = [await listProviders(db), await findProviderByEntityId(db, domainId, metadata.entityId)];
  const { showButton, settings } = before ?? { showButton: false, settings: initialSettings };
  return {
    id: newId(deps),
    entityId: metadata.entityId,
    name: await proposedNameAt(db, domainId, metadata),
    enabled: true,
    showButton,
    buttonOrder: others.length + 1,
    settings: { ...settings, requestBinding: bindingFor(metadata, settings.requestBinding) },
    createdAt: deps.now(),
    facts: factsOf(metadata),
    metadataUrl: url,
    importedAt: deps.now(),
  };
}

/** The domain's Default Provider is replaced too, if it was the provider with this EntityID. */
async function changeOver(trx: Db, domainId: string, provider: IdentityProvider): Promise<void> {
  const [domain, before] = [
    await getDomain(trx, domainId),
    await findProviderByEntityId(trx, domainId, provider.entityId),
  ];
  if (before && domain.defaultProviderId === before.id)
    await updateDomain(trx, domainId, { defaultProviderId: provider.id });
  await moveDomainToProvider(trx, domainId, provider);
}

/** Returns the name of a new provider: the one in its metadata, or the host of its EntityID. */
function proposedName({ name, entityId }: Pick<ProviderMetadata, 'name' | 'entityId'>): string {
  return (name ?? URL.parse(entityId)?.hostname)?.slice(0, MAX_NAME) || entityId.slice(0, MAX_NAME);
}

/** Returns the name of a new provider at a domain: that of the domain's provider with its EntityID, or the proposed one. */
export async function proposedNameAt(db: Db, domainId: string, metadata: ProviderMetadata): Promise<string> {
  const before = await findProviderByEntityId(db, domainId, metadata.entityId);
  const url = (await findDomain(db, domainId))?.url;
  return uniqueName(before?.name ?? proposedName(metadata), await listProviders(db), url);
}

/** Returns the name, with the domain's host if another provider has it already. */
function uniqueName(name: string, others: IdentityProvider[], url: string | undefined): string {
  if (url === undefined || !others.some((other) => other.name === name)) return name;
  const host = ` (${new URL(url).host})`;
  return host.length < MAX_NAME / 2 ? name.slice(0, MAX_NAME - host.length) + host : name;
}

function withUrlWarnings(metadata: ProviderMetadata, url: string | null): ProviderMetadata {
  return url === null ? metadata : { ...metadata, warnings: [...urlWarnings(url), ...metadata.warnings] };
}

async function readSource(
  deps: Deps,
  source: MetadataSource,
  expectEntityId: string | undefined,
): Promise<Checked<ProviderMetadata>> {
  const options = { now: deps.now(), ...(expectEntityId === undefined ? {} : { expectEntityId }) };
  if ('xml' in source) {
    const read = readMetadata(source.xml, options);
    return read.ok ? { ok: true, value: read.metadata } : invalid({ xml: read.error.message });
  }
  const fetched = await fetchOnce(deps, source.url);
  if (!fetched.ok) return invalid({ url: fetched.error.message });
  const read = readMetadata(fetched.body, options);
  return read.ok ? { ok: true, value: read.metadata } : invalid({ url: read.error.message });
}

/** A second start of the same fetch, by a double click or in another tab, waits for the first. */
function fetchOnce({ metadataFetches, config }: Deps, url: string): Promise<FetchResult> {
  const options = { privateNetworks: config.metadataPrivateNetworks };
  const underWay =
    metadataFetches.get(url) ?? fetchMetadata(url, options).finally(() => void metadataFetches.delete(url));
  metadataFetches.set(url, underWay);
  return underWay;
}
