/** The addresses of the SAML screens. A provider's screens stand below the domain from which they were opened. */
export const SAML = '/settings/security/saml';
export const ACTIVITY = '/settings/security/activity';

// The types keep the parameters' names apart, so that routes can be made of them.
type DomainPath<Domain extends string> = `${typeof SAML}/domains/${Domain}`;
type ProvidersPath<Domain extends string> = `${DomainPath<Domain>}/identity-providers`;
type ProviderPath<Domain extends string, Provider extends string> = `${ProvidersPath<Domain>}/${Provider}`;

/** The Service Provider Details of a domain. */
export function domainPath<Domain extends string>(domainId: Domain): DomainPath<Domain> {
  return `${SAML}/domains/${domainId}`;
}

/** The Identity Providers of a domain. */
export function providersPath<Domain extends string>(domainId: Domain): ProvidersPath<Domain> {
  return `${domainPath(domainId)}/identity-providers`;
}

/** The Edit screen of a provider. */
export function providerPath<Domain extends string, Provider extends string>(
  domainId: Domain,
  providerId: Provider,
): ProviderPath<Domain, Provider> {
  return `${providersPath(domainId)}/${providerId}`;
}
