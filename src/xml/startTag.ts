import { expandReferences, ncNameEnd, spaceEnd } from './characters.ts';
import { refuse } from './error.ts';
import { countNode, type Reader, refuseMarkup } from './reader.ts';
import { closeScope, openScope } from './scope.ts';
import type { Attribute, NamespaceDeclaration, XmlElement } from './tree.ts';

const GT = 0x3e;
const SLASH = 0x2f;
const EQUALS = 0x3d;
const COLON = 0x3a;

const NO_ATTRIBUTES: readonly Attribute[] = [];
const NO_DECLARATIONS: readonly NamespaceDeclaration[] = [];

/**
 * Reads the start tag or empty-element tag at the reader's position (XML 1.0 3.1, Namespaces in XML 1.0 3 to 6) and sets `reader.closed`
 * accordingly. The caller adds the element to its parent's children. Throws an XmlError.
 */
export function readStartTag(reader: Reader, parent: XmlElement | undefined): XmlElement {
  const { xml, names } = reader;
  const start = reader.at + 1;
  const colon = ncNameEnd(xml, start, names);
  const end = xml.charCodeAt(colon) === COLON ? ncNameEnd(xml, colon + 1, names) : colon;
  if (colon === start || end === colon + 1) refuseMarkup(reader);
  const name = xml.slice(start, end);
  const element: XmlElement = {
    name,
    prefix: end === colon ? '' : xml.slice(start, colon),
    local: end === colon ? name : xml.slice(colon + 1, end),
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
  openScope(reader, element, reader.limits.declarations);
  if (!readTagEnd(reader)) {
    if (++reader.depth > reader.limits.depth) refuse('xml_limit', `more than ${reader.limits.depth} levels`);
    reader.content[reader.depth] = 0;
  } else closeScope(reader, element);
  return element;
}

function readAttributes(reader: Reader, element: XmlElement): void {
  const { xml, names } = reader;
  let attributes: Attribute[] | undefined;
  let declarations: NamespaceDeclaration[] | undefined;
  for (let count = 1; ; count++) {
    const start = spaceEnd(xml, reader.at);
    const colon = ncNameEnd(xml, start, names);
    if (colon === start) {
      reader.at = start;
      break;
    }
    if (start === reader.at) refuse('xml_malformed', 'missing white space before an attribute');
    if (count > reader.limits.attributes)
      refuse('xml_limit', `more than ${reader.limits.attributes} attributes on one element`);
    // A message is short enough for any number of attributes; a document of a megabyte is not.
    if (reader.grammar === 'document') countNode(reader);
    const end = xml.charCodeAt(colon) === COLON ? ncNameEnd(xml, colon + 1, names) : colon;
    if (end === colon + 1) refuse('xml_malformed', 'a name ending in a colon');
    if (colon === start + 5 && xml.startsWith('xmlns', start)) {
      declarations ??= [];
      declarations.push({ prefix: end === colon ? '' : xml.slice(colon + 1, end), uri: readValue(reader, end) });
    } else {
      attributes ??= [];
      attributes.push(readAttribute(reader, start, colon, end));
    }
  }
  element.attributes = attributes ?? NO_ATTRIBUTES;
  element.declarations = declarations ?? NO_DECLARATIONS;
}

function readAttribute(reader: Reader, start: number, colon: number, end: number): Attribute {
  const { xml } = reader;
  const name = xml.slice(start, end);
  if (end === colon) return { name, prefix: '', local: name, uri: '', value: readValue(reader, end) };
  return {
    name,
    prefix: xml.slice(start, colon),
    local: xml.slice(colon + 1, end),
    uri: '',
    value: readValue(reader, end),
  };
}

function readValue(reader: Reader, nameEnd: number): string {
  const { xml } = reader;
  let at = xml.charCodeAt(nameEnd) === EQUALS ? nameEnd : spaceEnd(xml, nameEnd);
  if (xml.charCodeAt(at) !== EQUALS) refuse('xml_malformed', 'an attribute without a value');
  at = spaceEnd(xml, at + 1);
  const quote = xml[at];
  if (quote !== '"' && quote !== "'") refuse('xml_malformed', 'an attribute value without quotes');
  const close = xml.indexOf(quote, at + 1);
  if (close === -1) refuse('xml_malformed', 'an unclosed attribute value');
  if (close > reader.next) refuse('xml_malformed', '< in an attribute value');
  reader.at = close + 1;
  return attributeValue(reader, at + 1, close);
}

// XML 1.0 3.3.3: literal white space becomes a space, white space written as a reference stays.
function attributeValue({ xml, flat, limits }: Reader, from: number, to: number): string {
  if (to - from > limits.value) refuse('xml_limit', `an attribute value of more than ${limits.value} characters`);
  const raw = xml.slice(from, to);
  return flat || !/[&\t\n]/.test(raw) ? raw : expandReferences(raw.replace(/[\t\n]/g, ' '));
}

function readTagEnd(reader: Reader): boolean {
  const { xml, at } = reader;
  reader.closed = xml.charCodeAt(at) === SLASH;
  const end = reader.closed ? at + 1 : at;
  if (xml.charCodeAt(end) !== GT) refuse('xml_malformed', 'an unclosed start tag');
  reader.at = end + 1;
  return reader.closed;
}
