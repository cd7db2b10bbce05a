import { asciiNames, decodeCharacters, expandReferences, ncNameEnd, spaceEnd, xmlNames } from './characters.ts';
import { NOT_UTF_8, refuse, XmlError } from './error.ts';
import { countNode, messageLimits, type Reader, refuseMarkup, type XmlGrammar, type XmlLimits } from './reader.ts';
import { closeScope, createScope } from './scope.ts';
import { readStartTag } from './startTag.ts';
import { isBlank, type NamespaceDeclaration, type XmlElement } from './tree.ts';

type ParseOptions = { limits?: XmlLimits; grammar?: XmlGrammar };

/** A document that was cut out of another. `borrowed` are the prefixes ('' for none) whose meaning it takes from around it. */
export type Fragment = { root: XmlElement; borrowed: ReadonlySet<string> };

const LT = 0x3c;
const GT = 0x3e;
const SLASH = 0x2f;
const BANG = 0x21;
const QUESTION = 0x3f;

const HAS_TEXT = 1;
const HAS_COMMENT = 2;

const CDATA = '<![CDATA[';

const DECLARATION_IN_UTF_8 = xmlDeclaration('1\\.0', '[Uu][Tt][Ff]-8');
const ANY_ENCODING = /^<\?xml[^>]*[\t\n ]encoding[\t\n ]*=[\t\n ]*["'](?!utf-8["'])/i;
const DECLARATION = xmlDeclaration('1\\.[0-9]+', '[A-Za-z][A-Za-z0-9._-]*');

/**
 * Parses a document in one pass, in linear time and within limits, and returns its root. Throws an XmlError.
 *
 * Accepts a strict subset of XML 1.0 and Namespaces in XML 1.0: UTF-8, ASCII names, absolute namespace names, no DOCTYPE, processing
 * instruction, CDATA section or comment inside a text, and only an XML declaration and white space around the root. The tree of an accepted
 * document is the one that every XML processor builds.
 * @param options.grammar 'document' accepts what metadata may contain too: names beyond ASCII, comments, CDATA sections and a declared encoding
 */
export function parseXml(octets: Buffer, options?: ParseOptions): XmlElement {
  return parseFragment(octets, [], options).root;
}

/** Parses a part of a document like parseXml, with the namespace declarations around it, each prefix once. Throws an XmlError. */
export function parseFragment(
  octets: Buffer,
  outer: readonly NamespaceDeclaration[],
  { limits = messageLimits, grammar = 'message' }: ParseOptions = {},
): Fragment {
  if (octets.length > limits.octets) refuse('message_too_large');
  const reader = openReader(decodeCharacters(octets), limits, grammar, outer);
  try {
    return { root: readDocument(reader), borrowed: reader.borrowed };
  } catch (error) {
    if (error instanceof XmlError) error.position = positionOf(reader);
    throw error;
  }
}

function openReader(
  xml: string,
  limits: XmlLimits,
  grammar: XmlGrammar,
  outer: readonly NamespaceDeclaration[],
): Reader {
  const isMessage = grammar === 'message';
  // XML forbids ]]> in texts; without CDATA sections, nothing else needs it.
  if (isMessage && xml.includes(']]>')) refuse(xml.includes('<![') ? 'xml_forbidden' : 'xml_malformed', ']]>');
  const flat = !xml.includes('&') && !xml.includes('\n') && !xml.includes('\t');
  const names = isMessage ? asciiNames : xmlNames;
  const start = { at: 0, next: 0, nodes: 0, depth: 0, content: [0], closed: false };
  return { xml, limits, grammar, names, flat, ...start, ...createScope(outer, !isMessage) };
}

function readDocument(reader: Reader): XmlElement {
  const { xml } = reader;
  skipDeclaration(reader);
  skipAroundRoot(reader);
  if (xml.charCodeAt(reader.at) !== LT) refuse('xml_malformed', 'text before the root');
  if (ncNameEnd(xml, reader.at + 1, reader.names) === reader.at + 1) refuseMarkup(reader);
  const root = readStartTag(reader, undefined);
  let current: XmlElement | undefined = reader.closed ? undefined : root;
  while (current !== undefined) {
    readText(reader, current);
    current = readMarkup(reader, current);
  }
  skipAroundRoot(reader);
  if (reader.at !== xml.length) refuse('xml_malformed', 'content after the root');
  return root;
}

function skipDeclaration(reader: Reader): void {
  const { xml, grammar } = reader;
  const declaration = grammar === 'message' ? DECLARATION_IN_UTF_8 : DECLARATION;
  declaration.lastIndex = 0;
  if (declaration.test(xml)) reader.at = declaration.lastIndex;
  else if (ANY_ENCODING.test(xml)) refuse('xml_malformed', NOT_UTF_8);
  else if (/^<\?xml[\t\n ]/.test(xml)) refuse('xml_malformed', 'an XML declaration that is not accepted');
}

function skipAroundRoot(reader: Reader): void {
  reader.at = spaceEnd(reader.xml, reader.at);
  if (reader.grammar === 'message') return;
  while (reader.xml.startsWith('<!--', reader.at)) {
    skipComment(reader);
    reader.at = spaceEnd(reader.xml, reader.at);
  }
}

function readText(reader: Reader, element: XmlElement): void {
  const { xml, at } = reader;
  const end = reader.next >= at ? reader.next : xml.indexOf('<', at);
  if (end === at) return;
  if (end === -1 || end === xml.length) refuse('xml_malformed', 'an unclosed element');
  const raw = xml.slice(at, end);
  if (reader.grammar === 'document' && raw.includes(']]>')) refuse('xml_malformed', ']]> in a text');
  reader.at = end;
  addText(reader, element, reader.flat || !raw.includes('&') ? raw : expandReferences(raw), raw.length);
}

function addText(reader: Reader, element: XmlElement, text: string, length: number): void {
  if (length > reader.limits.text) refuse('xml_limit', `a text of more than ${reader.limits.text} characters`);
  countNode(reader);
  if (!isBlank(text)) noteContent(reader, HAS_TEXT);
  const last = element.children.length - 1;
  const before = element.children[last];
  // Two texts in a row: a comment that is not kept or the border of a CDATA section was between them.
  if (typeof before === 'string') element.children[last] = before + text;
  else if (text !== '') element.children.push(text);
}

function readMarkup(reader: Reader, element: XmlElement): XmlElement | undefined {
  const next = reader.xml.charCodeAt(reader.at + 1);
  if (next === SLASH) return readEndTag(reader, element);
  if (next === BANG || next === QUESTION) {
    if (reader.grammar === 'document' && reader.xml.startsWith(CDATA, reader.at)) readSection(reader, element);
    else {
      skipComment(reader);
      element.commented = true;
    }
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

function readSection(reader: Reader, element: XmlElement): void {
  const start = reader.at + CDATA.length;
  const end = reader.xml.indexOf(']]>', start);
  if (end === -1) refuse('xml_malformed', 'an unclosed CDATA section');
  addText(reader, element, reader.xml.slice(start, end), end - start);
  reader.at = end + 3;
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
  if (seen === (HAS_TEXT | HAS_COMMENT) && reader.grammar === 'message')
    refuse('xml_forbidden', 'a comment inside a text');
  reader.content[reader.depth] = seen;
}

function positionOf({ xml, at }: Reader): { line: number; column: number } {
  const before = xml.slice(0, at).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

// XML 1.0 2.8.
function xmlDeclaration(version: string, encoding: string): RegExp {
  const pair = (name: string, value: string) => `[\\t\\n ]+${name}[\\t\\n ]*=[\\t\\n ]*(?:"${value}"|'${value}')`;
  const optional = `(?:${pair('encoding', encoding)})?(?:${pair('standalone', '(?:yes|no)')})?`;
  return new RegExp(`<\\?xml${pair('version', version)}${optional}[\\t\\n ]*\\?>`, 'y');
}
