import type { Address, Profile } from '../store/profile.ts';
import type { User } from '../store/users.ts';

/** All that may be said of a person, whoever says it; the rest of User is Anteroom's own bookkeeping. */
export type UserAttributes = Pick<
  User,
  | 'userName'
  | 'active'
  | 'userType'
  | 'loginType'
  | 'externalId'
  | 'givenName'
  | 'familyName'
  | 'displayName'
  | 'title'
  | 'department'
  | 'email'
  | 'profile'
>;

/** The address that stands for the person: the primary one, else the one for work, else the first. */
export function primaryEmail(profile: Profile): string | null {
  const emails = profile.emails ?? [];
  const chosen = emails.find(({ primary }) => primary) ?? emails.find(({ type }) => type === 'work') ?? emails[0];
  return chosen?.value ?? null;
}

/**
 * Addresses whose written form follows their parts: where it is missing, or the parts changed and it did not. So a client that sends
 * street and town alone is shown with its address. One of which only the kind is left is no address.
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
