/** The paths of the SAML screens. A provider's screens are below the domain that they were opened from. */
export const SAML = '/settings/security/saml';
export const ACTIVITY = '/settings/security/activity';

// The template types keep the parameters' names, so that Express infers the type of req.params.
type DomainPath<Domain extends string> = `${typeof SAML}/domains/${Domain}`;
type ProvidersPath<Domain extends string> = `${DomainPath<Domain>}/identity-providers`;
type ProviderPath<Domain extends string, Provider extends string> = `${ProvidersPath<Domain>}/${Provider}`;
type ImportPath<Domain extends string, Import extends string> = `${ProvidersPath<Domain>}/imports/${Import}`;

/** Returns the path of a domain's Service Provider Details. */
export function domainPath<Domain extends string>(domainId: Domain): DomainPath<Domain> {
  return `${SAML}/domains/${domainId}`;
}

/** Returns the path of a domain's Identity Providers. */
export function providersPath<Domain extends string>(domainId: Domain): ProvidersPath<Domain> {
  return `${domainPath(domainId)}/identity-providers`;
}

/** Returns the path of a provider's Edit screen. */
export function providerPath<Domain extends string, Provider extends string>(
  domainId: Domain,
  providerId: Provider,
): ProviderPath<Domain, Provider> {
  return `${providersPath(domainId)}/${providerId}`;
}

/** Returns the path of an import preview. */
export function importPath<Domain extends string, Import extends string>(
  domainId: Domain,
  importId: Import,
): ImportPath<Domain, Import> {
  return `${providersPath(domainId)}/imports/${importId}`;
}
