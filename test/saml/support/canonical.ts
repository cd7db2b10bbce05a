import { XmlC14NMode, XmlDocument, type XmlElement } from 'libxml2-wasm';

const NAMESPACES = { ds: 'http://www.w3.org/2000/09/xmldsig#' };

/** Returns the canonical form of the element that an XPath finds, by libxml2. Tests sign with it, so that they share no canonicalizer with src/. */
export function canonicalByLibxml2(xml: string, xpath: string, exclusive: boolean, prefixes: string[] = []): string {
  const document = XmlDocument.fromString(xml);
  try {
    const element = document.get(xpath, NAMESPACES) as XmlElement | null;
    if (element === null) throw new Error(`nothing at ${xpath}`);
    return element.canonicalizeToString({
      mode: exclusive ? XmlC14NMode.XML_C14N_EXCLUSIVE_1_0 : XmlC14NMode.XML_C14N_1_0,
      inclusiveNamespacePrefixes: prefixes,
    });
  } finally {
    document.dispose();
  }
}
