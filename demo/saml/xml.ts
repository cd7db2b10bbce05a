import { DOMParser } from '@xmldom/xmldom';
import { SamlError } from './samlError.ts';

const maxCharacters = 64 * 1024;

/** Text made safe for element content and for attribute values in double quotes. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"'\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/**
 * An element as text. Attributes that are undefined are left out.
 * @param content markup that is complete already; text has to come through `escapeXml`
 */
export function element(name: string, attributes: Record<string, string | undefined>, content = ''): string {
  const written = Object.entries(attributes)
    .map(([key, value]) => (value === undefined ? '' : ` ${key}="${escapeXml(value)}"`))
    .join('');
  return content ? `<${name}${written}>${content}</${name}>` : `<${name}${written}/>`;
}

/** Parses a message from outside. Throws a SamlError where it is long, not well-formed, or has a DOCTYPE. */
export function parseXml(text: string): Document {
  if (text.length > maxCharacters) throw new SamlError('The message is longer than 64 KB.');
  if (/<!DOCTYPE|<!ENTITY/i.test(text)) throw new SamlError('The message has a DOCTYPE.');
  const refuse = (detail: string) => {
    throw new SamlError(`The message is not well-formed XML: ${detail}`);
  };
  const parser = new DOMParser({ errorHandler: { warning: refuse, error: refuse, fatalError: refuse } });
  const document = parser.parseFromString(text, 'text/xml');
  if (!document?.documentElement) throw new SamlError('The message is not XML.');
  return document;
}
