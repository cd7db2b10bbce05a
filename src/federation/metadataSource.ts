import { Readable } from 'node:stream';
import type { Deps } from '../deps.ts';
import { type Checked, Conflict, invalid } from '../errors.ts';
import type { IdentityProvider } from '../store/identityProviders.ts';
import { describePublicKey } from './certificate.ts';
import { type Collection, type CollectionOptions, type ListedEntity, readCollection } from './metadata/collection.ts';
import { type FetchResult, fetchMetadata, withScheme } from './metadata/fetchMetadata.ts';
import { type MetadataResult, type ProviderMetadata, type ReadOptions, readMetadata } from './metadata/readMetadata.ts';
import { type MetadataErrorCode, quote, refusalIn } from './metadata/refusal.ts';
import { signersOf } from './metadata/signers.ts';
import { urlWarnings } from './metadata/warnings.ts';

/** Where metadata comes from: a URL to fetch it from, or the document itself (bytes of a file, or pasted text). */
export type MetadataSource = { url: string } | { xml: string | Uint8Array };

/** Metadata that was read. `url`: where it was fetched from. `signers`: the pinned certificates that verified its signature, in PEM; '' for none. */
export type SourcedMetadata = { metadata: ProviderMetadata; url: string | null; signers: string };

/** Metadata, or errors for `url` or `xml`. A collection of several identity providers is an error, which comes with its list. */
export type SourceResult = Checked<ProviderMetadata> & { entities?: ListedEntity[] };

/** Returns the URL at which an MDQ server has the metadata of an entity (Metadata Query Protocol 3.1): the EntityID percent-encoded below its base. */
export function mdqUrl(base: string, entityId: string): string {
  return `${withScheme(base).replace(/\/+$/, '')}/entities/${encodeURIComponent(entityId.trim())}`;
}

/**
 * Reads metadata from where it is.
 * @param collections accept a collection as long as that of a federation, which is read as a stream: for the entity that is expected, or else for
 * the list of its identity providers
 */
export async function readSource(
  deps: Deps,
  source: MetadataSource,
  options: Omit<ReadOptions, 'now'>,
  collections = false,
): Promise<SourceResult> {
  const field = 'url' in source ? 'url' : 'xml';
  const refused = (message: string, entities?: ListedEntity[]) => ({
    ...invalid({ [field]: message }),
    ...(entities && { entities }),
  });
  const fetched =
    'url' in source ? await fetchOnce(deps, source.url, options, collections) : { ok: true as const, body: source.xml };
  if (!fetched.ok) return refused(fetched.error.message);
  const read = await readFetched(fetched, deps.now(), options);
  if (read.ok) return { ok: true, value: read.metadata };
  return collections && read.entities
    ? refused(severalText(read.entities.length), read.entities)
    : refused(read.error.message);
}

/** Metadata that was read, or an error with the list of a collection to select of. */
type ReadResult = MetadataResult & { entities?: ListedEntity[] };

/** Reads what was fetched: the metadata of one provider, or of one in a collection. What is read of a long collection was verified already. */
export async function readFetched(
  { body, collection: long }: { body: string | Uint8Array; collection?: Collection },
  now: number,
  { expectEntityId, signers }: Omit<ReadOptions, 'now'>,
): Promise<ReadResult> {
  const read = long ? undefined : readMetadata(body, { now, expectEntityId, signers });
  if (read && (read.ok || !COLLECTION_ERRORS.includes(read.error.code))) return read;
  const collection = long ?? (await collectionIn(body, { wanted: expectEntityId, signers }));
  if (collection?.wanted !== undefined) return readMetadata(collection.wanted, { now, expectEntityId });
  if (read && !collection) return read;
  if (collection && expectEntityId === undefined)
    return { ok: false, error: { code: 'several_entities', message: SEVERAL }, entities: collection.entities };
  const message = `This collection has no identity provider with the EntityID ${quote(expectEntityId ?? '')}. Select another one.`;
  return { ok: false, error: { code: 'other_entity', message } };
}

/** What may be wrong with a collection if it is read as the metadata of one provider. */
const COLLECTION_ERRORS: MetadataErrorCode[] = ['several_entities', 'too_complex'];
const SEVERAL = 'This is a collection of identity providers. Provide the metadata of one of them.';

function severalText(count: number): string {
  return `This is a collection of ${count.toLocaleString('en')} identity providers. Select one of them.`;
}

async function collectionIn(body: string | Uint8Array, options: CollectionOptions): Promise<Collection | undefined> {
  const octets = typeof body === 'string' ? Buffer.from(body) : body;
  try {
    return await readCollection(Readable.from([octets]), options);
  } catch (error) {
    refusalIn(error);
    return undefined;
  }
}

/** Returns metadata with the warnings about the URL that it was fetched from. */
export function withUrlWarnings(metadata: ProviderMetadata, url: string | null): ProviderMetadata {
  return url === null ? metadata : { ...metadata, warnings: [...urlWarnings(url), ...metadata.warnings] };
}

/** Returns metadata as it may be used for a provider: what is signed, if it has a pinned certificate. @throws Conflict */
export function signedFor(
  deps: Deps,
  provider: IdentityProvider,
  { metadata, signers }: SourcedMetadata,
): ProviderMetadata {
  const { metadataSigners } = provider.settings;
  if (signers === metadataSigners || metadataSigners === '') return metadata;
  const options = { now: deps.now(), expectEntityId: provider.entityId, signers: signersOf(deps, metadataSigners) };
  const read = readMetadata(metadata.xml, options);
  if (!read.ok) throw new Conflict(`${provider.name}: ${read.error.message}`);
  return read.metadata;
}

/** A second start of the same fetch, by a double click or in another tab, waits for the first. */
function fetchOnce(
  { metadataFetches, config }: Deps,
  url: string,
  { expectEntityId, signers }: Omit<ReadOptions, 'now'>,
  collections: boolean,
): Promise<FetchResult> {
  const collection = { wanted: expectEntityId, signers };
  const options = { privateNetworks: config.metadataPrivateNetworks, ...(collections && { collection }) };
  const name = JSON.stringify([url, collections && [expectEntityId, signers?.map(describePublicKey)]]);
  const underWay =
    metadataFetches.get(name) ?? fetchMetadata(url, options).finally(() => void metadataFetches.delete(name));
  metadataFetches.set(name, underWay);
  return underWay;
}
