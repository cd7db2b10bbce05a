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

type Crumb = { text: string; href: string };

/** The article's menu path down to Manage Security. */
export const securityTrail: Crumb[] = [
  { text: 'Control Panel', href: '/settings' },
  { text: 'Manage Security', href: '/settings#security' },
];

/** The menu path down to Manage SAML Authentication. */
export const samlTrail: Crumb[] = [...securityTrail, { text: 'Manage SAML Authentication', href: SAML }];

/** The menu path down to the Identity Providers of a domain. */
export function providersTrail(domainId: string): Crumb[] {
  return [...samlTrail, { text: 'Identity Providers', href: providersPath(domainId) }];
}
