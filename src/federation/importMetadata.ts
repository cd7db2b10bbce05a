import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { type Checked, Conflict, NotFound } from '../errors.ts';
import { newId } from '../identifier.ts';
import { findDomain } from '../store/domains.ts';
import {
  findProviderByEntityId,
  type IdentityProvider,
  insertProvider,
  listProviders,
  type ProviderSettings,
} from '../store/identityProviders.ts';
import { consumeMetadataImport, findMetadataImport, insertMetadataImport } from '../store/metadataImports.ts';
import { nothingRefreshed, writeRefresh } from '../store/metadataRefreshes.ts';
import { inTransaction } from '../store/oneTransaction.ts';
import { changeDomain } from './changeDomain.ts';
import { getDomain } from './domains.ts';
import { findKnown, type ImportTarget, type KnownProvider, onlyTarget } from './importTarget.ts';
import { withScheme } from './metadata/fetchMetadata.ts';
import { type ProviderMetadata, readMetadata } from './metadata/readMetadata.ts';
import { signersOf } from './metadata/signers.ts';
import { keepCollection } from './metadataCollections.ts';
import { type MetadataSource, readSource, type SourcedMetadata, signedFor, withUrlWarnings } from './metadataSource.ts';
import { bindingFor, factsOf, recordVersion, replaceMetadata } from './metadataVersions.ts';
import { moveDomain } from './providerDomains.ts';
import { getProvider, initialSettings } from './providers.ts';
import { recordImport, saveProviderSettings } from './recordProvider.ts';
import { nextRefreshAt } from './refreshSchedule.ts';

const PREVIEW_MS = 60 * 60_000;
const MAX_NAME = 64;

/** Metadata that was read and not imported yet, and the known providers with its EntityID: all, or the one whose metadata it must be. */
export type MetadataPreview = SourcedMetadata & {
  id: string;
  provider: IdentityProvider | undefined; // the one whose metadata it must be
  known: KnownProvider[];
};

/**
 * Fetches and reads metadata and keeps it for an hour. Nothing else changes.
 * @param providerId the provider that the metadata must belong to, if one is updated
 * @param wanted.signers certificates with which it must be signed, in PEM, checked; by default those of the provider
 * @param wanted.entityId the entity to take, of a collection or from an MDQ server
 * @returns the preview, or an error for `url` or `xml`, with the ID of a collection to select a provider of
 */
export async function previewMetadata(
  deps: Deps,
  given: MetadataSource,
  providerId?: string,
  wanted: { signers?: string; entityId?: string } = {},
): Promise<Checked<MetadataPreview> & { collection?: string }> {
  const source = 'url' in given ? { url: withScheme(given.url) } : given;
  const { db } = deps.store;
  const provider = providerId === undefined ? undefined : await getProvider(db, providerId);
  const signers = wanted.signers || (provider?.settings.metadataSigners ?? '');
  const expectEntityId = provider?.entityId ?? wanted.entityId;
  const read = await readSource(deps, source, { expectEntityId, signers: signersOf(deps, signers) }, true);
  const url = 'url' in source ? source.url : null;
  if (!read.ok && read.entities)
    return { ...read, collection: await keepCollection(deps, source, signers, read.entities) };
  if (!read.ok) return read;
  const metadata = withUrlWarnings(read.value, url);
  const id = newId(deps);
  await insertMetadataImport(db, {
    ...{ id, xml: metadata.xml, url, providerId: provider?.id ?? null, expiresAt: deps.now() + PREVIEW_MS },
    ...{ signers: signers || null, selected: wanted.entityId ?? null },
  });
  const known = await findKnown(db, metadata, providerId);
  return { ok: true, value: { id, metadata, url, provider, known, signers } };
}

/** Returns the preview with an ID, read again. @throws NotFound if it has expired or was imported, Conflict if it is no longer valid */
export async function getPreview(deps: Deps, id: string): Promise<MetadataPreview> {
  const { db } = deps.store;
  const row = await findMetadataImport(db, id, deps.now());
  if (!row) throw previewExpired();
  const provider = row.providerId === null ? undefined : await getProvider(db, row.providerId);
  const expectEntityId = provider?.entityId ?? row.selected ?? undefined;
  const read = readMetadata(row.xml, { now: deps.now(), expectEntityId });
  if (!read.ok) throw new Conflict(read.error.message);
  const metadata = withUrlWarnings(read.metadata, row.url);
  const known = await findKnown(db, metadata, provider?.id);
  return { id, metadata, url: row.url, provider, known, signers: row.signers ?? '' };
}

function previewExpired(): NotFound {
  return new NotFound('This preview has expired. Import the metadata again.');
}

/** Returns the provider that an import at a domain would add or change. Nothing is stored. @throws NotFound */
export async function providerOfPreview(
  deps: Deps,
  domainId: string,
  preview: SourcedMetadata,
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
 * @param chosen where it goes; needed if a known provider has this EntityID and other keys or endpoints
 * @param options.name of a new provider, checked; by default the one that the preview proposes
 * @param options.author who imports it, for its versions
 * @param options.settings that a Test login of the preview had; by default those of the known provider, or the initial ones
 * @throws NotFound, Conflict
 */
export async function confirmImport(
  deps: Deps,
  previewId: string,
  chosen?: ImportTarget,
  options: { name?: string | undefined; author?: string | undefined; settings?: ProviderSettings | undefined } = {},
): Promise<IdentityProvider> {
  const { name, author = 'the command line', settings } = options;
  const preview = await getPreview(deps, previewId);
  return inTransaction(deps.store.db, async (trx) => {
    if (!(await consumeMetadataImport(trx, previewId))) throw previewExpired();
    const target = chosen ?? (await targetOf(trx, preview));
    const imported = await importInto(deps, trx, preview, target, { name, author });
    if (!settings) return imported;
    const tested = { ...imported, settings };
    await saveProviderSettings(deps, trx, imported, tested);
    return tested;
  });
}

/** How metadata is imported. `disabled`: a new provider is, unless it replaces one that its domain uses. */
export type ImportOptions = { name?: string | undefined; author: string; disabled?: boolean };

/** Imports metadata into a known provider, which keeps its settings, or as a new one. @throws NotFound, Conflict */
export async function importInto(
  deps: Deps,
  trx: Db,
  read: SourcedMetadata,
  { providerId, domainIds }: ImportTarget,
  options: ImportOptions,
): Promise<IdentityProvider> {
  const imported = providerId
    ? await updateKnown(deps, trx, await getProvider(trx, providerId), read, options.author)
    : await insertNew(deps, trx, domainIds, read, options);
  await writeRefresh(trx, imported.id, { ...nothingRefreshed, nextAt: nextRefreshAt(deps.now(), read.metadata) });
  for (const domainId of domainIds) await changeOver(deps, trx, domainId, imported);
  return imported;
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
  preview: SourcedMetadata,
  author: string,
): Promise<IdentityProvider> {
  if (known.entityId !== preview.metadata.entityId)
    throw new Conflict('This is the metadata of another identity provider.');
  const { url } = preview;
  const metadata = signedFor(deps, known, preview);
  const replaced = { ...known, facts: factsOf(metadata), metadataUrl: url ?? known.metadataUrl };
  return replaceMetadata(deps, trx, replaced, metadata.xml, { origin: 'import', author });
}

async function insertNew(
  deps: Deps,
  trx: Db,
  [domainId = '']: string[],
  preview: SourcedMetadata,
  { name, author, disabled = false }: ImportOptions,
): Promise<IdentityProvider> {
  const proposed = await newProvider(deps, trx, domainId, preview);
  const metadata = signedFor(deps, proposed, preview);
  const replaced = await findProviderByEntityId(trx, domainId, proposed.entityId);
  const enabled = disabled ? replaced?.enabled === true : proposed.enabled;
  const added = { ...proposed, name: name ?? proposed.name, enabled, facts: factsOf(metadata) };
  await insertProvider(trx, added, metadata.xml);
  await recordImport(deps, trx, added, metadata.xml);
  await recordVersion(deps, trx, added, metadata.xml, { origin: 'import', author });
  return added;
}

/** Another application of a provider begins with the settings that its domain had. */
async function newProvider(
  deps: Deps,
  db: Db,
  domainId: string,
  { metadata, url, signers }: SourcedMetadata,
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
    settings: {
      ...settings,
      requestBinding: bindingFor(metadata, settings.requestBinding),
      metadataSigners: signers || settings.metadataSigners,
    },
    createdAt: deps.now(),
    facts: factsOf(metadata),
    metadataUrl: url,
    importedAt: deps.now(),
  };
}

/** The domain's Default Provider is replaced too, if it was the provider with this EntityID. */
async function changeOver(deps: Deps, trx: Db, domainId: string, provider: IdentityProvider): Promise<void> {
  const [domain, before] = [
    await getDomain(trx, domainId),
    await findProviderByEntityId(trx, domainId, provider.entityId),
  ];
  if (before && domain.defaultProviderId === before.id)
    await changeDomain(deps, trx, domain, { defaultProviderId: provider.id });
  await moveDomain(deps, trx, domain, provider);
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
