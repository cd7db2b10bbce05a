import { refuse } from './error.ts';
import type { Scope } from './scope.ts';

/** Which XML is accepted: the strict subset of SAML messages, or all documents without DOCTYPE and processing instructions. */
export type XmlGrammar = 'message' | 'document';

/** How large a document may be. Each limit bounds a cost that grows with it. */
export type XmlLimits = {
  octets: number;
  nodes: number; // elements, texts and comments; in the document grammar attributes too
  attributes: number; // on one element, including namespace declarations
  depth: number;
  declarations: number; // namespaces in scope at one place
  text: number; // characters of one text
  value: number; // characters of one attribute
};

/** The limits of a SAML message. Honest ones stay well below. */
export const messageLimits: XmlLimits = {
  octets: 256 * 1024,
  nodes: 20_000,
  attributes: 32,
  depth: 64,
  declarations: 32,
  text: 200_000, // the longest is an encrypted assertion
  value: 16_384,
};

/** The state of one parse. */
export type Reader = Scope & {
  xml: string;
  limits: XmlLimits;
  grammar: XmlGrammar;
  names: Uint8Array; // characters of names
  at: number;
  next: number; // position of the first < after the start tag read last
  flat: boolean; // no value or text needs a replacement: the document has no reference, tab or line feed
  nodes: number;
  depth: number;
  content: number[]; // by depth: whether the open element has text, a comment
  closed: boolean; // whether the start tag read last was an empty-element tag
};

/** Counts an element, a text, a comment or an attribute. Throws an XmlError past the limit. */
export function countNode(reader: Reader): void {
  if (++reader.nodes > reader.limits.nodes) refuse('xml_limit', `more than ${reader.limits.nodes} nodes`);
}

/** Refuses the markup at the reader's position: forbidden if it is a construct of XML, malformed otherwise. */
export function refuseMarkup(reader: Reader): never {
  const markup = reader.xml.slice(reader.at, reader.at + 9);
  if (/^<(\?|!--|!\[CDATA|!doctype)/i.test(markup)) return refuse('xml_forbidden', markup);
  return refuse('xml_malformed', 'invalid markup');
}
