import { z } from 'zod';
import { type Checked, fieldErrors, invalid } from '../errors.ts';
import type { Domain } from '../store/domains.ts';

/** What an identity provider needs to know about a domain. */
export type ServiceProviderDetails = { entityId: string; acsUrl: string; sloUrl: string; metadataUrl: string };

/** What a domain has of its own, as entered: empty for the default. */
export type OwnDetails = { entityId: string; acsPath: string };

type Described = Pick<Domain, 'url' | 'spEntityId' | 'acsPath'>;

/** The path that receives SAML responses at every domain, whatever path a domain has of its own. */
export const ACS_PATH = '/saml/acs';

/** The path that receives messages of single logout at every domain. */
export const SLO_PATH = '/saml/slo';

/**
 * What comes first in the paths of the app, in lower case because routes ignore case: an ACS path must not be one of these or below one.
 * Below /saml, all but these are free: other products use /saml/SSO or /saml/consume. A test compares the list with the routes.
 */
export const RESERVED_PATHS = [
  '/api',
  '/assets',
  '/favicon.ico',
  '/forgot-password',
  '/healthz',
  '/readyz',
  '/theme.css',
  '/local-login',
  '/logged-out',
  '/login',
  '/logout',
  '/new-password',
  '/people',
  '/pictures',
  '/profile',
  '/provider-setup',
  '/settings',
  '/setup',
  '/saml/login',
  '/saml/metadata',
  '/saml/slo',
  '/saml/switch',
  '/saml/test',
];

/** An EntityID: a URI of at most 1,024 characters (saml-core 8.3.6), or a plain name, which other products accept too. */
export const entityIdText = z
  .string()
  .trim()
  .max(1_024, 'Use at most 1,024 characters.')
  .regex(/^[^\s\p{C}<>"{}|\\^`]*$/u, 'An EntityID is a URI: it has no spaces and none of < > " { } | \\ ^ `.');

const schema = z.object({
  entityId: entityIdText,
  acsPath: z
    .string()
    .trim()
    .max(512, 'Use at most 512 characters.')
    .regex(
      /^(\/[\w.~!$&'()*+,;=:@-]+)*\/?$/,
      'Enter a path such as /sso/acs, with a leading slash and without a query.',
    )
    .refine((path) => !/\/\.{1,2}(\/|$)/.test(path) && path !== '/', 'Enter a path such as /sso/acs.')
    .refine((path) => reservedPathOf(path) === undefined, {
      error: ({ input }) => `The intranet uses ${reservedPathOf(String(input))} itself. Enter another path.`,
    }),
});

/** Returns the Service Provider Details of a domain, for a provider with an EntityID of its own if one is given. */
export function serviceProviderDetails(
  { url, spEntityId, acsPath }: Described,
  ofProvider = '',
): ServiceProviderDetails {
  const metadataUrl = `${url}/saml/metadata`;
  return {
    entityId: ofProvider || (spEntityId ?? metadataUrl),
    acsUrl: url + (acsPath ?? ACS_PATH),
    sloUrl: url + SLO_PATH,
    metadataUrl,
  };
}

/** Returns the ACS URL that a domain has besides the one in its Service Provider Details, if it has a path of its own. */
export function defaultAcsUrl({ url, acsPath }: Described): string | undefined {
  return acsPath === null ? undefined : url + ACS_PATH;
}

/** Checks what a domain has of its own, and returns the domain with it. The values of the defaults count as empty. */
export function withOwnDetails(domain: Domain, entered: OwnDetails): Checked<Domain> {
  const parsed = schema.safeParse(entered);
  if (!parsed.success) return invalid(fieldErrors(parsed.error));
  const { entityId, acsPath } = parsed.data;
  const isDefault = entityId === '' || entityId === serviceProviderDetails({ ...domain, spEntityId: null }).entityId;
  const own = {
    spEntityId: isDefault ? null : entityId,
    acsPath: acsPath === '' || acsPath === ACS_PATH ? null : acsPath,
  };
  return { ok: true, value: { ...domain, ...own } };
}

/** Returns the reserved path that a path is, or is below. */
export function reservedPathOf(path: string): string | undefined {
  const lower = `${path.toLowerCase().replace(/\/$/, '')}/`;
  return RESERVED_PATHS.find((reserved) => lower.startsWith(`${reserved}/`));
}

/** What identity providers must be told: the label of a changed value, and the value before and after. */
export type DetailsChange = { label: string; before: string; after: string };

/** Returns which values of the Service Provider Details differ. */
export function changesOfDetails(before: Described, after: Described): DetailsChange[] {
  const [was, is] = [serviceProviderDetails(before), serviceProviderDetails(after)];
  const all = [
    { label: 'EntityID', before: was.entityId, after: is.entityId },
    { label: 'ACS URL', before: was.acsUrl, after: is.acsUrl },
  ];
  return all.filter((change) => change.before !== change.after);
}
