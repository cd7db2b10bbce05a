import type { Attribute, NamespaceDeclaration, XmlElement } from './tree.ts';

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
