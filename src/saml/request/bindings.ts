import { sign } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import type { Deps } from '../../deps.ts';
import type { SigningKey } from '../../federation/domainKeys.ts';
import { signXml } from './signXml.ts';

const RSA_SHA256 = 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256';

/** The name of a message in a form or a URL. */
export type MessageParameter = 'SAMLRequest' | 'SAMLResponse';

/** A message without its signature. */
export type OutgoingMessage = { parameter: MessageParameter; xml: string; relayState: string | undefined };

/** Where a message goes, and how. */
export type Target = { binding: 'redirect' | 'post'; url: string };

/** A message as it is sent: a URL to redirect to, or with fields to post there; and its XML. */
export type SentMessage = { url: string; fields: Record<string, string> | undefined; xml: string };

/** Returns an ID for a message. It is an NCName, so it must not start with a digit (saml-core 1.3.4). */
export function newMessageId({ randomBytes }: Pick<Deps, 'randomBytes'>): string {
  return `_${randomBytes(20).toString('hex')}`;
}

/** Returns a message for the binding of its target, signed if there is a key. */
export function sentTo({ binding, url }: Target, message: OutgoingMessage, key: SigningKey | undefined): SentMessage {
  return binding === 'redirect' ? asRedirect(url, message, key) : asForm(url, message, key);
}

/** Returns a URL with more parameters after its own, which stay as they are written, except those of the same names: they are left out. */
export function withParameters(url: string, parameters: URLSearchParams): string {
  const target = new URL(url);
  const isOther = (part: string) =>
    part !== '' && ![...new URLSearchParams(part).keys()].some((name) => parameters.has(name));
  target.search = [...target.search.slice(1).split('&').filter(isOther), parameters].join('&');
  return target.href;
}

// saml-bindings 3.5.4
function asForm(url: string, { parameter, xml, relayState }: OutgoingMessage, key: SigningKey | undefined) {
  const sent = key ? signXml(xml, key, true) : xml;
  const message = { [parameter]: Buffer.from(sent).toString('base64') };
  return { url, fields: { ...message, ...(relayState !== undefined && { RelayState: relayState }) }, xml: sent };
}

// saml-bindings 3.4.4.1: the signature covers the parameters as they are written.
function asRedirect(url: string, { parameter, xml, relayState }: OutgoingMessage, key: SigningKey | undefined) {
  const parameters = new URLSearchParams({ [parameter]: deflateRawSync(xml).toString('base64') });
  if (relayState !== undefined) parameters.set('RelayState', relayState);
  if (key) {
    parameters.set('SigAlg', RSA_SHA256);
    parameters.set('Signature', sign('sha256', Buffer.from(`${parameters}`), key.privateKey).toString('base64'));
  }
  return { url: withParameters(url, parameters), fields: undefined, xml };
}
