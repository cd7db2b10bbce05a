import type { Deps } from '../deps.ts';
import { type Checked, invalid } from '../errors.ts';
import { type FetchResult, fetchMetadata } from './metadata/fetchMetadata.ts';
import { type ProviderMetadata, type ReadOptions, readMetadata } from './metadata/readMetadata.ts';
import { urlWarnings } from './metadata/warnings.ts';

/** Where metadata comes from: a URL to fetch it from, or the document itself (bytes of a file, or pasted text). */
export type MetadataSource = { url: string } | { xml: string | Uint8Array };

/** Metadata that was read. `url`: where it was fetched from. `signers`: the pinned certificates that verified its signature, in PEM; '' for none. */
export type SourcedMetadata = { metadata: ProviderMetadata; url: string | null; signers: string };

/** Reads metadata from where it is. Returns it, or an error for `url` or `xml`. */
export async function readSource(
  deps: Deps,
  source: MetadataSource,
  options: Omit<ReadOptions, 'now'>,
): Promise<Checked<ProviderMetadata>> {
  const fetched = 'url' in source ? await fetchOnce(deps, source.url) : { ok: true as const, body: source.xml };
  const field = 'url' in source ? 'url' : 'xml';
  if (!fetched.ok) return invalid({ [field]: fetched.error.message });
  const read = readMetadata(fetched.body, { now: deps.now(), ...options });
  return read.ok ? { ok: true, value: read.metadata } : invalid({ [field]: read.error.message });
}

/** Returns metadata with the warnings about the URL that it was fetched from. */
export function withUrlWarnings(metadata: ProviderMetadata, url: string | null): ProviderMetadata {
  return url === null ? metadata : { ...metadata, warnings: [...urlWarnings(url), ...metadata.warnings] };
}

/** A second start of the same fetch, by a double click or in another tab, waits for the first. */
function fetchOnce({ metadataFetches, config }: Deps, url: string): Promise<FetchResult> {
  const options = { privateNetworks: config.metadataPrivateNetworks };
  const underWay =
    metadataFetches.get(url) ?? fetchMetadata(url, options).finally(() => void metadataFetches.delete(url));
  metadataFetches.set(url, underWay);
  return underWay;
}
