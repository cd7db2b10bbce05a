import type { KeyObject } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { parseXml } from '../../xml/parse.ts';
import { messageLimits } from '../../xml/reader.ts';
import type { XmlElement } from '../../xml/tree.ts';
import { signatureAlgorithm } from '../verify/algorithms.ts';
import { refuse } from '../verify/check.ts';
import { decodeBase64 } from '../verify/elements.ts';
import { octetsVerify } from '../verify/signature.ts';

/** A message of the HTTP-Redirect binding, signed with a key of the provider. */
export type RedirectMessage = {
  parameter: 'SAMLRequest' | 'SAMLResponse';
  root: XmlElement;
  relayState: string | undefined;
};

/** Whose signatures are accepted: the keys of the imported metadata, and whether SHA-1 is allowed. */
type SignaturePolicy = { signingKeys: readonly KeyObject[]; allowSha1: boolean };

const PARAMETERS = ['SAMLRequest', 'SAMLResponse', 'RelayState', 'SigAlg', 'Signature', 'SAMLEncoding'];
const DEFLATE = 'urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE';
const LONGEST_QUERY = 64 * 1024;

/**
 * Reads a signed message from the query string of a request line (saml-bindings 3.4.4). It must not be decoded before: the signature covers
 * these octets, and encoding them again may differ. Throws a Refusal or an XmlError; an unsigned message is refused.
 */
export function readRedirectMessage(rawQuery: string, policy: SignaturePolicy): RedirectMessage {
  if (rawQuery.length > LONGEST_QUERY) refuse('message_too_large');
  const raw = readParameters(rawQuery);
  const parameter = raw.has('SAMLRequest') ? 'SAMLRequest' : 'SAMLResponse';
  const message = raw.get(parameter);
  if (message === undefined || (parameter === 'SAMLRequest' && raw.has('SAMLResponse')))
    return refuse('request_malformed');
  if (!isSigned(raw, parameter, policy)) refuse('signature_invalid');
  const encoding = raw.get('SAMLEncoding');
  if (encoding !== undefined && decodePercent(encoding) !== DEFLATE)
    refuse('request_malformed', { received: encoding });
  const relayState = raw.get('RelayState');
  const decoded = relayState && decodePercent(relayState.replaceAll('+', ' '));
  return { parameter, root: inflate(message), relayState: decoded };
}

// Values stay raw. A name that must be decoded to match would be read by others without being signed.
function readParameters(rawQuery: string): Map<string, string> {
  const raw = new Map<string, string>();
  for (const pair of rawQuery.split('&')) {
    const equals = pair.indexOf('=');
    const name = equals === -1 ? pair : pair.slice(0, equals);
    const known = PARAMETERS.includes(decodePercent(name));
    if (!known) continue;
    if (raw.has(name) || !PARAMETERS.includes(name)) refuse('request_malformed', { received: name });
    raw.set(name, equals === -1 ? '' : pair.slice(equals + 1));
  }
  return raw;
}

function isSigned(raw: Map<string, string>, parameter: string, policy: SignaturePolicy): boolean {
  const [identifier, value] = [raw.get('SigAlg'), raw.get('Signature')];
  if (identifier === undefined || value === undefined) return refuse('signature_missing');
  const algorithm = signatureAlgorithm(decodePercent(identifier), policy.allowSha1);
  const octets = decodeBase64(decodePercent(value)) ?? refuse('signature_malformed');
  const relayState = raw.has('RelayState') ? `&RelayState=${raw.get('RelayState')}` : '';
  const signed = Buffer.from(`${parameter}=${raw.get(parameter)}${relayState}&SigAlg=${identifier}`);
  return octetsVerify(signed, octets, algorithm, policy.signingKeys);
}

function inflate(message: string): XmlElement {
  const octets = decodeBase64(decodePercent(message)) ?? refuse('base64_invalid');
  return parseXml(inflateWithin(octets));
}

// zlib stops at the limit: a decompression bomb costs no more than an honest message.
function inflateWithin(octets: Buffer): Buffer {
  try {
    return inflateRawSync(octets, { maxOutputLength: messageLimits.octets });
  } catch (error) {
    const tooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    return refuse(tooLarge ? 'message_too_large' : 'request_malformed', { detail: 'it does not inflate' });
  }
}

// A plus stays: the values are base64, which has no spaces.
function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return refuse('request_malformed', { detail: 'percent-encoding' });
  }
}
