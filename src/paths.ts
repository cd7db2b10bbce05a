/** The paths of screens that messages link to: health, mails, the command line. A provider's screens are below the domain that they were opened from. */
export const SAML = '/settings/security/saml';
export const ACTIVITY = '/settings/security/activity';
export const AUDIT = '/settings/security/audit';
export const AUDIT_INTEGRITY = '/settings/security/audit/integrity';
export const SESSIONS = '/settings/security/sessions';
export const WEBHOOKS = '/settings/webhooks';
export const SCIM = '/settings/profile-sources/scim';
export const SCIM_LOG = '/settings/profile-sources/log';
export const NOTIFICATIONS = '/settings/notifications';
export const GENERAL = '/settings/general';
export const PEOPLE = '/settings/people';
export const NEW_PERSON = '/settings/people/new';

// The template types keep the names of parameters, so that Express infers the type of req.params.

/** Returns the path of a domain's Service Provider Details. */
export const domainPath = <Domain extends string>(domain: Domain) => `${SAML}/domains/${domain}` as const;

/** Returns the path of a domain's keys. */
export const keysPath = <Domain extends string>(domain: Domain) => `${domainPath(domain)}/keys` as const;

/** Returns the path of a domain's Auto Login. */
export const autoLoginPath = <Domain extends string>(domain: Domain) => `${domainPath(domain)}/auto-login` as const;

/** Returns the path of a domain's Default Provider. */
export const defaultProviderPath = <Domain extends string>(domain: Domain) =>
  `${domainPath(domain)}/default-provider` as const;

/** Returns the path of a domain's Identity Providers. */
export const providersPath = <Domain extends string>(domain: Domain) =>
  `${domainPath(domain)}/identity-providers` as const;

/** Returns the path of the guide to the setup at a provider. */
export const guidePath = <Domain extends string>(domain: Domain) => `${domainPath(domain)}/guide` as const;

/** Returns the path of the provider setup links of a domain. */
export const setupLinksPath = <Domain extends string>(domain: Domain) => `${domainPath(domain)}/setup-links` as const;

/** Returns the path of a provider setup link. */
export const setupLinkPath = <Domain extends string, Link extends string>(domain: Domain, link: Link) =>
  `${setupLinksPath(domain)}/${link}` as const;

/** Returns the path of a provider's Edit screen. */
export const providerPath = <Domain extends string, Provider extends string>(domain: Domain, provider: Provider) =>
  `${providersPath(domain)}/${provider}` as const;

/** Returns the path of an import preview. */
export const importPath = <Domain extends string, Import extends string>(domain: Domain, preview: Import) =>
  `${providersPath(domain)}/imports/${preview}` as const;

/** Returns the path of a collection of metadata, to select a provider of. */
export const collectionPath = <Domain extends string, Collection extends string>(
  domain: Domain,
  collection: Collection,
) => `${providersPath(domain)}/collections/${collection}` as const;

/** Returns the path of the versions of a provider's metadata. */
export const versionsPath = <Domain extends string, Provider extends string>(domain: Domain, provider: Provider) =>
  `${providerPath(domain, provider)}/versions` as const;
