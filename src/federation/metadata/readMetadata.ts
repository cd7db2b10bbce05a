import type { ProviderFacts } from '../../store/identityProviders.ts';
import { readAbout } from './about.ts';
import { readSigningCertificates } from './certificates.ts';
import { childrenOf, type Element, isTrue, readDocument } from './document.ts';
import { findProvider, readSingleLogout, readSingleSignOn } from './provider.ts';
import { dayText, type MetadataError, quote, refusalIn, refuse } from './refusal.ts';
import { type Signers, signedText } from './signers.ts';
import { warningsOf } from './warnings.ts';

/** What Anteroom uses of an identity provider's metadata: at least one single sign-on endpoint and one signing certificate. */
export type ProviderMetadata = ProviderFacts & {
  entityId: string;
  name: string | undefined; // what the provider calls itself
  wantAuthnRequestsSigned: boolean;
  cacheMs: number | undefined; // how long it may be kept (cacheDuration), in milliseconds
  xml: string; // the document, without a byte order mark and surrounding white space; with signers, the part that they signed
  warnings: string[]; // sentences for the preview
};

export type MetadataResult = { ok: true; metadata: ProviderMetadata } | { ok: false; error: MetadataError };

const MAX_NAME = 100;

/** `now` in epoch milliseconds, the entityID of the known provider that is updated, and whose signature is required. */
export type ReadOptions = { now: number; expectEntityId?: string | undefined; signers?: Signers | undefined };

/**
 * Reads the SAML 2.0 metadata of one identity provider (saml-metadata). The input is hostile until a Power User has confirmed it. With
 * signers, only what they signed is read.
 * @param input bytes as fetched or uploaded, or text as pasted; at most 1 MB
 */
export function readMetadata(input: Uint8Array | string, options: ReadOptions): MetadataResult {
  try {
    const document = readDocument(input);
    const { signers, expectEntityId } = options;
    // Only the text that was signed is parsed and kept, so that nothing beside it can be read by mistake.
    const { xml, root } =
      signers === undefined ? document : readDocument(signedText(document.parsed, signers, expectEntityId));
    return { ok: true, metadata: { ...readProvider(root, options), xml } };
  } catch (caught) {
    return { ok: false, error: refusalIn(caught) };
  }
}

function readProvider(root: Element, options: ReadOptions): Omit<ProviderMetadata, 'xml'> {
  const found = findProvider(root, options.expectEntityId);
  const { entity, role } = found;
  const about = readAbout(entity, role);
  const warnings: string[] = [];
  const read = {
    validUntil: readValidUntil([...found.containers, entity, role], options.now),
    singleSignOn: readSingleSignOn(role),
    singleLogout: readSingleLogout(role, warnings),
    certificates: readSigningCertificates(role, warnings),
  };
  return {
    entityId: found.entityId,
    name: (about.displayName ?? about.organization)?.slice(0, MAX_NAME),
    about,
    nameIdFormats: readNameIdFormats(role),
    wantAuthnRequestsSigned: isTrue(role, 'WantAuthnRequestsSigned'),
    cacheMs: readCacheDuration([...found.containers, entity, role]),
    ...read,
    warnings: [...warnings, ...warningsOf(found, read, options.now)],
  };
}

/** Returns the earliest `validUntil` of the elements (saml-metadata 2.3.1, 2.3.2, 2.4.1) in epoch milliseconds, if they have any. */
function readValidUntil(elements: readonly Element[], now: number): number | undefined {
  const times = elements.flatMap(({ attributes }) => {
    const written = attributes.get('validUntil');
    return written === undefined ? [] : [readDateTime(written.trim())];
  });
  if (times.length === 0) return undefined;
  const validUntil = Math.min(...times);
  if (validUntil <= now) refuse('expired', `This metadata expired on ${dayText(validUntil)}. Get it again.`);
  return validUntil;
}

/** Returns the shortest `cacheDuration` of the elements (saml-metadata 2.3.1) in milliseconds. It is a hint: an invalid one is left out. */
function readCacheDuration(elements: readonly Element[]): number | undefined {
  const durations = elements.flatMap(({ attributes }) => readDuration(attributes.get('cacheDuration') ?? '') ?? []);
  return durations.length === 0 ? undefined : Math.min(...durations);
}

/** Reads an xs:duration, with months of 30 days. */
function readDuration(written: string): number | undefined {
  const match = /^P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/.exec(
    written.trim(),
  );
  const days = [365, 30, 1, 1 / 24, 1 / 1_440, 1 / 86_400];
  return match?.slice(1).reduce((sum, part, index) => sum + Number(part ?? 0) * (days[index] ?? 0) * 86_400_000, 0);
}

/** Reads an xs:dateTime. SAML's are in UTC, even without a time zone (saml-core 1.3.3). */
function readDateTime(written: string): number {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?$/.exec(written);
  const time = match ? Date.parse(`${match[1]}${match[3] ?? 'Z'}`) : Number.NaN;
  if (Number.isNaN(time))
    refuse('bad_date', `The validUntil is not a date: ${quote(written)}. Ask the provider to correct it.`);
  return time;
}

function readNameIdFormats(role: Element): string[] {
  const formats = childrenOf(role, 'metadata', 'NameIDFormat').map(({ text }) => text);
  return [...new Set(formats)].filter((format) => format !== '');
}
