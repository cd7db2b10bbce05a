import { isNcName } from '../../xml/characters.ts';
import { attributeOf, childOf, elementsOf, isElement, type XmlElement } from '../../xml/tree.ts';
import { DS, SAML, SAMLP } from './namespaces.ts';
import { refuse } from './refusal.ts';

/** Where in a Response the parts are that a signature or a check is about. Nothing of it is verified. */
export type ResponseParts = {
  response: XmlElement;
  issuer: XmlElement | undefined;
  status: XmlElement;
  signature: XmlElement | undefined;
  assertion: XmlElement | undefined; // neither of the two where the provider said no
  encrypted: XmlElement | undefined;
};

const RESPONSE_PARTS: ReadonlySet<string> = new Set([
  'Extensions',
  'Status',
  'Assertion',
  'EncryptedAssertion',
  'Issuer',
  'Signature',
]);
const ONCE = ['Issuer', 'Extensions', 'Status'];

/**
 * Finds the parts of a Response (saml-core 3.3.3) and refuses whatever leaves room for a second one: a Response, Assertion or EncryptedAssertion
 * anywhere else (Extensions, Advice, Object, KeyInfo, nested), an ID given twice. Throws a Refusal: response_malformed or signature_misplaced.
 */
export function findResponseParts(response: XmlElement): ResponseParts {
  if (!isElement(response, SAMLP, 'Response')) return malformed('a Response as the root');
  const signature = signatureOf(response);
  const children = elementsOf(response) ?? malformed('elements without text between them');
  for (const child of children) if (!RESPONSE_PARTS.has(child.local)) malformed('the parts of a Response', child.name);
  for (const name of ONCE) if (children.filter(({ local }) => local === name).length > 1) malformed(`one ${name}`);
  if (attributeOf(response, 'ID') === undefined) malformed('an ID of the Response');
  const status = statusOf(response);
  const assertion = childOf(response, SAML, 'Assertion');
  const encrypted = childOf(response, SAML, 'EncryptedAssertion');
  const carried = [assertion, encrypted].filter((element) => element !== undefined);
  if (carried.length > 1) malformed('one Assertion');
  const inner = assertion === undefined ? undefined : signatureOf(assertion);
  survey(response, [response, ...carried], [signature, inner]);
  return { response, issuer: childOf(response, SAML, 'Issuer'), status, signature, assertion, encrypted };
}

// Of two codes nobody could say which one counts.
function statusOf(response: XmlElement): XmlElement {
  const status = childOf(response, SAMLP, 'Status') ?? malformed('a Status');
  const parts = elementsOf(status) ?? malformed('no text in Status');
  if (parts.filter(({ local }) => local === 'StatusCode').length > 1) malformed('one StatusCode');
  return status;
}

/** The signature of an Assertion that was decrypted, under the same rules; `outside` is the Response around it, whose IDs it may not repeat. */
export function findDecryptedSignature(assertion: XmlElement, outside: XmlElement): XmlElement | undefined {
  if (!isElement(assertion, SAML, 'Assertion')) return malformed('an Assertion');
  const signature = signatureOf(assertion);
  const ids = new Set<string>();
  collectIds(outside, ids);
  // pysaml2 calls the signature of each document it signs Signature1, and nothing refers to a signature by its Id.
  const name = signature && attributeOf(signature, 'Id');
  const outer = signatureOf(outside);
  if (name !== undefined && outer !== undefined && name === attributeOf(outer, 'Id')) ids.delete(name);
  survey(assertion, [assertion], [signature], ids);
  return signature;
}

/**
 * The signature of a Response or an Assertion where the schema puts it: a direct child, right behind the Issuer (saml-core 2.3.3, 3.2.2).
 * Throws a Refusal: signature_misplaced.
 */
export function signatureOf(element: XmlElement): XmlElement | undefined {
  const children = element.children.filter((child) => typeof child !== 'string');
  const at = children.findIndex((child) => isElement(child, DS, 'Signature'));
  if (at === -1) return undefined;
  const inPlace = at === children.findIndex((child) => isElement(child, SAML, 'Issuer')) + 1 && at <= 1;
  return inPlace ? children[at] : refuse('signature_misplaced', { expected: 'the Signature right behind the Issuer' });
}

// By local name alone: what another reader could take for one of these has no business in a message.
function survey(
  root: XmlElement,
  places: readonly XmlElement[],
  signatures: readonly (XmlElement | undefined)[],
  ids: Set<string> = new Set(),
): void {
  collectIds(root, ids, (element) => {
    const { local } = element;
    if (local === 'Signature') {
      if (!signatures.includes(element)) refuse('signature_misplaced', { expected: 'no other Signature' });
    } else if (local === 'Assertion' || local === 'EncryptedAssertion' || local === 'Response') {
      if (!places.includes(element)) malformed(`no other ${local}`, element.name);
    }
  });
}

function collectIds(element: XmlElement, ids: Set<string>, visit?: (element: XmlElement) => void): void {
  visit?.(element);
  for (const { local, prefix, value } of element.attributes) {
    if (local.length !== 2 || local.toLowerCase() !== 'id' || (prefix !== '' && prefix !== 'xml')) continue;
    if (ids.has(value)) malformed('unique IDs', value);
    if (!isNcName(value)) malformed('an NCName as ID', value);
    ids.add(value);
  }
  for (const child of element.children) if (typeof child !== 'string') collectIds(child, ids, visit);
}

function malformed(expected: string, received?: string): never {
  return refuse('response_malformed', received === undefined ? { expected } : { expected, received });
}
