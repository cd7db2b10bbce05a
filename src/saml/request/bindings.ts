import { createSign } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { type SigningKey, signXml } from './signXml.ts';

const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';

/** The name of a message in a form or a URL. */
export type MessageParameter = 'SAMLRequest' | 'SAMLResponse';

/** A message as it is sent, without its signature. */
export type OutgoingMessage = { parameter: MessageParameter; xml: string; relayState: string | undefined };

/** Returns the fields for the HTTP-POST binding (saml-bindings 3.5.4), signed if there is a key. */
export function fieldsFor(
  { parameter, xml, relayState }: OutgoingMessage,
  key: SigningKey | undefined,
): Record<string, string> {
  const message = Buffer.from(key ? signXml(xml, key, true) : xml).toString('base64');
  return { [parameter]: message, ...(relayState !== undefined && { RelayState: relayState }) };
}

/** Returns the URL for the HTTP-Redirect binding (saml-bindings 3.4.4), signed if there is a key. */
export function redirectFor(
  { parameter, xml, relayState }: OutgoingMessage,
  url: string,
  key: SigningKey | undefined,
): string {
  const query = new URLSearchParams({ [parameter]: deflateRawSync(xml).toString('base64') });
  if (relayState !== undefined) query.set('RelayState', relayState);
  if (key) {
    query.set('SigAlg', RSA_SHA256);
    query.set('Signature', createSign('RSA-SHA256').update(`${query}`).sign(key.privateKey, 'base64'));
  }
  return `${url}${url.includes('?') ? '&' : '?'}${query}`;
}
