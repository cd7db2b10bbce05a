import type { Attribute, NamespaceDeclaration, XmlElement } from './tree.ts';

/** The namespace name that a prefix stands for at an element; undefined where it stands for none. */
export function namespaceInForce(element: XmlElement, prefix: string): string | undefined {
  for (let at: XmlElement | undefined = element; at !== undefined; at = at.parent) {
    const found = at.declarations.find((declaration) => declaration.prefix === prefix);
    if (found !== undefined) return found.uri;
  }
  return undefined;
}

/** All namespace declarations that are in force at an element: of one prefix the nearest. */
export function namespacesInForce(element: XmlElement): NamespaceDeclaration[] {
  const nearest = new Map<string, NamespaceDeclaration>();
  for (let at: XmlElement | undefined = element; at !== undefined; at = at.parent) {
    for (const declaration of at.declarations) {
      if (!nearest.has(declaration.prefix)) nearest.set(declaration.prefix, declaration);
    }
  }
  return [...nearest.values()];
}

/** The attributes of the `xml:` namespace that an element takes from those around it when it is canonicalised by itself (Canonical XML 1.0 2.4). */
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
