import { parseXml } from '../../xml/parse.ts';
import { messageLimits } from '../../xml/reader.ts';
import { attributeOf, childOf, textOf, type XmlElement } from '../../xml/tree.ts';
import { found, type LoginContext, refuse } from './check.ts';
import { decodeBase64, malformed, SAML, SAMLP } from './elements.ts';

const SAMLP_1 = 'urn:oasis:names:tc:SAML:1.0:protocol'; // of SAML 1.0 and 1.1

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

export function checkXml(login: LoginContext): undefined {
  login.root = parseXml(found(login.octets));
}

export function checkRoot(login: LoginContext): undefined {
  const { uri, local } = found(login.root);
  if (uri === SAMLP_1) refuse('version_unsupported', { expected: '2.0', received: '1.x' });
  if (uri !== SAMLP || local !== 'Response') malformed('a Response', local);
}

/** Returns whose keys to try: the Issuer of the Response, or of a plain Assertion. It proves nothing. */
export function claimedIssuer(root: XmlElement): string | undefined {
  const assertion = childOf(root, SAML, 'Assertion');
  const issuer = childOf(root, SAML, 'Issuer') ?? (assertion && childOf(assertion, SAML, 'Issuer'));
  return issuer && textOf(issuer);
}

/** Returns the ID of the login request to look up, or undefined if the login is IdP-initiated. It proves nothing. */
export function claimedRequestId(root: XmlElement): string | undefined {
  return attributeOf(root, 'InResponseTo');
}
