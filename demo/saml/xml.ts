import { DOMParser } from '@xmldom/xmldom';
import { SamlError } from './samlError.ts';

const maxCharacters = 64 * 1024;

/** Escapes text for element content and for attribute values in double quotes. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"'\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/**
 * Returns an element as text. Attributes that are undefined are omitted.
 * @param content markup; pass text through `escapeXml` first
 */
export function element(name: string, attributes: Record<string, string | undefined>, content = ''): string {
  const written = Object.entries(attributes)
    .map(([key, value]) => (value === undefined ? '' : ` ${key}="${escapeXml(value)}"`))
    .join('');
  return content ? `<${name}${written}>${content}</${name}>` : `<${name}${written}/>`;
}

/** Parses a received message. Throws a SamlError if it is too large, not well-formed, or has a DOCTYPE. */
export function parseXml(text: string): Document {
  if (text.length > maxCharacters) throw new SamlError('The message is larger than 64 KB.');
  if (/<!DOCTYPE|<!ENTITY/i.test(text)) throw new SamlError('The message contains a DOCTYPE.');
  const refuse = (detail: string) => {
    throw new SamlError(`The message is not well-formed XML: ${detail}`);
  };
  const parser = new DOMParser({ errorHandler: { warning: refuse, error: refuse, fatalError: refuse } });
  const document = parser.parseFromString(text, 'text/xml');
  if (!document?.documentElement) throw new SamlError('The message is not XML.');
  return document;
}
