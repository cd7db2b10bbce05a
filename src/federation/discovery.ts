import type { Db } from '../db/open.ts';
import { caseKey } from '../store/caseKey.ts';
import { type IdentityProvider, listProvidersAt } from '../store/identityProviders.ts';

/**
 * Returns the providers with which a person with an e-mail address may log in at a domain: those that are limited to its e-mail domain, or else
 * those without a limit. The same limit is checked in the SAML response.
 */
export async function providersForEmail(db: Db, domainId: string, email: string): Promise<IdentityProvider[]> {
  const emailDomain = caseKey(email.slice(email.lastIndexOf('@') + 1));
  const enabled = (await listProvidersAt(db, domainId)).filter((provider) => provider.enabled);
  const limited = enabled.filter(({ settings }) => settings.emailDomains.includes(emailDomain));
  return limited.length > 0 ? limited : enabled.filter(({ settings }) => settings.emailDomains.length === 0);
}
