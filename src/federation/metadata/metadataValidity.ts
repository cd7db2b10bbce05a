import type { Element } from './metadataElement.ts';
import { quote, refuse } from './metadataError.ts';

/**
 * Until when the metadata may be used: the earliest `validUntil` of the elements it stands in (saml-metadata 2.3.1, 2.3.2, 2.4.1).
 * @param elements the EntityDescriptor, its role, and all EntitiesDescriptors around them
 * @param now epoch milliseconds
 * @returns epoch milliseconds, or undefined where it has no end
 * @throws a refusal: bad_date, expired
 */
export function readValidUntil(elements: readonly Element[], now: number): number | undefined {
  const ends = elements.flatMap(({ attributes }) => {
    const written = attributes.get('validUntil');
    return written === undefined ? [] : [readDateTime(written.trim())];
  });
  if (ends.length === 0) return undefined;
  const end = Math.min(...ends);
  if (end <= now) {
    refuse(
      'expired',
      `This metadata was valid until ${new Date(end).toISOString().slice(0, 10)} and may not be used any more. Get the metadata anew from the provider.`,
    );
  }
  return end;
}

/** xs:dateTime; SAML's are in UTC also where they do not say so (saml-core 1.3.3). */
function readDateTime(written: string): number {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)?$/.exec(written);
  const time = match ? Date.parse(`${match[1]}${match[3] ?? 'Z'}`) : Number.NaN;
  if (Number.isNaN(time)) {
    refuse(
      'bad_date',
      `This metadata has a validUntil that is not a date: ${quote(written)}. Ask the provider to correct it.`,
    );
  }
  return time;
}
