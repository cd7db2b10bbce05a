import { isAscii, isUtf8 } from 'node:buffer';
import { NOT_UTF_8, refuse } from './error.ts';

const NAME_START = 1;
const NAME_PART = 2;

/** Characters of names by UTF-16 unit (XML 1.0 2.3, without the colon): all of them, and those of ASCII. */
export const xmlNames = nameTable();
export const asciiNames = xmlNames.slice(0, 128);

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
  if (!isUtf8(octets)) refuse('xml_malformed', NOT_UTF_8);
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

/** Returns the end of the NCName that starts at `from`, or `from` if there is none (Namespaces in XML 3). */
export function ncNameEnd(text: string, from: number, names: Uint8Array): number {
  let code = text.charCodeAt(from);
  if (names[code] !== NAME_START) return from;
  let at = from;
  do code = text.charCodeAt(++at);
  while (code < names.length && names[code] !== 0);
  return at;
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

// By UTF-16 unit, XML 1.0 2.3 without the colon. High surrogates are those of the characters up to U+EFFFF; a low one always follows.
function nameTable(): Uint8Array {
  const latin = [0x41, 0x5a, 0x5f, 0x5f, 0x61, 0x7a, 0xc0, 0xd6, 0xd8, 0xf6, 0xf8, 0x2ff];
  const beyond = [0x370, 0x37d, 0x37f, 0x1fff, 0x200c, 0x200d, 0x2070, 0x218f, 0x2c00, 0x2fef, 0x3001, 0xdb7f];
  const starts = [...latin, ...beyond, 0xf900, 0xfdcf, 0xfdf0, 0xfffd];
  const parts = [0x2d, 0x2e, 0x30, 0x39, 0xb7, 0xb7, 0x300, 0x36f, 0x203f, 0x2040, 0xdc00, 0xdfff];
  const table = new Uint8Array(0x10000);
  for (let at = 0; at < starts.length; at += 2) table.fill(NAME_START, starts[at], (starts[at + 1] ?? 0) + 1);
  for (let at = 0; at < parts.length; at += 2) table.fill(NAME_PART, parts[at], (parts[at + 1] ?? 0) + 1);
  return table;
}
