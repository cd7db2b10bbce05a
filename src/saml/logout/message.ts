import type { IncomingMessage } from 'node:http';
import { attributeOf, isElement } from '../../xml/tree.ts';
import { readMessageForm } from '../acs/form.ts';
import { readRedirectMessage, verifyRedirectMessage } from '../request/redirectSignature.ts';
import { found, refuse } from '../verify/check.ts';
import { decodeBase64, malformed, SAMLP } from '../verify/elements.ts';
import { partsOf, signatureOf, survey } from '../verify/message.ts';
import { verifySignature } from '../verify/signature.ts';
import { isRequest, type LogoutContext } from './context.ts';

const LONGEST_RELAY_STATE = 1_024; // octets; the standard allows 80 (saml-bindings 3.4.3), and providers send more
const LONGEST_ID = 256;
const PARTS = {
  LogoutRequest: ['Issuer', 'Signature', 'Extensions', 'BaseID', 'NameID', 'EncryptedID', 'SessionIndex'],
  LogoutResponse: ['Issuer', 'Signature', 'Extensions', 'Status'],
};

/** Reads the message from the query of a GET, or from the form of a POST. */
export async function readLogoutField(logout: LogoutContext, req: IncomingMessage): Promise<string> {
  const { method, url = '' } = req;
  if (method === 'POST') await readForm(logout, req);
  else readQuery(logout, url.includes('?') ? url.slice(url.indexOf('?') + 1) : '');
  if (Buffer.byteLength(logout.relayState ?? '') > LONGEST_RELAY_STATE)
    refuse('request_malformed', { expected: `a RelayState of at most ${LONGEST_RELAY_STATE} octets` });
  return `${logout.parameter} by ${method === 'POST' ? 'HTTP-POST' : 'HTTP-Redirect'}`;
}

function readQuery(logout: LogoutContext, query: string): void {
  logout.redirect = readRedirectMessage(query);
  const { parameter, relayState, octets } = logout.redirect;
  Object.assign(logout, { parameter, relayState, octets });
}

async function readForm(logout: LogoutContext, req: IncomingMessage): Promise<void> {
  const form = await readMessageForm(req);
  const parameter = form.has('SAMLRequest') ? 'SAMLRequest' : 'SAMLResponse';
  const encoded = form.get(parameter);
  if (encoded === null || (parameter === 'SAMLRequest' && form.has('SAMLResponse')))
    return refuse('request_malformed', { expected: 'one SAMLRequest or SAMLResponse' });
  Object.assign(logout, { parameter, encoded, relayState: form.get('RelayState') ?? undefined });
}

/** Decodes the message of a form, which is limited. The one of a query was decoded with it. */
export function checkLogoutEncoding(logout: LogoutContext): undefined {
  if (logout.octets) return;
  logout.octets = decodeBase64(logout.encoded) ?? refuse('base64_invalid');
}

/**
 * Finds the parts of the message (saml-core 3.7.1, 3.7.2). Refuses what leaves room for a second reading: another message or an assertion
 * inside, a repeated part, duplicate IDs.
 */
export function checkLogoutStructure(logout: LogoutContext): string {
  const root = found(logout.root);
  const expected = isRequest(logout) ? 'LogoutRequest' : 'LogoutResponse';
  if (!isElement(root, SAMLP, expected)) malformed(`a ${expected} as ${logout.parameter}`);
  logout.signature = signatureOf(root);
  partsOf(root, PARTS[expected]);
  survey(root, [root], [logout.signature]);
  const id = attributeOf(root, 'ID') ?? malformed('an ID');
  if (id.length > LONGEST_ID) malformed(`an ID of at most ${LONGEST_ID} characters`);
  logout.id = id;
  return expected;
}

/**
 * Verifies who sent the message. Everyone can send one through a browser, so it must be signed (saml-profiles 4.4.4.1): the query by
 * HTTP-Redirect, the root element by HTTP-POST. Afterwards, what is read of the message is what was signed.
 */
export function checkLogoutSignature(logout: LogoutContext): string {
  const { allowSha1 } = found(logout.provider).settings;
  const { redirect, signature, signingKeys } = logout;
  if (redirect) return verifyRedirectMessage(redirect, { signingKeys, allowSha1 });
  if (signature === undefined)
    return refuse('signature_missing', { cause: 'logout_unsigned', expected: 'a Signature', received: 'none' });
  return verifySignature(signature, signingKeys, allowSha1).algorithm.label;
}

// A signed message must have one (saml-bindings 3.4.5.2, 3.5.5.2).
export function checkLogoutDestination({ root, sloUrl }: LogoutContext): undefined {
  const received = attributeOf(found(root), 'Destination');
  if (received !== sloUrl)
    refuse('destination_mismatch', { cause: 'logout_url', expected: sloUrl, received: received || 'none' });
}
