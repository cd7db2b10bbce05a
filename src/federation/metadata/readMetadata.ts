import type { ProviderFacts } from '../../store/identityProviders.ts';
import { readSigningCertificates } from './metadataCertificates.ts';
import { childrenOf, type Element, parseElements } from './metadataElement.ts';
import { readSingleLogout, readSingleSignOn } from './metadataEndpoints.ts';
import { findProvider, readProviderName, readValidUntil } from './metadataEntity.ts';
import { type MetadataError, refusalIn } from './metadataError.ts';
import { checkMetadataLimits, decodeMetadata } from './metadataText.ts';
import { warningsOf } from './metadataWarnings.ts';

/**
 * What an identity provider's metadata says, as far as Anteroom uses it: at least one endpoint for single sign-on and one certificate for
 * signing. Times are epoch milliseconds.
 */
export type ProviderMetadata = ProviderFacts & {
  entityId: string;
  name: string | undefined; // what the provider calls itself
  wantAuthnRequestsSigned: boolean;
  xml: string; // the text that was read, without what stood around it
  warnings: string[]; // sentences for the preview
};

export type MetadataResult = { ok: true; metadata: ProviderMetadata } | { ok: false; error: MetadataError };

/**
 * Reads the SAML 2.0 metadata of one identity provider (saml-metadata), which is hostile until a Power User has looked at it.
 * @param input bytes as fetched or uploaded (UTF-8, or UTF-16 with a byte order mark), or text as pasted; at most 1 MB
 * @param options.now epoch milliseconds
 * @param options.expectEntityId where a known provider is updated: its entityID, which must not change
 */
export function readMetadata(
  input: Uint8Array | string,
  options: { now: number; expectEntityId?: string },
): MetadataResult {
  try {
    const xml = decodeMetadata(input);
    checkMetadataLimits(xml);
    return { ok: true, metadata: { ...readDocument(parseElements(xml), options), xml } };
  } catch (caught) {
    return { ok: false, error: refusalIn(caught) };
  }
}

function readDocument(root: Element, options: { now: number; expectEntityId?: string }): Omit<ProviderMetadata, 'xml'> {
  const found = findProvider(root, options.expectEntityId);
  const { entity, role } = found;
  const read = {
    validUntil: readValidUntil([...found.containers, entity, role], options.now),
    singleSignOn: readSingleSignOn(role),
    singleLogout: readSingleLogout(role),
    certificates: readSigningCertificates(role),
  };
  return {
    entityId: found.entityId,
    name: readProviderName(entity, role),
    nameIdFormats: readNameIdFormats(role),
    wantAuthnRequestsSigned: /^(true|1)$/.test(role.attributes.get('WantAuthnRequestsSigned')?.trim() ?? ''),
    ...read,
    warnings: warningsOf(found, read, options.now),
  };
}

function readNameIdFormats(role: Element): string[] {
  const formats = childrenOf(role, 'metadata', 'NameIDFormat').map(({ text }) => text);
  return [...new Set(formats)].filter((format) => format !== '');
}
