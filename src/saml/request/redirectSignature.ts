import { inflateRawSync } from 'node:zlib';
import { parseXml } from '../../xml/parse.ts';
import { messageLimits } from '../../xml/reader.ts';
import type { XmlElement } from '../../xml/tree.ts';
import { signatureAlgorithm } from '../verify/algorithms.ts';
import { decodeBase64 } from '../verify/base64.ts';
import { type RefusalFacts, refusalOf, refuse } from '../verify/refusal.ts';
import { octetsVerify, type SignaturePolicy } from '../verify/signature.ts';
import type { ReasonCode } from '../verify/verdict.ts';

/** A message of the HTTP-Redirect binding that one of the provider's keys signed. */
export type RedirectMessage = {
  parameter: 'SAMLRequest' | 'SAMLResponse';
  root: XmlElement;
  relayState: string | undefined;
};

/** The message, or why it is refused; the facts are for the log. */
export type RedirectOutcome = ({ ok: true } & RedirectMessage) | { ok: false; reason: ReasonCode; facts: RefusalFacts };

const PARAMETERS = ['SAMLRequest', 'SAMLResponse', 'RelayState', 'SigAlg', 'Signature', 'SAMLEncoding'];
const DEFLATE = 'urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE';
const LONGEST_QUERY = 64 * 1024;

/**
 * Reads a signed message from a query string (saml-bindings 3.4.4), as after `?` in the request line, not decoded: the signature is over those
 * octets, and no encoder gives the same again. An unsigned message is refused. Refuses by value; it throws nothing.
 */
export function readRedirectMessage(rawQuery: string, policy: SignaturePolicy): RedirectOutcome {
  try {
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
    return {
      ok: true,
      parameter,
      root: inflate(message),
      relayState: relayState && decodePercent(relayState.replaceAll('+', ' ')),
    };
  } catch (error) {
    const { reason, facts } = refusalOf(error);
    return { ok: false, reason, facts };
  }
}

// By their raw values. A name that only decoding makes one of ours would be read by others and not be signed.
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
  return octetsVerify(signed, octets, algorithm, policy);
}

function inflate(message: string): XmlElement {
  const octets = decodeBase64(decodePercent(message)) ?? refuse('base64_invalid');
  return parseXml(inflateWithin(octets));
}

// zlib stops at the limit: a bomb costs no more than an honest message.
function inflateWithin(octets: Buffer): Buffer {
  try {
    return inflateRawSync(octets, { maxOutputLength: messageLimits.octets });
  } catch (error) {
    const tooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    return refuse(tooLarge ? 'message_too_large' : 'request_malformed', { detail: 'it does not inflate' });
  }
}

// A plus stays one: the values are base64, in which no blank can be meant.
function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return refuse('request_malformed', { detail: 'percent-encoding' });
  }
}
