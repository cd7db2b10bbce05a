import type { SsoSettings } from './types.ts';

export type ApplicationTemplate = {
  key: string;
  name: string;
  description: string;
  icon: string;
  sso: Pick<SsoSettings, 'spEntityId' | 'acsUrl'>;
  scimBaseUrl: string;
};

/** The part of an address that the administrator has to replace. */
export const placeholder = 'YOUR_SUBDOMAIN';

/** The applications offered by Add New Application. */
export const templates: readonly ApplicationTemplate[] = [
  {
    key: 'anteroom',
    name: 'Anteroom',
    description: 'Intranet with a people directory. Supports single sign-on and Identity Management (SCIM).',
    icon: 'building-arch',
    sso: { spEntityId: `https://${placeholder}/saml/metadata`, acsUrl: `https://${placeholder}/saml/acs` },
    scimBaseUrl: `https://${placeholder}/api/v2/scim/v2`,
  },
  {
    key: 'custom',
    name: 'Custom Application',
    description: 'Any SAML 2.0 service provider, with or without Identity Management (SCIM).',
    icon: 'apps',
    sso: { spEntityId: '', acsUrl: '' },
    scimBaseUrl: '',
  },
];

/** Returns the templates whose name or description contains the search text; '' matches all. */
export function searchTemplates(search: string): ApplicationTemplate[] {
  const wanted = search.toLowerCase();
  return templates.filter(({ name, description }) => `${name} ${description}`.toLowerCase().includes(wanted));
}

/** Returns the template with this key, or undefined. */
export function findTemplate(key: string): ApplicationTemplate | undefined {
  return templates.find((template) => template.key === key);
}
