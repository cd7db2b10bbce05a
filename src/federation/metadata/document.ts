import { Parser } from 'xml2js';
import { XmlError } from '../../xml/error.ts';
import { parseXml } from '../../xml/parse.ts';
import type { XmlLimits } from '../../xml/reader.ts';
import type { XmlElement } from '../../xml/tree.ts';
import { quote, refuse } from './refusal.ts';

/** How large metadata may be, fetched, uploaded or pasted. That of Entra and AD FS, the largest in common use, is far smaller. */
export const MAX_METADATA_BYTES = 1_000_000;

/** An element with its namespace resolved, so that prefixes do not matter. */
export type Element = {
  namespace: string;
  name: string; // without the prefix
  attributes: ReadonlyMap<string, string>; // by name; in a namespace by '{namespace}name'
  children: readonly Element[];
  text: string; // of the element itself, joined and trimmed
};

export const NAMESPACES = {
  metadata: 'urn:oasis:names:tc:SAML:2.0:metadata',
  protocol: 'urn:oasis:names:tc:SAML:2.0:protocol',
  signature: 'http://www.w3.org/2000/09/xmldsig#',
  ui: 'urn:oasis:names:tc:SAML:metadata:ui',
  shibboleth: 'urn:mace:shibboleth:metadata:1.0',
  xml: 'http://www.w3.org/XML/1998/namespace',
} as const;

/** An XML declaration up to the name of an encoding whose ASCII is that of UTF-8 (XML 1.0 2.8, 4.3.3). */
const DECLARED = /^(\s*<\?xml[^>]*\sencoding\s*=\s*["'])((?:iso-8859-|windows-125)\d{1,2}|us-ascii|utf-8)(?=["'])/i;

const COPY_AGAIN = 'Copy all of the metadata again, or upload the file.';

type NamespaceKey = keyof typeof NAMESPACES;

/** The limits of the metadata of one provider. */
export const METADATA_LIMITS: XmlLimits = {
  octets: 2 * MAX_METADATA_BYTES, // UTF-16 may grow by half as UTF-8
  nodes: 10_000,
  attributes: 64,
  depth: 32,
  declarations: 32, // xml2js's parser copies them all at the end of every element
  text: MAX_METADATA_BYTES,
  value: 8_192,
};

/**
 * Reads what was fetched, uploaded or pasted as one XML document: UTF-8, UTF-16 with a byte order mark, which is what PowerShell saves, or
 * the encoding that it declares (XML 1.0 4.3.3).
 * `src/xml` checks form and limits in linear time before xml2js builds the tree.
 * @returns the text without a byte order mark and surrounding white space, the root element, and the tree for verifying a signature
 * @throws a refusal: empty, too_large, not_utf8, is_html, not_xml, doctype, processing_instruction, too_complex, forbidden_name
 */
export function readDocument(input: Uint8Array | string): { xml: string; root: Element; parsed: XmlElement } {
  const xml = decode(input);
  checkLooksLikeXml(xml);
  const parsed = checkForm(xml);
  return { xml, root: toElement(buildTree(xml)), parsed };
}

/** Returns the children of an element with this namespace and name, in document order. */
export function childrenOf(parent: Element, namespace: NamespaceKey, name: string): Element[] {
  return parent.children.filter((child) => isElement(child, namespace, name));
}

/** Whether an element has this namespace and name. */
export function isElement(element: Element, namespace: NamespaceKey, name: string): boolean {
  return element.namespace === NAMESPACES[namespace] && element.name === name;
}

/** Returns the value of an attribute of the type xs:boolean; false if it is missing. */
export function isTrue({ attributes }: Element, name: string): boolean {
  return /^(true|1)$/.test(attributes.get(name)?.trim() ?? '');
}

/** Returns the element of a tree of src/xml. */
export function elementOf({ uri, local, attributes, children }: XmlElement): Element {
  return {
    namespace: uri,
    name: local,
    attributes: new Map(
      attributes.map(({ uri: own, local: name, value }) => [own === '' ? name : `{${own}}${name}`, value]),
    ),
    children: children.flatMap((child) => (typeof child === 'string' ? [] : [elementOf(child)])),
    text: children
      .filter((child) => typeof child === 'string')
      .join('')
      .trim(),
  };
}

function decode(input: Uint8Array | string): string {
  const bytes = typeof input === 'string' ? Buffer.byteLength(input) : input.byteLength;
  if (bytes > MAX_METADATA_BYTES)
    refuse('too_large', 'This is larger than 1 MB. The metadata of one provider is much smaller: check the file.');
  const text = typeof input === 'string' ? input : decodeBytes(input);
  // What is stored is UTF-8, whatever was declared.
  return text
    .replace(/^\uFEFF/, '')
    .trim()
    .replace(DECLARED, (all, before, name) => (/^utf-8$/i.test(name) ? all : `${before}UTF-8`));
}

function decodeBytes(bytes: Uint8Array): string {
  const encoding = encodingOf(bytes);
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    const name = encoding.toUpperCase();
    return refuse('not_utf8', `This file is not ${name} text. Download the metadata again and upload it unchanged.`);
  }
}

function encodingOf(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  return DECLARED.exec(Buffer.from(bytes.subarray(0, 200)).toString('latin1'))?.[2] ?? 'utf-8';
}

function checkLooksLikeXml(text: string): void {
  if (text === '') refuse('empty', 'This is empty. Provide the metadata of the identity provider.');
  if (/^(<!--.{0,1000}?-->\s*)?<(!doctype\s+html|html)\b/is.test(text))
    refuse(
      'is_html',
      'This is a web page (HTML), not metadata. It may be a login page. Enter the URL of the XML, or upload the file.',
    );
  if (!text.startsWith('<'))
    refuse('not_xml', `This is not XML: it starts with ${quote(text.slice(0, 20))}. ${COPY_AGAIN}`);
}

function checkForm(xml: string): XmlElement {
  // sax, the parser of xml2js, uses attribute names as keys of plain objects.
  if (xml.includes('__proto__'))
    refuse('forbidden_name', 'This contains the name "__proto__", which no metadata uses.');
  try {
    return parseXml(Buffer.from(xml), { grammar: 'document', limits: METADATA_LIMITS });
  } catch (error) {
    if (error instanceof XmlError) refuseForm(error);
    throw error;
  }
}

function refuseForm({ reason, detail = '', position }: XmlError): never {
  if (reason === 'xml_limit' || reason === 'message_too_large')
    refuse('too_complex', `This has ${detail}, too many for one identity provider. Check that it is the right file.`);
  refuseMarkup(detail);
  if (detail === 'an unknown entity')
    refuse(
      'not_xml',
      `This is not well-formed XML: in line ${position?.line}, "&" must be written "&amp;". Correct it there, or at the provider.`,
    );
  const where = position ? `line ${position.line}, column ${position.column}: ` : '';
  return refuse('not_xml', `This is not well-formed XML (${where}${detail}). ${COPY_AGAIN}`);
}

/** Refuses what no metadata needs, by the detail of an XmlError: a DOCTYPE or a processing instruction. */
export function refuseMarkup(detail: string): void {
  if (/^<!doctype/i.test(detail)) refuse('doctype', 'This has a DOCTYPE, which metadata never needs. Remove it.');
  if (detail.startsWith('<?'))
    refuse('processing_instruction', `This has a processing instruction (${quote(detail)}). Remove it.`);
}

// '$' cannot start an XML name, so the parser's own keys never collide with names of the document.
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

function buildTree(xml: string): ParsedElement {
  let root: ParsedElement | undefined;
  // Without its option `async`, xml2js calls back before parseString returns.
  new Parser(OPTIONS).parseString(xml, (error: Error | null, result: ParsedElement) => {
    if (error === null) root = result;
  });
  return root ?? refuse('not_xml', `This is not well-formed XML. ${COPY_AGAIN}`);
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
