import { Refusal, refuse } from '../saml/verify/refusal.ts';
import type { ReasonCode } from '../saml/verify/verdict.ts';
import { decodeCharacters, expandReferences, ncNameEnd, spaceEnd } from './characters.ts';
import { countNode, limits, type Reader, refuseMarkup } from './reader.ts';
import { closeScope, openedScope } from './scope.ts';
import { readStartTag } from './startTag.ts';
import { isBlank, type NamespaceDeclaration, type XmlElement } from './tree.ts';

/** A tree, or why there is none; `detail` is for the log. */
export type ParseOutcome =
  | { ok: true; root: XmlElement }
  | { ok: false; reason: ReasonCode; detail: string | undefined };

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
 * Parses a message in one pass that is linear in its length, within `limits`.
 *
 * The strict subset of XML 1.0 and Namespaces in XML 1.0 that SAML messages are written in: UTF-8, ASCII names, absolute namespace names,
 * no DOCTYPE, no processing instruction, no CDATA section, no comment inside a text, nothing but white space and an XML declaration around
 * the root. All else is refused by value; what is accepted gives the tree that every XML processor gives.
 * `outer` are the namespace declarations in force around the document, each prefix once, where it was cut out of another.
 */
export function parseXml(octets: Buffer, outer: readonly NamespaceDeclaration[] = []): ParseOutcome {
  try {
    if (octets.length > limits.octets) refuse('message_too_large');
    return { ok: true, root: readDocument(openReader(decodeCharacters(octets), outer)) };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, reason: error.reason, detail: error.facts.detail };
    throw error;
  }
}

function openReader(xml: string, outer: readonly NamespaceDeclaration[]): Reader {
  // No CDATA section is accepted, so this may not stand in a text; in an attribute or a comment nobody needs it.
  if (xml.includes(']]>')) refuse(xml.includes('<![') ? 'xml_forbidden' : 'xml_malformed', { detail: ']]>' });
  const flat = !xml.includes('&') && !xml.includes('\n') && !xml.includes('\t');
  return { xml, at: 0, next: 0, flat, nodes: 0, depth: 0, content: [0], closed: false, ...openedScope(outer) };
}

function readDocument(reader: Reader): XmlElement {
  const { xml } = reader;
  XML_DECLARATION.lastIndex = 0;
  const declared = XML_DECLARATION.test(xml);
  if (!declared && /^<\?xml[\t\n ]/.test(xml))
    refuse('xml_malformed', { detail: 'a declaration of something else than XML 1.0 in UTF-8' });
  reader.at = spaceEnd(xml, declared ? XML_DECLARATION.lastIndex : 0);
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
