import { decodeCharacters, expandReferences, ncNameEnd, spaceEnd } from './characters.ts';
import { refuse } from './error.ts';
import { countNode, messageLimits, type Reader, refuseMarkup, type XmlLimits } from './reader.ts';
import { closeScope, createScope } from './scope.ts';
import { readStartTag } from './startTag.ts';
import { isBlank, type NamespaceDeclaration, type XmlElement } from './tree.ts';

type ParseOptions = { limits?: XmlLimits; outer?: readonly NamespaceDeclaration[] };

const LT = 0x3c;
const GT = 0x3e;
const SLASH = 0x2f;
const BANG = 0x21;
const QUESTION = 0x3f;

const HAS_TEXT = 1;
const HAS_COMMENT = 2;

const XML_DECLARATION =
  /<\?xml[\t\n ]+version[\t\n ]*=[\t\n ]*(?:"1\.0"|'1\.0')(?:[\t\n ]+encoding[\t\n ]*=[\t\n ]*(?:"[Uu][Tt][Ff]-8"|'[Uu][Tt][Ff]-8'))?(?:[\t\n ]+standalone[\t\n ]*=[\t\n ]*(?:"(?:yes|no)"|'(?:yes|no)'))?[\t\n ]*\?>/y;

/**
 * Parses a document in one pass, in linear time and within limits, and returns its root. Throws an XmlError.
 *
 * Accepts a strict subset of XML 1.0 and Namespaces in XML 1.0: UTF-8, ASCII names, absolute namespace names, no DOCTYPE, processing
 * instruction, CDATA section or comment inside a text, and only an XML declaration and white space around the root. The tree of an accepted
 * document is the one that every XML processor builds.
 * @param options.outer the namespace declarations around a document that was cut out of another, each prefix once
 */
export function parseXml(octets: Buffer, options: ParseOptions = {}): XmlElement {
  const { limits = messageLimits, outer = [] } = options;
  if (octets.length > limits.octets) refuse('message_too_large');
  return readDocument(openReader(decodeCharacters(octets), limits, outer));
}

function openReader(xml: string, limits: XmlLimits, outer: readonly NamespaceDeclaration[]): Reader {
  // XML forbids ]]> in texts; without CDATA sections, nothing else needs it.
  if (xml.includes(']]>')) refuse(xml.includes('<![') ? 'xml_forbidden' : 'xml_malformed', ']]>');
  const flat = !xml.includes('&') && !xml.includes('\n') && !xml.includes('\t');
  return { xml, limits, at: 0, next: 0, flat, nodes: 0, depth: 0, content: [0], closed: false, ...createScope(outer) };
}

function readDocument(reader: Reader): XmlElement {
  const { xml } = reader;
  XML_DECLARATION.lastIndex = 0;
  const declared = XML_DECLARATION.test(xml);
  if (!declared && /^<\?xml[\t\n ]/.test(xml)) refuse('xml_malformed', 'not declared as XML 1.0 in UTF-8');
  reader.at = spaceEnd(xml, declared ? XML_DECLARATION.lastIndex : 0);
  if (xml.charCodeAt(reader.at) !== LT) refuse('xml_malformed', 'text before the root');
  if (ncNameEnd(xml, reader.at + 1) === reader.at + 1) refuseMarkup(reader);
  const root = readStartTag(reader, undefined);
  let current: XmlElement | undefined = reader.closed ? undefined : root;
  while (current !== undefined) {
    readText(reader, current);
    current = readMarkup(reader, current);
  }
  if (spaceEnd(xml, reader.at) !== xml.length) refuse('xml_malformed', 'content after the root');
  return root;
}

function readText(reader: Reader, element: XmlElement): void {
  const { xml, at } = reader;
  const end = reader.next >= at ? reader.next : xml.indexOf('<', at);
  if (end === at) return;
  if (end === -1 || end === xml.length) refuse('xml_malformed', 'an unclosed element');
  if (end - at > reader.limits.text) refuse('xml_limit', 'text too long');
  const raw = xml.slice(at, end);
  const text = reader.flat || !raw.includes('&') ? raw : expandReferences(raw);
  reader.at = end;
  countNode(reader);
  if (!isBlank(text)) noteContent(reader, HAS_TEXT);
  const last = element.children.length - 1;
  const before = element.children[last];
  // Two texts in a row: a dropped comment was between them.
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
  if (!xml.startsWith(element.name, at + 2)) refuse('xml_malformed', 'a mismatched end tag');
  if (xml.charCodeAt(end) !== GT) end = spaceEnd(xml, end);
  if (xml.charCodeAt(end) !== GT) refuse('xml_malformed', 'a mismatched end tag');
  reader.at = end + 1;
  closeScope(reader, element);
  reader.depth--;
  return element.parent;
}

function skipComment(reader: Reader): void {
  const { xml, at } = reader;
  if (!xml.startsWith('<!--', at)) refuseMarkup(reader);
  const end = xml.indexOf('--', at + 4);
  if (end === -1 || xml.charCodeAt(end + 2) !== GT) refuse('xml_malformed', 'an unclosed comment');
  reader.at = end + 3;
  countNode(reader);
  noteContent(reader, HAS_COMMENT);
}

// A comment inside a text makes one value look like another to some readers; no honest provider needs it.
function noteContent(reader: Reader, kind: number): void {
  const seen = (reader.content[reader.depth] ?? 0) | kind;
  if (seen === (HAS_TEXT | HAS_COMMENT)) refuse('xml_forbidden', 'a comment inside a text');
  reader.content[reader.depth] = seen;
}
