import { Refusal, refuse } from '../refusal.ts';
import type { ReasonCode } from '../verdict.ts';
import { decodeCharacters, expandReferences, ncNameEnd, spaceEnd } from './characters.ts';
import { closeScope, openedScope, openScope, type Scope } from './scope.ts';
import { type Attribute, isBlank, type NamespaceDeclaration, type XmlElement } from './tree.ts';

/** What one message may hold. Honest ones stay well below; each bounds a cost that would grow otherwise. */
export const limits = {
  octets: 256 * 1024,
  nodes: 20_000, // elements, texts and comments
  attributes: 32, // on one element, namespace declarations among them
  depth: 64,
  declarations: 32, // of namespaces, in force at one place
  text: 200_000, // characters in one piece; the longest is an encrypted assertion
  value: 16_384, // characters in one attribute
};

/** A tree, or why there is none; `detail` is for the log. */
export type ParseOutcome =
  | { ok: true; root: XmlElement }
  | { ok: false; reason: ReasonCode; detail: string | undefined };

const LT = 0x3c;
const GT = 0x3e;
const SLASH = 0x2f;
const BANG = 0x21;
const QUESTION = 0x3f;
const EQUALS = 0x3d;
const COLON = 0x3a;

const HAS_TEXT = 1;
const HAS_COMMENT = 2;

const NO_ATTRIBUTES: readonly Attribute[] = [];
const NO_DECLARATIONS: readonly NamespaceDeclaration[] = [];
const XML_DECLARATION =
  /<\?xml[\t\n ]+version[\t\n ]*=[\t\n ]*(?:"1\.0"|'1\.0')(?:[\t\n ]+encoding[\t\n ]*=[\t\n ]*(?:"utf-8"|'utf-8'))?(?:[\t\n ]+standalone[\t\n ]*=[\t\n ]*(?:"(?:yes|no)"|'(?:yes|no)'))?[\t\n ]*\?>/iy;

type Reader = Scope & {
  xml: string;
  at: number;
  next: number; // where the next < stands behind the tag that was begun last
  flat: boolean; // whether nothing in a value or a text can need to be replaced: no reference, tab or line feed anywhere
  nodes: number;
  depth: number;
  content: number[]; // by depth: whether the open element has text, a comment
  closed: boolean; // whether the start tag just read was an empty element's
};

/**
 * Parses a message in one pass that is linear in its length, within `limits`.
 *
 * The strict subset of XML 1.0 and Namespaces in XML 1.0 that SAML messages are written in: UTF-8, ASCII names, absolute namespace names,
 * no DOCTYPE, no processing instruction, no CDATA section, no comment inside a text, nothing but white space and an XML declaration around
 * the root. All else is refused by value; what is accepted gives the tree that every XML processor gives.
 * `outer` is a namespace declaration in force around the document, where it was cut out of another.
 */
export function parseXml(octets: Buffer, outer?: NamespaceDeclaration): ParseOutcome {
  try {
    if (octets.length > limits.octets) refuse('message_too_large');
    return { ok: true, root: readDocument(openReader(decodeCharacters(octets), outer)) };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, reason: error.reason, detail: error.facts.detail };
    throw error;
  }
}

function openReader(xml: string, outer: NamespaceDeclaration | undefined): Reader {
  // No CDATA section is accepted, so this may not stand in a text; in an attribute or a comment nobody needs it.
  if (xml.includes(']]>')) refuse(xml.includes('<![CDATA[') ? 'xml_forbidden' : 'xml_malformed', { detail: ']]>' });
  const flat = !xml.includes('&') && !xml.includes('\n') && !xml.includes('\t');
  return { xml, at: 0, next: 0, flat, nodes: 0, depth: 0, content: [0], closed: false, ...openedScope(outer) };
}

function readDocument(reader: Reader): XmlElement {
  const { xml } = reader;
  XML_DECLARATION.lastIndex = 0;
  reader.at = spaceEnd(xml, XML_DECLARATION.test(xml) ? XML_DECLARATION.lastIndex : 0);
  if (xml.charCodeAt(reader.at) !== LT) refuse('xml_malformed', { detail: 'text before the root' });
  if (ncNameEnd(xml, reader.at + 1) === reader.at + 1) refuseMarkup(reader);
  const root = readStartTag(reader, undefined);
  let current: XmlElement | undefined = reader.closed ? undefined : root;
  while (current !== undefined) {
    readText(reader, current);
    current = readMarkup(reader, current);
  }
  if (spaceEnd(xml, reader.at) !== xml.length) refuse('xml_malformed', { detail: 'something after the root' });
  return root;
}

function readText(reader: Reader, element: XmlElement): void {
  const { xml, at } = reader;
  const end = reader.next >= at ? reader.next : xml.indexOf('<', at);
  if (end === at) return;
  if (end === -1 || end === xml.length) refuse('xml_malformed', { detail: 'an element that is not closed' });
  if (end - at > limits.text) refuse('xml_limit', { detail: 'a text that is too long' });
  const raw = xml.slice(at, end);
  const text = reader.flat || !raw.includes('&') ? raw : expandReferences(raw);
  reader.at = end;
  countNode(reader);
  if (!isBlank(text)) noteContent(reader, HAS_TEXT);
  const last = element.children.length - 1;
  const before = element.children[last];
  // Only a comment, now gone, parts two texts.
  if (typeof before === 'string') element.children[last] = before + text;
  else element.children.push(text);
}

function readMarkup(reader: Reader, element: XmlElement): XmlElement | undefined {
  const next = reader.xml.charCodeAt(reader.at + 1);
  if (next === SLASH) return readEndTag(reader, element);
  if (next === BANG || next === QUESTION) {
    skipComment(reader);
    return element;
  }
  const child = readStartTag(reader, element);
  element.children.push(child);
  return reader.closed ? element : child;
}

function readEndTag(reader: Reader, element: XmlElement): XmlElement | undefined {
  const { xml, at } = reader;
  let end = at + 2 + element.name.length;
  if (!xml.startsWith(element.name, at + 2)) refuse('xml_malformed', { detail: 'an end tag of another element' });
  if (xml.charCodeAt(end) !== GT) end = spaceEnd(xml, end);
  if (xml.charCodeAt(end) !== GT) refuse('xml_malformed', { detail: 'an end tag of another element' });
  reader.at = end + 1;
  closeScope(reader, element);
  reader.depth--;
  return element.parent;
}

function skipComment(reader: Reader): void {
  const { xml, at } = reader;
  if (!xml.startsWith('<!--', at)) refuseMarkup(reader);
  const end = xml.indexOf('--', at + 4);
  if (end === -1 || xml.charCodeAt(end + 2) !== GT) refuse('xml_malformed', { detail: 'a comment that is not closed' });
  reader.at = end + 3;
  countNode(reader);
  noteContent(reader, HAS_COMMENT);
}

// A comment within a text is how one value is made to look like another; an honest provider has no use for it.
function noteContent(reader: Reader, kind: number): void {
  const seen = (reader.content[reader.depth] ?? 0) | kind;
  if (seen === (HAS_TEXT | HAS_COMMENT)) refuse('xml_forbidden', { detail: 'a comment within a text' });
  reader.content[reader.depth] = seen;
}

function readStartTag(reader: Reader, parent: XmlElement | undefined): XmlElement {
  const { xml } = reader;
  const start = reader.at + 1;
  const colon = ncNameEnd(xml, start);
  const end = xml.charCodeAt(colon) === COLON ? ncNameEnd(xml, colon + 1) : colon;
  if (colon === start || end === colon + 1) refuseMarkup(reader);
  const element: XmlElement = {
    name: xml.slice(start, end),
    prefix: end === colon ? '' : xml.slice(start, colon),
    local: end === colon ? xml.slice(start, end) : xml.slice(colon + 1, end),
    uri: '',
    attributes: NO_ATTRIBUTES,
    declarations: NO_DECLARATIONS,
    children: [],
    parent,
  };
  countNode(reader);
  reader.at = end;
  const next = xml.indexOf('<', end);
  reader.next = next === -1 ? xml.length : next;
  readAttributes(reader, element);
  openScope(reader, element, limits.declarations);
  if (!readTagEnd(reader)) {
    if (++reader.depth > limits.depth) refuse('xml_limit', { detail: 'too many levels' });
    reader.content[reader.depth] = 0;
  } else closeScope(reader, element);
  return element;
}

function readAttributes(reader: Reader, element: XmlElement): void {
  const { xml } = reader;
  let attributes: Attribute[] | undefined;
  let declarations: NamespaceDeclaration[] | undefined;
  for (let count = 1; ; count++) {
    const start = spaceEnd(xml, reader.at);
    const colon = ncNameEnd(xml, start);
    if (colon === start) {
      reader.at = start;
      break;
    }
    if (start === reader.at) refuse('xml_malformed', { detail: 'no white space before an attribute' });
    if (count > limits.attributes) refuse('xml_limit', { detail: 'too many attributes' });
    const attribute = readAttribute(reader, start, colon);
    if (attribute.name === 'xmlns' || attribute.prefix === 'xmlns') {
      declarations ??= [];
      declarations.push({ prefix: attribute.prefix === '' ? '' : attribute.local, uri: attribute.value });
    } else {
      attributes ??= [];
      attributes.push(attribute);
    }
  }
  element.attributes = attributes ?? NO_ATTRIBUTES;
  element.declarations = declarations ?? NO_DECLARATIONS;
}

function readAttribute(reader: Reader, start: number, colon: number): Attribute {
  const { xml } = reader;
  const end = xml.charCodeAt(colon) === COLON ? ncNameEnd(xml, colon + 1) : colon;
  if (end === colon + 1) refuse('xml_malformed', { detail: 'a name that ends in a colon' });
  const name = xml.slice(start, end);
  const prefix = end === colon ? '' : xml.slice(start, colon);
  const local = end === colon ? name : xml.slice(colon + 1, end);
  let at = xml.charCodeAt(end) === EQUALS ? end : spaceEnd(xml, end);
  if (xml.charCodeAt(at) !== EQUALS) refuse('xml_malformed', { detail: 'an attribute without a value' });
  at = spaceEnd(xml, at + 1);
  const quote = xml[at];
  if (quote !== '"' && quote !== "'") refuse('xml_malformed', { detail: 'a value without quotes' });
  const close = xml.indexOf(quote, at + 1);
  if (close === -1) refuse('xml_malformed', { detail: 'a value that is not closed' });
  if (close > reader.next) refuse('xml_malformed', { detail: '< in an attribute' });
  reader.at = close + 1;
  return { name, prefix, local, uri: '', value: attributeValue(reader, at + 1, close) };
}

// XML 1.0 3.3.3: white space as written becomes a blank, as a reference it stays.
function attributeValue({ xml, flat }: Reader, from: number, to: number): string {
  if (to - from > limits.value) refuse('xml_limit', { detail: 'an attribute that is too long' });
  const raw = xml.slice(from, to);
  return flat || !/[&\t\n]/.test(raw) ? raw : expandReferences(raw.replace(/[\t\n]/g, ' '));
}

function readTagEnd(reader: Reader): boolean {
  const { xml, at } = reader;
  reader.closed = xml.charCodeAt(at) === SLASH;
  const end = reader.closed ? at + 1 : at;
  if (xml.charCodeAt(end) !== GT) refuse('xml_malformed', { detail: 'a start tag that is not closed' });
  reader.at = end + 1;
  return reader.closed;
}

function countNode(reader: Reader): void {
  if (++reader.nodes > limits.nodes) refuse('xml_limit', { detail: 'too many nodes' });
}

function refuseMarkup(reader: Reader): never {
  const markup = reader.xml.slice(reader.at, reader.at + 9);
  if (/^<(\?|!--|!\[CDATA|!doctype)/i.test(markup)) return refuse('xml_forbidden', { detail: markup });
  return refuse('xml_malformed', { detail: 'markup that is no tag' });
}
