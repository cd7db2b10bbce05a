import { attributeOf, elementsOf, textOf, type XmlElement } from '../../xml/tree.ts';
import { refuse } from './check.ts';

/** The namespaces of the standards that a SAML message is made of. */
export const SAMLP = 'urn:oasis:names:tc:SAML:2.0:protocol';
export const SAML = 'urn:oasis:names:tc:SAML:2.0:assertion';
export const DS = 'http://www.w3.org/2000/09/xmldsig#';
export const XENC = 'http://www.w3.org/2001/04/xmlenc#';
export const XENC11 = 'http://www.w3.org/2009/xmlenc11#';

/** Refuses a message that breaks the schema. */
export function malformed(expected: string, received?: string): never {
  return refuse('response_malformed', received === undefined ? { expected } : { expected, received });
}

/** Returns the InResponseTo of an element, or undefined. Refuses an empty one: xs:NCName is never empty. */
export function requestIdOf(element: XmlElement): string | undefined {
  const id = attributeOf(element, 'InResponseTo');
  if (id !== '') return id;
  const expected = 'the ID of a login request, or no InResponseTo';
  return refuse('response_malformed', { cause: 'empty_in_response_to', expected, received: 'an empty InResponseTo' });
}

/** Returns the child elements. Refuses text between them. */
export function childElements(element: XmlElement): XmlElement[] {
  return elementsOf(element) ?? malformed(`no text in ${element.local}`);
}

/** Returns the octets of an element of type xs:base64Binary, or undefined. */
export function octetsOf(element: XmlElement | undefined): Buffer | undefined {
  return element && decodeBase64(textOf(element) ?? '');
}

/** Returns an xs:dateTime attribute as epoch milliseconds. Refuses a missing or invalid one. */
export function requiredTime(element: XmlElement, local: string): number {
  return optionalTime(element, local) ?? malformed(`${local} as a dateTime in UTC`);
}

/** Returns an xs:dateTime attribute as epoch milliseconds, or undefined if it is missing. Refuses an invalid one. */
export function optionalTime(element: XmlElement, local: string): number | undefined {
  const text = attributeOf(element, local);
  return text === undefined ? undefined : (parseDateTime(text) ?? malformed(`${local} as a dateTime in UTC`, text));
}

/**
 * Decodes base64 (RFC 4648 4) strictly: alphabet, padding and unused bits must be right. White space is allowed anywhere, because providers
 * wrap lines. Returns undefined for anything else, and for an empty text.
 */
export function decodeBase64(text: string): Buffer | undefined {
  const octets = Buffer.from(text, 'base64');
  if (octets.length === 0) return undefined;
  const canonical = octets.toString('base64');
  return canonical === text || canonical === text.replace(/[\t\n\r ]+/g, '') ? octets : undefined;
}

const SHORTEST = '2026-01-15T12:00:00Z'.length;

/**
 * Parses an xs:dateTime in UTC (saml-core 1.3.3) to epoch milliseconds and truncates fractions of them. Returns undefined for anything else.
 * 24:00:00 is the start of the next day (xmlschema-2 3.2.7.1). Years have four digits.
 */
export function parseDateTime(text: string): number | undefined {
  if (text.length < SHORTEST) return undefined;
  if (`${text[4]}${text[7]}${text[10]}${text[13]}${text[16]}` !== '--T::') return undefined;
  const [year, month, day] = [digitsOf(text, 0, 4), digitsOf(text, 5, 2), digitsOf(text, 8, 2)];
  const [hour, minute, second] = [digitsOf(text, 11, 2), digitsOf(text, 14, 2), digitsOf(text, 17, 2)];
  const midnight = Date.UTC(year, month - 1, day);
  const date = new Date(midnight);
  // An overflow (30 February, month 13) shows as another day or month, a character that is no digit as NaN.
  const realDate = date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  const endOfDay = hour === 24 && minute === 0 && second === 0 && !/\.\d*[1-9]/.test(text);
  if (!realDate || !(endOfDay || (hour < 24 && minute < 60 && second < 60))) return undefined;
  const time = midnight + ((hour * 60 + minute) * 60 + second) * 1000 + millisecondsOf(text);
  return Number.isNaN(time) ? undefined : time;
}

// The part after the seconds: a fraction and the mark of UTC. NaN for anything else.
function millisecondsOf(text: string): number {
  if (text.length === SHORTEST && text[19] === 'Z') return 0;
  const rest = /^(?:\.(\d{1,20}))?(?:Z|[+-]00:00)$/.exec(text.slice(19));
  return rest === null ? Number.NaN : Number((rest[1] ?? '').padEnd(3, '0').slice(0, 3));
}

function digitsOf(text: string, from: number, count: number): number {
  let value = 0;
  for (let at = from; at < from + count; at++) {
    const digit = text.charCodeAt(at) - 0x30;
    if (digit < 0 || digit > 9) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}
