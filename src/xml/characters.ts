import { isAscii, isUtf8 } from 'node:buffer';
import { refuse } from './error.ts';

const ASCII = 128;
const NAME_START = 1;
const NAME_PART = 2;
const kinds = nameTable();

const PREDEFINED = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);
const NUMBER = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/;
const LONGEST_REFERENCE = '&#1114111;'.length;

// Surrogates need no check: valid UTF-8 decodes to whole pairs.
const FORBIDDEN_CHARACTER = /[^\t\n\r\u0020-\ufffd]/;

/**
 * Decodes UTF-8, with or without a byte order mark, and normalizes line ends to line feeds (XML 1.0 2.11).
 * Throws an XmlError for another encoding or a character that XML forbids (XML 1.0 2.2).
 */
export function decodeCharacters(octets: Buffer): string {
  if (!isUtf8(octets)) refuse('xml_malformed', 'not UTF-8');
  const marked = octets[0] === 0xef && octets[1] === 0xbb && octets[2] === 0xbf;
  const text = octets.toString('utf8', marked ? 3 : 0);
  if (!isPlain(octets) && FORBIDDEN_CHARACTER.test(text)) refuse('xml_malformed', 'a forbidden character');
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text;
}

/** Replaces character references and the five predefined entities (XML 1.0 4.1, 4.6). Throws an XmlError for any other entity. */
export function expandReferences(text: string): string {
  let expanded = '';
  let from = 0;
  for (let at = text.indexOf('&'); at !== -1; at = text.indexOf('&', from)) {
    const end = text.indexOf(';', at);
    if (end === -1 || end - at > LONGEST_REFERENCE) refuseReference();
    expanded += text.slice(from, at) + characterNamed(text.slice(at + 1, end));
    from = end + 1;
  }
  return expanded + text.slice(from);
}

function characterNamed(name: string): string {
  const predefined = PREDEFINED.get(name);
  if (predefined !== undefined) return predefined;
  const [, hex, decimal] = NUMBER.exec(name) ?? refuseReference();
  return characterOf(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
}

function refuseReference(): never {
  return refuse('xml_malformed', 'an unknown entity');
}

/** Returns the end of the NCName that starts at `from`, or `from` if there is none (Namespaces in XML 3). Only ASCII names, like all of SAML's. */
export function ncNameEnd(text: string, from: number): number {
  let code = text.charCodeAt(from);
  if (!(code < ASCII) || kinds[code] !== NAME_START) return from;
  let at = from;
  do code = text.charCodeAt(++at);
  while (code < ASCII && kinds[code] !== 0);
  return at;
}

/** Returns whether the whole text is an NCName, as an ID must be. */
export function isNcName(text: string): boolean {
  return text !== '' && ncNameEnd(text, 0) === text.length;
}

/** Returns the end of the white space that starts at `from`. */
export function spaceEnd(text: string, from: number): number {
  let at = from;
  for (let code = text.charCodeAt(at); code === 0x20 || code === 0x0a || code === 0x09; code = text.charCodeAt(at))
    at++;
  return at;
}

// Whether all octets are printable ASCII, checked four at a time: true for most messages.
function isPlain(octets: Buffer): boolean {
  if (octets.byteOffset % 4 !== 0 || !isAscii(octets)) return false;
  const words = new Int32Array(octets.buffer, octets.byteOffset, octets.length >> 2);
  for (let at = 0; at < words.length; at++) {
    const word = words[at] as number;
    if (((word - 0x20202020) & ~word & 0x80808080) !== 0) return false;
  }
  for (let at = words.length * 4; at < octets.length; at++) if ((octets[at] as number) < 0x20) return false;
  return true;
}

function characterOf(code: number): string {
  const valid =
    code === 0x9 ||
    code === 0xa ||
    code === 0xd ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x10000 && code <= 0x10ffff);
  return valid ? String.fromCodePoint(code) : refuse('xml_malformed', 'a reference to a forbidden character');
}

function nameTable(): Uint8Array {
  const table = new Uint8Array(ASCII);
  for (let code = 0; code < ASCII; code++) {
    const character = String.fromCharCode(code);
    if (/[A-Za-z_]/.test(character)) table[code] = NAME_START;
    else if (/[0-9.-]/.test(character)) table[code] = NAME_PART;
  }
  return table;
}
