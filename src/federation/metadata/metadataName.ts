import { childrenOf, type Element, NAMESPACES } from './metadataElement.ts';

const MAX_NAME = 100;

/**
 * What the provider calls itself: mdui:DisplayName of the role (saml-metadata-ui 2.1.2), else the organization's display name
 * (saml-metadata 2.3.2.1); in English where it is given in several languages.
 * @returns undefined where it says nothing
 */
export function readProviderName(entity: Element, role: Element): string | undefined {
  const displayNames = childrenOf(role, 'metadata', 'Extensions')
    .flatMap((extensions) => childrenOf(extensions, 'ui', 'UIInfo'))
    .flatMap((info) => childrenOf(info, 'ui', 'DisplayName'));
  const organizationNames = [role, entity]
    .flatMap((element) => childrenOf(element, 'metadata', 'Organization'))
    .flatMap((organization) => childrenOf(organization, 'metadata', 'OrganizationDisplayName'));
  return preferEnglish(displayNames) ?? preferEnglish(organizationNames);
}

function preferEnglish(names: Element[]): string | undefined {
  const given = names.filter(({ text }) => text !== '');
  const chosen = given.find(isEnglish) ?? given[0];
  return chosen?.text.replace(/\s+/g, ' ').slice(0, MAX_NAME);
}

function isEnglish({ attributes }: Element): boolean {
  return /^en(-|$)/i.test(attributes.get(`{${NAMESPACES.xml}}lang`) ?? '');
}
