import { parseXml } from '../../xml/parse.ts';
import { messageLimits } from '../../xml/reader.ts';
import { attributeOf, childOf, childrenOf, isElement, textOf, type XmlElement } from '../../xml/tree.ts';
import { found, type LoginContext, type MessageContext, refuse } from './check.ts';
import { childElements, DS, decodeBase64, malformed, requestIdOf, SAML, SAMLP } from './elements.ts';

/** The parts of a Response. Nothing of it is verified. Without `assertion` and `encrypted`, the provider refused the login. */
export type ResponseParts = {
  issuer: XmlElement | undefined;
  signature: XmlElement | undefined;
  assertion: XmlElement | undefined;
  encrypted: XmlElement | undefined;
};

/** The value of the top-level StatusCode that means success (saml-core 3.2.2.2). */
export const SUCCESS = 'urn:oasis:names:tc:SAML:2.0:status:Success';

const RESPONSE_PARTS = ['Extensions', 'Status', 'Assertion', 'EncryptedAssertion', 'Issuer', 'Signature'];
const ONCE = ['Issuer', 'Extensions', 'Status'];

const SAMLP_1 = 'urn:oasis:names:tc:SAML:1.0:protocol'; // of SAML 1.0 and 1.1

// The schema says NCName, but some providers begin with a digit or use base64. None of these signs means anything in a Reference.
const ID = /^[\w.:+/=~@{}-]+$/;

// Base64 is longer by a third, and its line breaks add a little more.
const LONGEST_FIELD = Math.ceil((messageLimits.octets * 4) / 3) * 1.1;

export function checkSize({ samlResponse }: LoginContext): string {
  const { length } = samlResponse;
  if (length > LONGEST_FIELD) refuse('message_too_large', { received: `${length} characters` });
  return `${length} characters`;
}

export function checkBase64(login: LoginContext): undefined {
  login.octets = decodeBase64(login.samlResponse) ?? refuse('base64_invalid');
}

export function checkXml(message: MessageContext): undefined {
  message.root = parseXml(found(message.octets));
}

export function checkRoot(login: LoginContext): undefined {
  const root = found(login.root);
  const { uri, local } = root;
  if (uri === SAMLP_1) refuse('version_unsupported', { expected: '2.0', received: '1.x' });
  if (uri !== SAMLP || local !== 'Response') malformed('a Response', local);
  requestIdOf(root);
}

/** Returns whose keys to try: the Issuer of the Response, or of a plain Assertion. It proves nothing. */
export function claimedIssuer(root: XmlElement): string | undefined {
  const assertion = childOf(root, SAML, 'Assertion');
  const issuer = childOf(root, SAML, 'Issuer') ?? (assertion && childOf(assertion, SAML, 'Issuer'));
  return issuer && textOf(issuer);
}

/**
 * Finds the parts of the Response (saml-core 3.3.3). Refuses everything that leaves room for a second reading: a Response, Assertion or
 * EncryptedAssertion anywhere else (Extensions, Advice, Object, KeyInfo, nested), and duplicate IDs.
 */
export function checkStructure(login: LoginContext): string | undefined {
  const response = found(login.root);
  const signature = signatureOf(response);
  partsOf(response, RESPONSE_PARTS);
  if (attributeOf(response, 'ID') === undefined) malformed('an ID of the Response');
  const statusCode = statusCodeOf(response);
  const assertion = childOf(response, SAML, 'Assertion');
  const encrypted = childOf(response, SAML, 'EncryptedAssertion');
  const carried = [assertion, encrypted].filter((element) => element !== undefined);
  if (carried.length > 1) malformed('one Assertion');
  const inner = assertion === undefined ? undefined : signatureOf(assertion);
  survey(response, [response, ...carried], [signature, inner]);
  if (carried.length === 0 && statusCode === SUCCESS) malformed('an Assertion', 'none');
  login.parts = { issuer: childOf(response, SAML, 'Issuer'), signature, assertion, encrypted };
  if (assertion !== undefined) return undefined;
  return encrypted === undefined ? 'no Assertion: the provider refused the login' : 'one encrypted Assertion';
}

/** Returns the child elements of a message. Refuses other parts than those named, and a second one of what must be unique. */
export function partsOf(message: XmlElement, names: readonly string[]): XmlElement[] {
  const parts = childElements(message);
  for (const part of parts) if (!names.includes(part.local)) malformed(`the parts of a ${message.local}`, part.name);
  for (const name of ONCE) if (parts.filter(({ local }) => local === name).length > 1) malformed(`one ${name}`);
  return parts;
}

// With two codes, it would be unclear which one counts.
function statusCodeOf(response: XmlElement): string {
  const status = childOf(response, SAMLP, 'Status') ?? malformed('a Status');
  if (childElements(status).filter(({ local }) => local === 'StatusCode').length > 1) malformed('one StatusCode');
  const code = childOf(status, SAMLP, 'StatusCode');
  return (code && attributeOf(code, 'Value')) ?? '';
}

/** Returns the signature of a decrypted Assertion, under the same rules. Its IDs must differ from those of the Response around it. */
export function findDecryptedSignature(assertion: XmlElement, response: XmlElement): XmlElement | undefined {
  if (!isElement(assertion, SAML, 'Assertion')) return malformed('an Assertion');
  const signature = signatureOf(assertion);
  const ids = new Set<string>();
  collectIds(response, ids);
  // pysaml2 gives the signature of every document the Id Signature1; nothing refers to a signature by its Id.
  const name = signature && attributeOf(signature, 'Id');
  const outer = signatureOf(response);
  if (name !== undefined && outer !== undefined && name === attributeOf(outer, 'Id')) ids.delete(name);
  survey(assertion, [assertion], [signature], ids);
  return signature;
}

/**
 * Returns the signature of a Response or an Assertion: its only child of that name. The schema puts it after the Issuer (saml-core 2.3.3,
 * 3.2.2), some providers last; which content it signs does not depend on that (docs/decisions/forms-that-are-the-same.md).
 */
export function signatureOf(element: XmlElement): XmlElement | undefined {
  const [signature, ...others] = childrenOf(element, DS, 'Signature');
  return others.length === 0 ? signature : refuse('signature_misplaced', { expected: 'one Signature' });
}

const CARRIERS: ReadonlySet<string> = new Set([
  'Assertion',
  'EncryptedAssertion',
  'Response',
  'LogoutRequest',
  'LogoutResponse',
]);

/**
 * Refuses signatures, assertions and messages in other places than the given ones, and duplicate IDs. By local name only: nothing in a message
 * may look like one of these to another reader.
 */
export function survey(
  root: XmlElement,
  places: readonly XmlElement[],
  signatures: readonly (XmlElement | undefined)[],
  ids: Set<string> = new Set(),
): void {
  collectIds(root, ids, (element) => {
    const { local } = element;
    if (local === 'Signature') {
      if (!signatures.includes(element)) refuse('signature_misplaced', { expected: 'no other Signature' });
    } else if (CARRIERS.has(local)) {
      if (!places.includes(element)) malformed(`no other ${local}`, element.name);
    }
  });
}

function collectIds(element: XmlElement, ids: Set<string>, visit?: (element: XmlElement) => void): void {
  visit?.(element);
  for (const { local, prefix, value } of element.attributes) {
    if (local.length !== 2 || local.toLowerCase() !== 'id' || (prefix !== '' && prefix !== 'xml')) continue;
    if (ids.has(value)) malformed('unique IDs', value);
    if (!ID.test(value)) malformed('an ID of letters, digits and a few signs', value);
    ids.add(value);
  }
  for (const child of element.children) if (typeof child !== 'string') collectIds(child, ids, visit);
}
