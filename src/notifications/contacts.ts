import type { IdentityProvider } from '../store/identityProviders.ts';
import { isMailAddress } from './settings.ts';

const MOST = 3;

/** The types of contacts that operate a provider (saml-metadata 2.3.2.2), the best ones first. */
const types = ['technical', 'support'];

/** Returns the e-mail addresses in a provider's metadata of those who operate it. What is no address is left out. */
export function contactsOf({ facts }: IdentityProvider): string[] {
  const contacts = facts.about?.contacts ?? [];
  const addresses = types.flatMap((type) =>
    contacts.filter((contact) => contact.type === type).map(({ email }) => email),
  );
  return [...new Set(addresses.filter(isMailAddress))].slice(0, MOST);
}
