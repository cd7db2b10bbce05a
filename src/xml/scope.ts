import { refuse } from '../saml/verify/refusal.ts';
import type { Attribute, NamespaceDeclaration, XmlElement } from './tree.ts';

/** The namespace declarations in force while a document is read: a stack, on which each open element has its own. */
export type Scope = { prefixes: string[]; uris: string[] };

export const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace';
const XMLNS_NAMESPACE = 'http://www.w3.org/2000/xmlns/';

// Canonical XML fails on relative namespace names, and what "fails" means has been a hole elsewhere. Beyond ASCII the order of sorting differs.
const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]*$/;

// One string for each of the names that nearly all messages use: comparing it with itself takes no time, and it needs no check.
const USUAL = [
  'urn:oasis:names:tc:SAML:2.0:assertion',
  'urn:oasis:names:tc:SAML:2.0:protocol',
  'http://www.w3.org/2000/09/xmldsig#',
  'http://www.w3.org/2001/XMLSchema',
  'http://www.w3.org/2001/XMLSchema-instance',
  'http://www.w3.org/2001/10/xml-exc-c14n#',
  'http://www.w3.org/2001/04/xmlenc#',
];

/** A scope with the declarations from outside in force. */
export function openedScope(outer: readonly NamespaceDeclaration[]): Scope {
  return { prefixes: outer.map(({ prefix }) => prefix), uris: outer.map(({ uri }) => uri) };
}

/** Puts an element's declarations in force, and gives the element and its attributes their namespaces (Namespaces in XML 1.0 5, 6). */
export function openScope(scope: Scope, element: XmlElement, most: number): void {
  const mark = scope.prefixes.length;
  for (const declaration of element.declarations) declare(scope, declaration, mark);
  if (scope.prefixes.length > most) refuse('xml_limit', { detail: 'too many namespaces' });
  element.uri = resolve(scope, element.prefix);
  const { attributes } = element;
  for (let at = 0; at < attributes.length; at++) {
    const attribute = attributes[at] as Attribute;
    if (attribute.prefix !== '') attribute.uri = resolve(scope, attribute.prefix);
    for (let before = 0; before < at; before++) refuseTwin(attributes[before] as Attribute, attribute);
  }
}

/** Takes the declarations of the element that ends out of force. */
export function closeScope(scope: Scope, element: XmlElement): void {
  const own = element.declarations.length;
  if (own === 0) return;
  scope.prefixes.length -= own;
  scope.uris.length -= own;
}

function declare(scope: Scope, { prefix, uri }: NamespaceDeclaration, mark: number): void {
  const usual = USUAL.indexOf(uri);
  if (usual === -1) refuseUnfit(prefix, uri);
  if (prefix === 'xmlns' || (prefix === 'xml' && uri !== XML_NAMESPACE))
    refuse('xml_malformed', { detail: 'a reserved prefix is declared' });
  if (scope.prefixes.indexOf(prefix, mark) !== -1) refuse('xml_malformed', { detail: 'a prefix declared twice' });
  scope.prefixes.push(prefix);
  scope.uris.push(USUAL[usual] ?? uri);
}

function refuseUnfit(prefix: string, uri: string): void {
  const reserved = (uri === XML_NAMESPACE && prefix !== 'xml') || uri === XMLNS_NAMESPACE;
  if (reserved) refuse('xml_malformed', { detail: 'a reserved namespace is declared' });
  const absolute = uri === '' ? prefix === '' : ABSOLUTE.test(uri);
  if (!absolute) refuse('xml_malformed', { detail: 'a namespace that is not absolute' });
}

function resolve(scope: Scope, prefix: string): string {
  for (let at = scope.prefixes.length - 1; at >= 0; at--) {
    if (scope.prefixes[at] === prefix) return scope.uris[at] as string;
  }
  if (prefix === 'xml') return XML_NAMESPACE;
  return prefix === '' ? '' : refuse('xml_malformed', { detail: 'a prefix that is not declared' });
}

function refuseTwin(one: Attribute, other: Attribute): void {
  if (one.local === other.local && one.uri === other.uri) refuse('xml_malformed', { detail: 'an attribute twice' });
}
