import type { ShownCheck } from '../../store/loginActivity.ts';
import { parseXml } from '../../xml/parse.ts';
import { messageLimits } from '../../xml/reader.ts';
import { type Attribute, isBlank, isElement, type XmlElement } from '../../xml/tree.ts';
import { everyCheck } from '../checkResults.ts';
import { SAML } from '../verify/elements.ts';
import type { KeptMessages, Unreadable } from './keep.ts';
import { findPlaceOfMissing, findPlaces, type MessageTrees, type Place } from './places.ts';

/** A check that read a place: `id` is the anchor at the place, `isRefused` whether the check failed, `isMissing` whether what it reads is not there. */
export type Reading = { id: string; check: number; name: string; isRefused: boolean; isMissing: boolean };

/** A piece of a line: a name, a value or a sign, with the checks that read it. */
export type Piece = {
  text: string;
  kind: 'sign' | 'name' | 'attribute' | 'value' | 'text' | 'note';
  readings: Reading[];
};

/** A message for the screen (views/settings/activity/messages.ejs): lines of pieces, or where it could not be read further. */
export type ShownMessage = { name: 'request' | 'response'; title: string; lines: Line[] };

type Line = { depth: number; pieces: Piece[] };

/** The messages of an attempt, and by the name of a check the places that it read, as links to their anchors. */
export type MessageView = {
  messages: ShownMessage[];
  unreadable: (Unreadable & Pick<Reading, 'check' | 'name'>) | undefined;
  links: Map<string, { href: string; text: string }[]>;
};

const titles: Partial<Record<string, string>> = { LogoutRequest: 'Logout request', LogoutResponse: 'Logout response' };
const XML_CHECK = 4;
const MOST_OF_CHECK = 8; // places that one check links to
const LONGEST_LINE = 90; // characters

// A decrypted Assertion is inside of the Response: each was read within the limits of a message.
const limits = {
  ...messageLimits,
  nodes: 2 * messageLimits.nodes,
  depth: 2 * messageLimits.depth,
  declarations: 2 * messageLimits.declarations,
};

/** Returns the kept messages of an attempt for the screen, with the place that each of its checks read. Checks that were not reached read nothing. */
export function messageView(kept: KeptMessages, checks: readonly ShownCheck[]): MessageView {
  const trees = { request: treeOf(kept.request), response: treeOf(kept.response), named: kept.named };
  const { readings, links } = findReadings(trees, checks);
  const xmlCheckName = everyCheck.find(({ number }) => number === XML_CHECK)?.name ?? '';
  if (kept.unreadable) links.set(xmlCheckName, [{ href: '#message-unreadable', text: `line ${kept.unreadable.line}` }]);
  const shown = (name: ShownMessage['name'], title: string, root: XmlElement | undefined) =>
    root ? [{ name, title, lines: linesOf(root, 0, readings) }] : [];
  return {
    messages: [
      ...shown('response', titles[trees.response?.local ?? ''] ?? 'SAML response', trees.response),
      ...shown('request', 'Login request', trees.request),
    ],
    unreadable: kept.unreadable && { ...kept.unreadable, check: XML_CHECK, name: xmlCheckName },
    links,
  };
}

// What was kept was read before, but a character that was a reference may need the wider grammar now.
function treeOf(xml: string | undefined): XmlElement | undefined {
  return xml === undefined ? undefined : parseXml(Buffer.from(xml), { grammar: 'document', limits });
}

type Readings = Map<XmlElement | Attribute, Reading[]>;

function findReadings(
  trees: MessageTrees,
  checks: readonly ShownCheck[],
): Pick<MessageView, 'links'> & { readings: Readings } {
  const readings: Readings = new Map();
  const links: MessageView['links'] = new Map();
  for (const { name, result } of checks) {
    const check = everyCheck.find((each) => each.name === name);
    if (!check || result === 'not_reached') continue;
    const found = check.reads.flatMap((path) => placesAt(path, trees, result === 'refused')).slice(0, MOST_OF_CHECK);
    const ids = found.map((_, index) => `read-${check.number}-${index + 1}`);
    for (const [index, { place, isMissing }] of found.entries()) {
      const at = place.attribute ?? place.element;
      const reading = { id: ids[index] ?? '', check: check.number, name, isRefused: result === 'refused', isMissing };
      readings.set(at, [...(readings.get(at) ?? []), reading]);
    }
    links.set(
      name,
      found.map(({ path }, index) => ({ href: `#${ids[index]}`, text: path })),
    );
  }
  return { readings, links };
}

function placesAt(read: string, trees: MessageTrees, isRefused: boolean) {
  const path = read.replace(/\?$/, '');
  const found = findPlaces(path, trees).map((place) => ({ place, path: textOfPath(place), isMissing: false }));
  const missing = found.length === 0 && isRefused && path === read ? findPlaceOfMissing(path, trees) : undefined;
  return missing ? [{ place: missing, path: textOfPath(missing), isMissing: true }] : found;
}

function textOfPath({ element, attribute }: Place): string {
  if (attribute) return `${element.local}/@${attribute.local}`;
  return element.parent ? `${element.parent.local}/${element.local}` : element.local;
}

function linesOf(element: XmlElement, depth: number, readings: Readings): Line[] {
  const children = element.children.filter((child) => typeof child !== 'string' || !isBlank(child));
  const [first, ...others] = children;
  const isLeaf = others.length === 0 && (first === undefined || typeof first === 'string');
  const open = startTag(element, depth, first === undefined ? '/>' : '>', isLeaf && first !== undefined, readings);
  if (first === undefined) return open;
  const close = [piece('sign', '</'), piece('name', element.name), piece('sign', '>')];
  if (isLeaf) {
    open.at(-1)?.pieces.push(piece('text', String(first), readings.get(element)), ...close);
    return open;
  }
  const inner = children.flatMap((child) =>
    typeof child === 'string'
      ? [{ depth: depth + 1, pieces: [piece('text', child)] }]
      : childLines(child, depth + 1, readings),
  );
  return [...open, ...inner, { depth, pieces: close }];
}

function childLines(child: XmlElement, depth: number, readings: Readings): Line[] {
  const lines = linesOf(child, depth, readings);
  const isDecrypted = isElement(child, SAML, 'Assertion') && isElement(child.parent, SAML, 'EncryptedAssertion');
  return isDecrypted ? [{ depth, pieces: [piece('note', 'decrypted:')] }, ...lines] : lines;
}

/**
 * Returns the start tag on one line, or with one attribute on each if it would be long.
 * @param isText a text follows, which is then what a check reads of the element
 */
function startTag(element: XmlElement, depth: number, end: string, isText: boolean, readings: Readings): Line[] {
  const name = [piece('sign', '<'), piece('name', element.name, isText ? [] : readings.get(element))];
  const attributes = [
    ...element.declarations.map(({ prefix, uri }) => attributePieces(prefix === '' ? 'xmlns' : `xmlns:${prefix}`, uri)),
    ...element.attributes.map((attribute) => attributePieces(attribute.name, attribute.value, readings.get(attribute))),
  ];
  const length = attributes.flat().reduce((sum, { text }) => sum + text.length, 2 * depth + element.name.length);
  if (attributes.length < 2 || length <= LONGEST_LINE) {
    const all = attributes.flatMap((pieces) => [piece('sign', ' '), ...pieces]);
    return [{ depth, pieces: [...name, ...all, piece('sign', end)] }];
  }
  const lines = attributes.map((pieces) => ({ depth: depth + 2, pieces }));
  lines.at(-1)?.pieces.push(piece('sign', end));
  return [{ depth, pieces: name }, ...lines];
}

function attributePieces(name: string, value: string, readings?: Reading[]): Piece[] {
  return [piece('attribute', name), piece('sign', '="'), piece('value', value, readings), piece('sign', '"')];
}

function piece(kind: Piece['kind'], text: string, readings: Reading[] = []): Piece {
  return { kind, text, readings };
}
