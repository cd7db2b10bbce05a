import { refuse } from './error.ts';
import type { Attribute, NamespaceDeclaration, XmlElement } from './tree.ts';

/** The namespace declarations in scope while a document is read: a stack with the declarations of each open element. */
export type Scope = {
  prefixes: string[];
  uris: string[];
  outer: number; // how many of them are from around the document
  borrowed: Set<string>; // the prefixes that were resolved with one of those
  anyUri: boolean; // relative namespace names are accepted
};

const XML_NAMESPACE = 'http://www.w3.org/XML/1998/namespace';
const XMLNS_NAMESPACE = 'http://www.w3.org/2000/xmlns/';

// Canonical XML fails on relative namespace names, and implementations differ in how. Outside ASCII the sort order differs too.
const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:[\x21-\x7e]*$/;

// One shared string per common namespace name: comparing a string with itself is free, and these need no check.
const COMMON = [
  'urn:oasis:names:tc:SAML:2.0:assertion',
  'urn:oasis:names:tc:SAML:2.0:protocol',
  'http://www.w3.org/2000/09/xmldsig#',
  'http://www.w3.org/2001/XMLSchema',
  'http://www.w3.org/2001/XMLSchema-instance',
  'http://www.w3.org/2001/10/xml-exc-c14n#',
  'http://www.w3.org/2001/04/xmlenc#',
];

/** Returns a scope that starts with the given declarations. */
export function createScope(outer: readonly NamespaceDeclaration[], anyUri: boolean): Scope {
  const [prefixes, uris] = [outer.map(({ prefix }) => prefix), outer.map(({ uri }) => uri)];
  return { prefixes, uris, outer: outer.length, borrowed: new Set(), anyUri };
}

/** Adds an element's declarations to the scope and resolves the namespaces of the element and its attributes (Namespaces in XML 1.0 5, 6). */
export function openScope(scope: Scope, element: XmlElement, limit: number): void {
  const mark = scope.prefixes.length;
  for (const declaration of element.declarations) declare(scope, declaration, mark);
  if (scope.prefixes.length > limit) refuse('xml_limit', `more than ${limit} namespaces in scope`);
  element.uri = resolve(scope, element.prefix);
  const { attributes } = element;
  for (let at = 0; at < attributes.length; at++) {
    const attribute = attributes[at] as Attribute;
    if (attribute.prefix !== '') attribute.uri = resolve(scope, attribute.prefix);
    for (let before = 0; before < at; before++) refuseDuplicate(attributes[before] as Attribute, attribute);
  }
}

/** Removes the declarations of an element from the scope. */
export function closeScope(scope: Scope, element: XmlElement): void {
  const own = element.declarations.length;
  if (own === 0) return;
  scope.prefixes.length -= own;
  scope.uris.length -= own;
}

/** Returns the namespace name of a prefix at an element, or undefined. */
export function namespaceInScope(element: XmlElement, prefix: string): string | undefined {
  for (let at: XmlElement | undefined = element; at !== undefined; at = at.parent) {
    const found = at.declarations.find((declaration) => declaration.prefix === prefix);
    if (found !== undefined) return found.uri;
  }
  return undefined;
}

/** Returns all namespace declarations in scope at an element, the nearest for each prefix. */
export function namespacesInScope(element: XmlElement): NamespaceDeclaration[] {
  const nearest = new Map<string, NamespaceDeclaration>();
  for (let at: XmlElement | undefined = element; at !== undefined; at = at.parent) {
    for (const declaration of at.declarations) {
      if (!nearest.has(declaration.prefix)) nearest.set(declaration.prefix, declaration);
    }
  }
  return [...nearest.values()];
}

/** Returns the `xml:` attributes that an element inherits when it is canonicalized alone (Canonical XML 1.0 2.4). */
export function inheritedXmlAttributes(element: XmlElement): Attribute[] {
  const nearest = new Map<string, Attribute>();
  for (let at = element.parent; at !== undefined; at = at.parent) {
    for (const attribute of at.attributes) {
      if (attribute.prefix === 'xml' && !nearest.has(attribute.local)) nearest.set(attribute.local, attribute);
    }
  }
  for (const own of element.attributes) if (own.prefix === 'xml') nearest.delete(own.local);
  return [...nearest.values()];
}

function declare(scope: Scope, { prefix, uri }: NamespaceDeclaration, mark: number): void {
  const common = COMMON.indexOf(uri);
  if (common === -1) refuseInvalid(prefix, uri, scope.anyUri);
  if (prefix === 'xmlns' || (prefix === 'xml' && uri !== XML_NAMESPACE))
    refuse('xml_malformed', 'a declaration of a reserved prefix');
  if (scope.prefixes.indexOf(prefix, mark) !== -1) refuse('xml_malformed', 'a prefix declared twice');
  scope.prefixes.push(prefix);
  scope.uris.push(COMMON[common] ?? uri);
}

function refuseInvalid(prefix: string, uri: string, anyUri: boolean): void {
  const reserved = (uri === XML_NAMESPACE && prefix !== 'xml') || uri === XMLNS_NAMESPACE;
  if (reserved) refuse('xml_malformed', 'a declaration of a reserved namespace');
  const allowed = uri === '' ? prefix === '' : anyUri || ABSOLUTE.test(uri);
  if (!allowed) refuse('xml_malformed', 'a relative or empty namespace name');
}

function resolve(scope: Scope, prefix: string): string {
  for (let at = scope.prefixes.length - 1; at >= 0; at--) {
    if (scope.prefixes[at] !== prefix) continue;
    if (at < scope.outer) scope.borrowed.add(prefix);
    return scope.uris[at] as string;
  }
  if (prefix === 'xml') return XML_NAMESPACE;
  return prefix === '' ? '' : refuse('xml_malformed', 'an undeclared prefix');
}

function refuseDuplicate(one: Attribute, other: Attribute): void {
  if (one.local === other.local && one.uri === other.uri) refuse('xml_malformed', 'a duplicate attribute');
}
