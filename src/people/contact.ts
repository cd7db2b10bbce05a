import type { Address, MultiValue, Profile } from '../store/profile.ts';

/** The parts of a postal address. `formatted` follows the others unless it is changed itself. */
export const addressParts = [
  'type',
  'streetAddress',
  'postalCode',
  'locality',
  'region',
  'country',
  'formatted',
] as const;

/** Returns the main value of a list: the primary one, else the one for work, else the first. */
export function mainValue(values: MultiValue[]): MultiValue | undefined {
  return values.find(({ primary }) => primary) ?? values.find(({ type }) => type === 'work') ?? values[0];
}

/** Returns the person's main e-mail address. */
export function primaryEmail({ emails = [] }: Profile): string | null {
  return mainValue(emails)?.value ?? null;
}

/** Returns the person's main photo: the primary one, else the first. */
export function mainPhoto({ photos = [] }: Profile): MultiValue | undefined {
  return photos.find(({ primary }) => primary) ?? photos[0];
}

/**
 * Returns addresses with `formatted` written from the other parts where it is missing, or where they changed and it did not. Clients
 * that send only street and town get a formatted address this way. An address with nothing but a type is dropped.
 */
export function withFormatted(addresses: Address[] | undefined, before: Address[] | undefined): Address[] | undefined {
  const written = addresses?.flatMap((address) => {
    const old = before?.find(({ type, formatted }) => type === address.type && formatted === address.formatted);
    const stale = old !== undefined && writtenForm(old) !== writtenForm(address);
    if (address.formatted !== undefined && !stale) return [address];
    const formatted = writtenForm(address);
    const { formatted: _, ...rest } = address;
    return formatted === '' ? [] : [{ formatted, ...rest }];
  });
  return written?.length ? written : undefined;
}

function writtenForm({ streetAddress, locality, region, postalCode, country }: Address): string {
  const town = [[postalCode, locality].filter(Boolean).join(' '), region].filter(Boolean).join(', ');
  return [streetAddress, town, country].filter(Boolean).join('\n');
}
