import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { type Checked, Conflict, invalid, NotFound } from '../errors.ts';
import { newId } from '../identifier.ts';
import { clearDefaultProvider, listDomains } from '../store/domains.ts';
import {
  deleteMetadataImport,
  deleteProvider,
  findMetadataImport,
  findProvider,
  findProviderByEntityId,
  type IdentityProvider,
  insertMetadataImport,
  insertProvider,
  listProviders,
  type ProviderFacts,
  updateProvider,
  writeProviderEnabled,
} from '../store/identityProviders.ts';
import { countSessionsOfProvider, deleteSessionsOfProvider } from '../store/sessions.ts';
import { fetchMetadata } from './metadata/fetchMetadata.ts';
import { type ProviderMetadata, readMetadata } from './metadata/readMetadata.ts';
import { initialSettings, type ProviderInput } from './providerInput.ts';

const PREVIEW_MS = 60 * 60_000;

/** Where metadata comes from: an address to fetch it from, or the text itself (bytes of a file, or as pasted). */
export type MetadataSource = { url: string } | { xml: string | Uint8Array };

/** Metadata that was read and waits to be stored. `provider` is the one that it would update. */
export type MetadataPreview = {
  id: string;
  metadata: ProviderMetadata;
  url: string | null;
  provider: IdentityProvider | undefined;
};

/** The provider with an ID. @throws NotFound */
export async function getProvider({ store }: Deps, id: string): Promise<IdentityProvider> {
  return getProviderIn(store.db, id);
}

/** The provider with an ID, within a transaction. @throws NotFound */
export async function getProviderIn(db: Db, id: string): Promise<IdentityProvider> {
  const provider = await findProvider(db, id);
  if (!provider) throw new NotFound('There is no such identity provider.');
  return provider;
}

/**
 * Fetches and reads metadata and keeps it for a Power User to look at; nothing else changes.
 * @param providerId the provider that the metadata must belong to, where one is updated
 * @returns the preview's ID, or a sentence under `url` or `xml`
 */
export async function previewMetadata(
  deps: Deps,
  source: MetadataSource,
  providerId?: string,
): Promise<Checked<MetadataPreview>> {
  const expected = providerId === undefined ? undefined : await getProvider(deps, providerId);
  const got = await readSource(deps, source, expected?.entityId);
  if (!got.ok) return got;
  const metadata = got.value;
  const url = 'url' in source ? source.url.trim() : null;
  const provider = expected ?? (await findProviderByEntityId(deps.store.db, metadata.entityId));
  const id = newId(deps);
  const row = { id, xml: metadata.xml, url, providerId: provider?.id ?? null, expiresAt: deps.now() + PREVIEW_MS };
  await insertMetadataImport(deps.store.db, row);
  return { ok: true, value: { id, metadata, url, provider } };
}

/** The preview with an ID, read again. @throws NotFound when it is too old or was stored already */
export async function getPreview(deps: Deps, id: string): Promise<MetadataPreview> {
  const kept = await findMetadataImport(deps.store.db, id, deps.now());
  if (!kept) throw new NotFound('This preview has ended. Import the metadata again.');
  const provider = kept.providerId === null ? undefined : await getProvider(deps, kept.providerId);
  const read = readMetadata(kept.xml, { now: deps.now(), ...(provider ? { expectEntityId: provider.entityId } : {}) });
  if (!read.ok) throw new Conflict(read.error.message);
  return { id, metadata: read.metadata, url: kept.url, provider };
}

/** Stores previewed metadata: a new provider, or the new keys and endpoints of a known one, whose settings stay. @throws NotFound, Conflict */
export async function confirmImport(deps: Deps, previewId: string): Promise<IdentityProvider> {
  const { metadata, url, provider } = await getPreview(deps, previewId);
  return deps.store.db.transaction().execute(async (trx) => {
    await deleteMetadataImport(trx, previewId);
    // Again, for it may have been changed or removed since.
    const known = await findProviderByEntityId(trx, metadata.entityId);
    if (provider && !known) throw new NotFound('There is no such identity provider.');
    const imported = {
      facts: factsOf(metadata),
      metadataUrl: url ?? known?.metadataUrl ?? null,
      importedAt: deps.now(),
    };
    if (known) {
      const settings = { ...known.settings, ...bindingFor(metadata, known.settings.requestBinding) };
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
      settings: { ...initialSettings, ...bindingFor(metadata) },
      createdAt: deps.now(),
      ...imported,
    };
    await insertProvider(trx, added, metadata.xml);
    return added;
  });
}

/** What a provider is called until somebody gives it another name: what it calls itself, or the host in its EntityID. */
export function proposedName({ name, entityId }: Pick<ProviderMetadata, 'name' | 'entityId'>): string {
  return name?.slice(0, 64) ?? hostOf(entityId);
}

/** Saves the Edit screen of a provider. @throws NotFound */
export async function changeProvider(deps: Deps, id: string, input: ProviderInput): Promise<Checked<IdentityProvider>> {
  const { name, showButton, buttonOrder, ...settings } = input;
  return deps.store.db.transaction().execute(async (trx) => {
    const provider = await getProviderIn(trx, id);
    if (!singleSignOnFor(provider, settings.requestBinding))
      return invalid({ requestBinding: `${provider.name} has no endpoint for this binding.` });
    const changed = { ...provider, name, showButton, buttonOrder, settings };
    await updateProvider(trx, changed);
    return { ok: true, value: changed };
  });
}

/** Enables or disables a provider. Disabling refuses its answers from then on and ends the sessions that it started. @throws NotFound */
export async function setProviderEnabled(deps: Deps, id: string, enabled: boolean): Promise<IdentityProvider> {
  return deps.store.db.transaction().execute(async (trx) => {
    const provider = await getProviderIn(trx, id);
    await writeProviderEnabled(trx, id, enabled);
    if (!enabled) await deleteSessionsOfProvider(trx, id);
    return { ...provider, enabled };
  });
}

/** What disabling or removing a provider would break. */
export async function consequencesOf(
  deps: Deps,
  id: string,
): Promise<{ defaultOf: string[]; autoLoginOf: string[]; sessions: number }> {
  const domains = (await listDomains(deps.store.db)).filter((domain) => domain.defaultProviderId === id);
  return {
    defaultOf: domains.map((domain) => domain.url),
    autoLoginOf: domains.filter((domain) => domain.autoLogin).map((domain) => domain.url),
    sessions: await countSessionsOfProvider(deps.store.db, id, deps.now()),
  };
}

/** Removes a provider, its sessions, and its place as a default; auto login that relied on it is turned off. @throws NotFound */
export async function removeProvider(deps: Deps, id: string): Promise<IdentityProvider> {
  return deps.store.db.transaction().execute(async (trx) => {
    const provider = await getProviderIn(trx, id);
    await deleteSessionsOfProvider(trx, id);
    await clearDefaultProvider(trx, id);
    await deleteProvider(trx, id);
    return provider;
  });
}

/** The address to which AuthnRequests go by a binding, where the provider has one. */
export function singleSignOnFor(provider: { facts: ProviderFacts }, binding: 'redirect' | 'post'): string | undefined {
  const name = binding === 'redirect' ? 'HTTP-Redirect' : 'HTTP-POST';
  return provider.facts.singleSignOn.find((endpoint) => endpoint.binding.endsWith(`:${name}`))?.location;
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

/** The binding of before, as long as the provider has it; Redirect where there is a choice. */
function bindingFor(
  metadata: ProviderMetadata,
  before: 'redirect' | 'post' = 'redirect',
): { requestBinding: 'redirect' | 'post' } {
  const other = before === 'redirect' ? 'post' : 'redirect';
  return { requestBinding: singleSignOnFor({ facts: factsOf(metadata) }, before) ? before : other };
}

function hostOf(entityId: string): string {
  return URL.canParse(entityId) ? new URL(entityId).hostname || entityId.slice(0, 64) : entityId.slice(0, 64);
}
