import { Parser } from 'xml2js';
import { refuse } from './metadataError.ts';

/** An element of the document with its namespace resolved, so that prefixes do not matter. */
export type Element = {
  namespace: string;
  name: string; // without the prefix
  attributes: ReadonlyMap<string, string>; // those without a namespace by their name, others as '{namespace}name'
  children: readonly Element[];
  text: string; // its own, joined, without white space around it
};

export const NAMESPACES = {
  metadata: 'urn:oasis:names:tc:SAML:2.0:metadata',
  protocol: 'urn:oasis:names:tc:SAML:2.0:protocol',
  signature: 'http://www.w3.org/2000/09/xmldsig#',
  ui: 'urn:oasis:names:tc:SAML:metadata:ui',
  xml: 'http://www.w3.org/XML/1998/namespace',
} as const;

type NamespaceKey = keyof typeof NAMESPACES;

/**
 * Builds the tree of a document with xml2js.
 * @param xml a document that `checkMetadataLimits` has let through
 * @throws a refusal: not_xml
 */
export function parseElements(xml: string): Element {
  const parsed = parse(xml);
  if (parsed === undefined)
    refuse('not_xml', 'This is not well-formed XML. Copy the whole metadata again, or upload the file.');
  return toElement(parsed);
}

/** The children of an element that have this namespace and name, in the document's order. */
export function childrenOf(parent: Element, namespace: NamespaceKey, name: string): Element[] {
  return parent.children.filter((child) => isElement(child, namespace, name));
}

/** Whether an element has this namespace and name. */
export function isElement(element: Element, namespace: NamespaceKey, name: string): boolean {
  return element.namespace === NAMESPACES[namespace] && element.name === name;
}

// Characters that no XML name may have ('$') keep the parser's own keys apart from the document's names.
const OPTIONS = {
  xmlns: true,
  explicitRoot: false,
  explicitChildren: true,
  preserveChildrenOrder: true,
  attrkey: '$',
  charkey: '$text',
  childkey: '$$',
} as const;

type ParsedElement = {
  $ns: { uri: string; local: string };
  $?: Record<string, { uri: string; local: string; value: string }>;
  $$?: ParsedElement[];
  $text?: string;
};

function parse(xml: string): ParsedElement | undefined {
  let root: ParsedElement | undefined;
  // Without its option `async`, xml2js calls back before parseString returns.
  new Parser(OPTIONS).parseString(xml, (error: Error | null, result: ParsedElement) => {
    if (error === null) root = result;
  });
  return root;
}

function toElement(parsed: ParsedElement): Element {
  return {
    namespace: parsed.$ns.uri,
    name: parsed.$ns.local,
    attributes: new Map(
      Object.values(parsed.$ ?? {}).map(({ uri, local, value }) => [uri === '' ? local : `{${uri}}${local}`, value]),
    ),
    children: (parsed.$$ ?? []).map(toElement),
    text: (parsed.$text ?? '').trim(),
  };
}
