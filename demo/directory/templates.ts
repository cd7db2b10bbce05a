import type { SsoSettings } from './types.ts';

export type ApplicationTemplate = {
  key: string;
  name: string;
  description: string;
  icon: string;
  sso: Pick<SsoSettings, 'spEntityId' | 'acsUrl'>;
  scimBaseUrl: string;
};

/** What stands in the place of an address until the administrator replaces it. */
export const placeholder = 'YOUR_SUBDOMAIN';

/** The applications that can be found under Add New Application. */
export const templates: readonly ApplicationTemplate[] = [
  {
    key: 'anteroom',
    name: 'Anteroom',
    description: 'Intranet with a people directory. Single sign-on and identity management (SCIM).',
    icon: 'building-arch',
    sso: { spEntityId: `https://${placeholder}/saml/metadata`, acsUrl: `https://${placeholder}/saml/acs` },
    scimBaseUrl: `https://${placeholder}/api/v2/scim/v2`,
  },
  {
    key: 'custom',
    name: 'Custom Application',
    description: 'Any service provider that speaks SAML 2.0, with identity management (SCIM) if it has that too.',
    icon: 'apps',
    sso: { spEntityId: '', acsUrl: '' },
    scimBaseUrl: '',
  },
];

/** The templates whose name or description contains the search text; all of them for ''. */
export function searchTemplates(search: string): ApplicationTemplate[] {
  const wanted = search.toLowerCase();
  return templates.filter(({ name, description }) => `${name} ${description}`.toLowerCase().includes(wanted));
}

/** The template of this key, or undefined. */
export function findTemplate(key: string): ApplicationTemplate | undefined {
  return templates.find((template) => template.key === key);
}
