import { refuse } from '../saml/verify/refusal.ts';
import type { Scope } from './scope.ts';

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

/** Where a parse stands: one of these is made for each message and changed as it is read. */
export type Reader = Scope & {
  xml: string;
  at: number;
  next: number; // where the next < stands behind the tag that was begun last
  flat: boolean; // whether nothing in a value or a text can need to be replaced: no reference, tab or line feed anywhere
  nodes: number;
  depth: number;
  content: number[]; // by depth: whether the open element has text, a comment
  closed: boolean; // whether the start tag just read was an empty element's
};

/** Counts an element, a text or a comment, and refuses one too many. */
export function countNode(reader: Reader): void {
  if (++reader.nodes > limits.nodes) refuse('xml_limit', { detail: 'too many nodes' });
}

/** Refuses what stands at the reader's place and begins with <: by what it is, where it is something that XML has. */
export function refuseMarkup(reader: Reader): never {
  const markup = reader.xml.slice(reader.at, reader.at + 9);
  if (/^<(\?|!--|!\[CDATA|!doctype)/i.test(markup)) return refuse('xml_forbidden', { detail: markup });
  return refuse('xml_malformed', { detail: 'markup that is no tag' });
}
