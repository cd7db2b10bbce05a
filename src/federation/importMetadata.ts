import type { Deps } from '../deps.ts';
import { type Checked, Conflict, invalid, NotFound } from '../errors.ts';
import { newId } from '../identifier.ts';
import {
  deleteMetadataImport,
  findMetadataImport,
  findProviderByEntityId,
  type IdentityProvider,
  insertMetadataImport,
  insertProvider,
  listProviders,
  type ProviderFacts,
  updateProvider,
} from '../store/identityProviders.ts';
import { fetchMetadata } from './metadata/fetchMetadata.ts';
import { type ProviderMetadata, readMetadata } from './metadata/readMetadata.ts';
import { getProvider, initialSettings, singleSignOnFor } from './providers.ts';

const PREVIEW_MS = 60 * 60_000;

/** Where metadata comes from: a URL to fetch it from, or the document itself (bytes of a file, or pasted text). */
export type MetadataSource = { url: string } | { xml: string | Uint8Array };

/** Metadata that was read and not imported yet. `provider` is the known provider that an import would update. */
export type MetadataPreview = {
  id: string;
  metadata: ProviderMetadata;
  url: string | null;
  provider: IdentityProvider | undefined;
};

/**
 * Fetches and reads metadata and keeps it for an hour. Nothing else changes.
 * @param providerId the provider that the metadata must belong to, if one is updated
 * @returns the preview, or an error for `url` or `xml`
 */
export async function previewMetadata(
  deps: Deps,
  source: MetadataSource,
  providerId?: string,
): Promise<Checked<MetadataPreview>> {
  const expected = providerId === undefined ? undefined : await getProvider(deps.store.db, providerId);
  const read = await readSource(deps, source, expected?.entityId);
  if (!read.ok) return read;
  const metadata = read.value;
  const url = 'url' in source ? source.url.trim() : null;
  const provider = expected ?? (await findProviderByEntityId(deps.store.db, metadata.entityId));
  const id = newId(deps);
  const row = { id, xml: metadata.xml, url, providerId: provider?.id ?? null, expiresAt: deps.now() + PREVIEW_MS };
  await insertMetadataImport(deps.store.db, row);
  return { ok: true, value: { id, metadata, url, provider } };
}

/** Returns the preview with an ID, read again. @throws NotFound if it has expired or was imported, Conflict if it is no longer valid */
export async function getPreview(deps: Deps, id: string): Promise<MetadataPreview> {
  const row = await findMetadataImport(deps.store.db, id, deps.now());
  if (!row) throw new NotFound('This preview has expired. Import the metadata again.');
  const provider = row.providerId === null ? undefined : await getProvider(deps.store.db, row.providerId);
  const read = readMetadata(row.xml, { now: deps.now(), ...(provider ? { expectEntityId: provider.entityId } : {}) });
  if (!read.ok) throw new Conflict(read.error.message);
  return { id, metadata: read.metadata, url: row.url, provider };
}

/** Imports previewed metadata: a new provider, or new keys and endpoints of a known one, which keeps its settings. @throws NotFound, Conflict */
export async function confirmImport(deps: Deps, previewId: string): Promise<IdentityProvider> {
  const { metadata, url, provider } = await getPreview(deps, previewId);
  return deps.store.db.transaction().execute(async (trx) => {
    await deleteMetadataImport(trx, previewId);
    // Read again: it may have been changed or removed since.
    const known = await findProviderByEntityId(trx, metadata.entityId);
    if (provider && !known) throw new NotFound('There is no such identity provider.');
    const imported = {
      facts: factsOf(metadata),
      metadataUrl: url ?? known?.metadataUrl ?? null,
      importedAt: deps.now(),
    };
    if (known) {
      const settings = { ...known.settings, requestBinding: bindingFor(metadata, known.settings.requestBinding) };
      const updated = { ...known, ...imported, settings };
      await updateProvider(trx, updated, metadata.xml);
      return updated;
    }
    const others = await listProviders(trx);
    const added: IdentityProvider = {
      id: newId(deps),
      entityId: metadata.entityId,
      name: proposedName(metadata),
      enabled: true,
      showButton: false,
      buttonOrder: others.length + 1,
      settings: { ...initialSettings, requestBinding: bindingFor(metadata, initialSettings.requestBinding) },
      createdAt: deps.now(),
      ...imported,
    };
    await insertProvider(trx, added, metadata.xml);
    return added;
  });
}

/** Returns the name of a new provider: the one in its metadata, or the host of its EntityID. */
export function proposedName({ name, entityId }: Pick<ProviderMetadata, 'name' | 'entityId'>): string {
  return (name ?? URL.parse(entityId)?.hostname)?.slice(0, 64) || entityId.slice(0, 64);
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
  const fetched = await fetchMetadata(source.url.trim(), { privateNetworks: deps.config.metadataPrivateNetworks });
  if (!fetched.ok) return invalid({ url: fetched.error.message });
  const read = readMetadata(fetched.body, options);
  return read.ok ? { ok: true, value: read.metadata } : invalid({ url: read.error.message });
}

function factsOf(metadata: ProviderMetadata): ProviderFacts {
  const { singleSignOn, singleLogout, nameIdFormats, certificates, validUntil } = metadata;
  return { singleSignOn, singleLogout, nameIdFormats, certificates, validUntil };
}

function bindingFor(metadata: ProviderMetadata, preferred: 'redirect' | 'post'): 'redirect' | 'post' {
  const other = preferred === 'redirect' ? 'post' : 'redirect';
  return singleSignOnFor({ facts: metadata }, preferred) ? preferred : other;
}
