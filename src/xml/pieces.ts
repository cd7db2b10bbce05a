import { decodeCharacters } from './characters.ts';
import { refuse } from './error.ts';
import { parseFragment } from './parse.ts';
import type { XmlLimits } from './reader.ts';
import { namespacesInScope } from './scope.ts';
import { isBlank, type XmlElement } from './tree.ts';

/**
 * A part of a long document: the start or the end of a container, white space in it, or a whole element in it. `read` parses the element;
 * its parent is the container, which has no children.
 */
export type Piece =
  | { kind: 'open'; element: XmlElement }
  | { kind: 'close'; element: XmlElement }
  | { kind: 'text'; text: string }
  | { kind: 'element'; octets: Buffer; read: () => XmlElement };

/** Which elements are containers, by their local name, the limits of one piece, and the octets of all. */
export type PieceOptions = { container: string; limits: XmlLimits; octets: number };

type Reader = PieceOptions & {
  pending: Buffer; // what was received and is in no piece yet
  at: number; // up to where the element at the start of it was scanned
  depth: number; // open elements at that place
  open: XmlElement[]; // containers
  selfClosed: boolean; // the container opened last
  root: 'before' | 'inside' | 'after';
};

const [LT, GT, SLASH, BANG, QUESTION, QUOTE, APOSTROPHE] = [0x3c, 0x3e, 0x2f, 0x21, 0x3f, 0x22, 0x27];
const SKIPPED = 'skipped';
const NO_ROOT = 'no root';
const COPY_SHARE = 4;
const MOST_CONTAINERS = 8; // inside each other
const LONGEST_OPENING = '<![CDATA['.length;
const DECLARATION =
  /^<\?xml\s+version\s*=\s*["']1\.\d["'](\s+encoding\s*=\s*["']utf-8["'])?(\s+standalone\s*=\s*["']\w+["'])?\s*\?>$/i;

/**
 * Reads a long document in pieces, with the memory of one piece: containers that hold many elements, such as md:EntitiesDescriptor. UTF-8 only,
 * without DOCTYPE and processing instructions. An element is only checked when it is read. Throws an XmlError.
 */
export async function* readPieces(source: AsyncIterable<Uint8Array>, options: PieceOptions): AsyncGenerator<Piece> {
  const start = { pending: Buffer.alloc(0), at: 0, depth: 0, open: [], selfClosed: false, root: 'before' as const };
  const reader: Reader = { ...options, ...start };
  let received = 0;
  let waiting: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of source) {
    received += chunk.length;
    if (received > options.octets) refuse('message_too_large');
    waiting.push(chunk);
    size += chunk.length;
    // A long element may come in many small chunks, and must not be copied for each of them.
    if (size * COPY_SHARE < reader.pending.length) continue;
    yield* piecesWith(reader, waiting);
    [waiting, size] = [[], 0];
  }
  const end = Buffer.alloc(LONGEST_OPENING, ' '); // what is pending may be shorter
  yield* piecesWith(reader, [...waiting, end]);
  if (reader.root !== 'after' || decodeCharacters(reader.pending).trim() !== '')
    refuse('xml_malformed', 'an unclosed element');
}

function* piecesWith(reader: Reader, chunks: Uint8Array[]): Generator<Piece> {
  reader.pending = Buffer.concat([reader.pending, ...chunks]);
  for (let piece = nextPiece(reader); piece !== undefined; piece = nextPiece(reader)) yield piece;
  if (reader.pending.length > reader.limits.octets) refuseLength(reader.limits);
}

/** Returns the next piece, or undefined if more has to be received. */
function nextPiece(reader: Reader): Piece | undefined {
  let piece = step(reader);
  while (piece === SKIPPED) piece = step(reader);
  return piece;
}

function step(reader: Reader): Piece | typeof SKIPPED | undefined {
  if (reader.selfClosed) return closeContainer(reader);
  if (reader.depth > 0) return scanElement(reader);
  const start = reader.pending.indexOf(LT);
  if (start === -1) return checkBlank(reader);
  if (start > 0) return readText(reader, start);
  const next = reader.pending[1];
  if (reader.pending.length < LONGEST_OPENING) return next === SLASH ? readEndTag(reader) : undefined;
  if (next === BANG) return skip(reader, commentEnd(reader, 0));
  if (next === QUESTION) return skip(reader, declarationEnd(reader));
  if (next === SLASH) return readEndTag(reader);
  return readStart(reader);
}

function skip(reader: Reader, end: number): typeof SKIPPED | undefined {
  if (end === -1) return undefined;
  take(reader, end);
  return SKIPPED;
}

function readText(reader: Reader, end: number): Piece | typeof SKIPPED {
  const text = decodeCharacters(take(reader, end)); // without a byte order mark
  if (text !== '' && !isBlank(text)) refuse('xml_malformed', 'a text between elements');
  return reader.root === 'inside' ? { kind: 'text', text } : SKIPPED;
}

/** A long text before the root is not waited for: it is no XML. */
function checkBlank({ root, pending }: Reader): undefined {
  if (root === 'before' && pending.length > LONGEST_OPENING && !isBlank(pending.toString('latin1', 3)))
    refuse('xml_malformed', NO_ROOT);
}

function readStart(reader: Reader): Piece | undefined {
  const end = tagEnd(reader.pending, 1);
  if (end === -1) return undefined;
  if (reader.root === 'after') refuse('xml_malformed', 'content after the root');
  const name = /^<(?:[^\s/>:]+:)?([^\s/>:]+)/.exec(reader.pending.toString('latin1', 0, Math.min(end + 1, 200)))?.[1];
  if (name === reader.container) return openContainer(reader, end);
  if (reader.root === 'before') refuse('xml_malformed', NO_ROOT);
  return scanElement(reader);
}

function openContainer(reader: Reader, end: number): Piece {
  if (reader.open.length === MOST_CONTAINERS) refuse('xml_limit', `more than ${MOST_CONTAINERS} levels`);
  const tag = take(reader, end + 1);
  reader.selfClosed = tag[end - 1] === SLASH;
  const closed = reader.selfClosed ? tag : Buffer.concat([tag.subarray(0, end), Buffer.from('/>')]);
  const element = parseIn(reader.open.at(-1), closed, reader.limits);
  reader.open.push(element);
  reader.root = 'inside';
  return { kind: 'open', element };
}

function readEndTag(reader: Reader): Piece | undefined {
  const end = reader.pending.indexOf(GT);
  if (end === -1) return undefined;
  const name = take(reader, end + 1)
    .toString('utf8', 2, end)
    .trimEnd();
  if (name !== reader.open.at(-1)?.name) refuse('xml_malformed', 'a mismatched end tag');
  return closeContainer(reader);
}

function closeContainer(reader: Reader): Piece {
  const element = reader.open.pop() ?? refuse('xml_malformed', 'a mismatched end tag');
  reader.selfClosed = false;
  if (reader.open.length === 0) reader.root = 'after';
  return { kind: 'close', element };
}

/** Goes on to the end of the element at the start of what is pending. What was scanned is not scanned again. */
function scanElement(reader: Reader): Piece | undefined {
  const { pending } = reader;
  do {
    const start = pending.indexOf(LT, reader.at);
    const end =
      start === -1 || pending.length < start + LONGEST_OPENING ? shortEnd(pending, start) : markupEnd(reader, start);
    if (end === -1) return undefined;
    const next = pending[start + 1];
    if (next === SLASH) reader.depth--;
    else if (next !== BANG && pending[end - 2] !== SLASH) reader.depth++;
    if (reader.depth > reader.limits.depth) refuse('xml_limit', `more than ${reader.limits.depth} levels`);
    reader.at = end;
  } while (reader.depth > 0);
  const octets = take(reader, reader.at);
  reader.at = 0;
  const parent = reader.open.at(-1);
  return { kind: 'element', octets, read: () => parseIn(parent, octets, reader.limits) };
}

/** Near the end of what is pending, only an end tag can be recognized. */
function shortEnd(pending: Buffer, start: number): number {
  if (start === -1 || pending[start + 1] !== SLASH) return -1;
  return pending.indexOf(GT, start) + 1 || -1;
}

/** Returns the position after the markup at a position, or -1 if it is not complete. */
function markupEnd(reader: Reader, start: number): number {
  const { pending } = reader;
  const next = pending[start + 1];
  if (next === BANG && pending.toString('latin1', start, start + LONGEST_OPENING) === '<![CDATA[')
    return endOf(pending, ']]>', start);
  if (next === BANG) return commentEnd(reader, start);
  if (next === QUESTION) return refuse('xml_forbidden', '<?');
  return (next === SLASH ? pending.indexOf(GT, start) : tagEnd(pending, start + 1)) + 1 || -1;
}

function commentEnd({ pending }: Reader, start: number): number {
  if (pending.toString('latin1', start, start + 4) !== '<!--')
    refuse('xml_forbidden', pending.toString('latin1', start, start + LONGEST_OPENING));
  return endOf(pending, '-->', start + 4);
}

function declarationEnd({ pending, root }: Reader): number {
  const end = endOf(pending, '?>', 0);
  if (root !== 'before') refuse('xml_forbidden', '<?');
  if (end !== -1 && !DECLARATION.test(pending.toString('latin1', 0, end)))
    refuse('xml_malformed', 'an XML declaration that is not accepted: only UTF-8 is');
  return end;
}

function endOf(pending: Buffer, end: string, from: number): number {
  const found = pending.indexOf(end, from, 'latin1');
  return found === -1 ? -1 : found + end.length;
}

/** Returns the position of the > that ends a tag, or -1 if it is not complete. */
function tagEnd(pending: Buffer, from: number): number {
  for (let at = from; at < pending.length; at++) {
    const octet = pending[at];
    if (octet === GT) return at;
    if (octet !== QUOTE && octet !== APOSTROPHE) continue;
    at = pending.indexOf(octet, at + 1);
    if (at === -1) return -1;
  }
  return -1;
}

function take(reader: Reader, length: number): Buffer {
  if (length > reader.limits.octets) refuseLength(reader.limits);
  const taken = reader.pending.subarray(0, length);
  reader.pending = reader.pending.subarray(length);
  return taken;
}

function refuseLength({ octets }: XmlLimits): never {
  return refuse('xml_limit', `an element of more than ${octets} octets`);
}

function parseIn(parent: XmlElement | undefined, octets: Buffer, limits: XmlLimits): XmlElement {
  const outer = parent ? namespacesInScope(parent) : [];
  const { root } = parseFragment(octets, outer, { limits, grammar: 'document' });
  root.parent = parent;
  return root;
}
