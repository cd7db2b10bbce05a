import type { Db } from '../db/open.ts';
import { caseKey } from '../store/caseKey.ts';
import { type IdentityProvider, listProvidersAt, type ProviderSettings } from '../store/identityProviders.ts';

type Limit = Pick<ProviderSettings, 'emailDomains'>;

/** Returns whether a provider may log in people with an e-mail address: if it is limited to domains, only with one of these. */
export function mayLogInAddress(address: string | null, { emailDomains }: Limit): boolean {
  if (emailDomains.length === 0) return true;
  return address !== null && emailDomains.includes(caseKey(address.slice(address.lastIndexOf('@') + 1)));
}

/**
 * Returns the providers with which a person with an e-mail address may log in at a domain: those that are limited to its e-mail domain, or else
 * those without a limit. The same limit is checked in the SAML response.
 */
export async function providersForEmail(db: Db, domainId: string, email: string): Promise<IdentityProvider[]> {
  const fitting = (await listProvidersAt(db, domainId)).filter(
    ({ enabled, settings }) => enabled && mayLogInAddress(email, settings),
  );
  const limited = fitting.filter(({ settings }) => settings.emailDomains.length > 0);
  return limited.length > 0 ? limited : fitting;
}
