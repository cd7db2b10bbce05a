import type { KeyObject } from 'node:crypto';
import { inflateRawSync } from 'node:zlib';
import { messageLimits } from '../../xml/reader.ts';
import { signatureAlgorithm } from '../verify/algorithms.ts';
import { refuse } from '../verify/check.ts';
import { decodeBase64 } from '../verify/elements.ts';
import { octetsVerify } from '../verify/signature.ts';
import type { MessageParameter } from './bindings.ts';

/** A message of the HTTP-Redirect binding. Nothing of it is verified. */
export type RedirectMessage = {
  parameter: MessageParameter;
  octets: Buffer; // of the XML
  relayState: string | undefined;
  raw: ReadonlyMap<string, string>; // the parameters as received, which the signature covers
};

/** Whose signatures are accepted: the keys of the imported metadata, and whether SHA-1 is allowed. */
type SignaturePolicy = { signingKeys: readonly KeyObject[]; allowSha1: boolean };

const PARAMETERS = ['SAMLRequest', 'SAMLResponse', 'RelayState', 'SigAlg', 'Signature', 'SAMLEncoding'];
const DEFLATE = 'urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE';
const LONGEST_QUERY = 64 * 1024;

/**
 * Reads a message from the query string of a request line (saml-bindings 3.4.4). It must not be decoded before: the signature covers these
 * octets, and encoding them again may differ. Throws a Refusal.
 */
export function readRedirectMessage(rawQuery: string): RedirectMessage {
  if (rawQuery.length > LONGEST_QUERY) refuse('message_too_large');
  const raw = readParameters(rawQuery);
  const parameter = raw.has('SAMLRequest') ? 'SAMLRequest' : 'SAMLResponse';
  const message = raw.get(parameter);
  if (message === undefined || (parameter === 'SAMLRequest' && raw.has('SAMLResponse')))
    return refuse('request_malformed', { expected: 'one SAMLRequest or SAMLResponse' });
  const encoding = raw.get('SAMLEncoding');
  if (encoding !== undefined && decodePercent(encoding) !== DEFLATE)
    refuse('request_malformed', { received: encoding });
  const relayState = raw.get('RelayState');
  const decoded = relayState && decodePercent(relayState.replaceAll('+', ' '));
  const octets = decodeBase64(decodePercent(message)) ?? refuse('base64_invalid');
  return { parameter, octets: inflateWithin(octets), relayState: decoded, raw };
}

/** Verifies the signature of the query (saml-bindings 3.4.4.1). Returns the name of its algorithm, or throws a Refusal. */
export function verifyRedirectMessage({ raw, parameter }: RedirectMessage, policy: SignaturePolicy): string {
  const [identifier, value] = [raw.get('SigAlg'), raw.get('Signature')];
  if (identifier === undefined || value === undefined)
    return refuse('signature_missing', {
      cause: 'logout_unsigned',
      expected: 'SigAlg and Signature',
      received: 'none',
    });
  const algorithm = signatureAlgorithm(decodePercent(identifier), policy.allowSha1);
  const octets = decodeBase64(decodePercent(value)) ?? refuse('signature_malformed', { expected: 'base64' });
  const relayState = raw.has('RelayState') ? `&RelayState=${raw.get('RelayState')}` : '';
  const signed = Buffer.from(`${parameter}=${raw.get(parameter)}${relayState}&SigAlg=${identifier}`);
  if (!octetsVerify(signed, octets, algorithm, policy.signingKeys))
    refuse('signature_invalid', { received: algorithm.label });
  return algorithm.label;
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
