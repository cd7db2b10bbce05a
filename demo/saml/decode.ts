import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { SamlError } from './samlError.ts';

const maxBytes = 64 * 1024;

/** Returns the XML of a message from the POST binding (saml-bindings 3.5.4). Throws a SamlError. */
export function decodePost(message: string): string {
  return decodeBase64(message).toString('utf8');
}

/** Returns the XML of a message from the Redirect binding with DEFLATE (saml-bindings 3.4.4.1). Throws a SamlError. */
export function decodeRedirect(message: string): string {
  try {
    return inflateRawSync(decodeBase64(message), { maxOutputLength: maxBytes }).toString('utf8');
  } catch (error) {
    if (error instanceof SamlError) throw error;
    throw new SamlError('The message is not DEFLATE-compressed, or is larger than 64 KB.');
  }
}

/** Returns a message in base64 for the POST binding. */
export function encodePost(xml: string): string {
  return Buffer.from(xml, 'utf8').toString('base64');
}

/** Returns a message in base64 for the Redirect binding, not yet URL-encoded. */
export function encodeRedirect(xml: string): string {
  return deflateRawSync(Buffer.from(xml, 'utf8')).toString('base64');
}

function decodeBase64(message: string): Buffer {
  if (message.length > 2 * maxBytes) throw new SamlError('The message is too large.');
  const compact = message.replace(/[\r\n]/g, '');
  if (compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(compact))
    throw new SamlError('The message is not base64.');
  return Buffer.from(compact, 'base64');
}
