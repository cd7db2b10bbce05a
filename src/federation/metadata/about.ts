import type { ProviderAbout } from '../../store/identityProviders.ts';
import { childrenOf, type Element, isTrue, NAMESPACES } from './document.ts';

const MAX_TEXT = 200;
const MAX_URL = 2_048;
const MAX_ENTRIES = 10; // contacts, and scopes

/**
 * Reads what a provider says about itself: mdui:UIInfo (saml-metadata-ui 2.1), md:Organization and md:ContactPerson (saml-metadata 2.3.2),
 * errorURL (2.4.1) and shibmd:Scope. None of it is needed for logins: what is not usable is left out. Of several languages, English is read.
 */
export function readAbout(entity: Element, role: Element): ProviderAbout {
  const info = extensionsOf(role).flatMap((extensions) => childrenOf(extensions, 'ui', 'UIInfo'));
  const inInfo = (name: string) => info.flatMap((element) => childrenOf(element, 'ui', name));
  const organization = [role, entity].flatMap((element) => childrenOf(element, 'metadata', 'Organization'));
  const inOrganization = (name: string) => organization.flatMap((element) => childrenOf(element, 'metadata', name));
  return {
    displayName: preferEnglish(inInfo('DisplayName')),
    organization: preferEnglish(inOrganization('OrganizationDisplayName')),
    organizationUrl: urlIn(inOrganization('OrganizationURL')),
    description: preferEnglish(inInfo('Description')),
    logo: urlIn(inInfo('Logo')),
    informationUrl: urlIn(inInfo('InformationURL')),
    privacyUrl: urlIn(inInfo('PrivacyStatementURL')),
    errorUrl: safeUrl(role.attributes.get('errorURL') ?? ''),
    contacts: [entity, role]
      .flatMap((element) => childrenOf(element, 'metadata', 'ContactPerson'))
      .flatMap(readContact)
      .slice(0, MAX_ENTRIES),
    scopes: [entity, role]
      .flatMap(extensionsOf)
      .flatMap((extensions) => childrenOf(extensions, 'shibboleth', 'Scope'))
      .flatMap(readScope)
      .slice(0, MAX_ENTRIES),
  };
}

function extensionsOf(element: Element): Element[] {
  return childrenOf(element, 'metadata', 'Extensions');
}

function preferEnglish(elements: Element[]): string | undefined {
  const present = elements.filter(({ text }) => plain(text) !== '');
  return textIn(present.find(isEnglish) ?? present[0]);
}

function isEnglish({ attributes }: Element): boolean {
  return /^en(-|$)/i.test(attributes.get(`{${NAMESPACES.xml}}lang`) ?? '');
}

function textIn(element: Element | undefined): string | undefined {
  return plain(element?.text ?? '').slice(0, MAX_TEXT) || undefined;
}

function plain(text: string): string {
  return text.replace(/[\p{C}\p{Z}]+/gu, ' ').trim();
}

function urlIn(elements: Element[]): string | undefined {
  const usable = elements.filter(({ text }) => safeUrl(text) !== undefined);
  return safeUrl((usable.find(isEnglish) ?? usable[0])?.text ?? '');
}

/** Returns a URL that is safe as a link: javascript: and data: are left out. */
function safeUrl(written: string): string | undefined {
  const url = written.trim();
  return url.length <= MAX_URL && /^https?:\/\/[^\s\p{C}]+$/iu.test(url) && URL.canParse(url) ? url : undefined;
}

function readContact(contact: Element): ProviderAbout['contacts'] {
  const texts = (name: string) => childrenOf(contact, 'metadata', name).map(({ text }) => plain(text));
  const name = [...texts('GivenName'), ...texts('SurName')].join(' ') || texts('Company')[0] || '';
  const [address = ''] = texts('EmailAddress');
  const email = address.replace(/^mailto:/i, '');
  const type = contact.attributes.get('contactType') ?? 'other';
  if (name === '' && email === '') return [];
  return [{ type: type.slice(0, MAX_TEXT), name: name.slice(0, MAX_TEXT), email: email.slice(0, MAX_TEXT) }];
}

function readScope(scope: Element): ProviderAbout['scopes'] {
  const value = textIn(scope);
  return value === undefined ? [] : [{ value, isPattern: isTrue(scope, 'regexp') }];
}
