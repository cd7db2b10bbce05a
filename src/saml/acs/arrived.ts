import { fingerprintOf } from '../../federation/certificate.ts';
import type { Arrived } from '../../store/loginActivity.ts';
import { attributeOf, childOf, childrenOf, textOf, type XmlElement } from '../../xml/tree.ts';
import { SECRET } from '../messages/shorten.ts';
import { hasPassed, type LoginContext } from '../verify/check.ts';
import { DS, octetsOf, parseDateTime, SAML, SAMLP } from '../verify/elements.ts';

const MOST_OCTETS = 4_096;
const LONGEST = 200; // characters of a value
const LONGEST_ATTRIBUTE = 100;
const MOST_ATTRIBUTES = 30;
const MOST_VALUES = 3;
const MOST_CERTIFICATES = 4;

/**
 * Returns what a response said, as far as it can be read, in at most 4 KB and never with the message itself. What no valid signature covers
 * is marked as not verified. Of an encrypted Assertion, only what its signature proves is shown.
 */
export function arrivedFacts(login: LoginContext): Arrived | undefined {
  const { root, assertion: signed, responseSigned } = login;
  if (root?.uri !== SAMLP || root.local !== 'Response') return undefined;
  const verified = hasPassed(login, 'Signature');
  const assertion = verified ? signed : childOf(root, SAML, 'Assertion');
  const arrived = {
    response: { ...headOf(root), inResponseTo: cut(attributeOf(root, 'InResponseTo')), verified: responseSigned },
    assertion: assertion && { ...readAssertion(assertion), verified },
    encrypted: childOf(root, SAML, 'EncryptedAssertion') !== undefined || undefined,
    certificates: [root, ...(assertion ? [assertion] : [])].flatMap(certificatesOf).slice(0, MOST_CERTIFICATES),
  };
  return shortened(arrived);
}

function headOf(element: XmlElement): { issuer: string | undefined; issuedAt: number | undefined } {
  return {
    issuer: textIn(element, SAML, 'Issuer'),
    issuedAt: parseDateTime(attributeOf(element, 'IssueInstant') ?? ''),
  };
}

function readAssertion(assertion: XmlElement): Omit<NonNullable<Arrived['assertion']>, 'verified'> {
  const subject = childOf(assertion, SAML, 'Subject');
  const nameId = subject && childOf(subject, SAML, 'NameID');
  const statement = childOf(assertion, SAML, 'AuthnStatement');
  const context = statement && childOf(statement, SAML, 'AuthnContext');
  return {
    ...headOf(assertion),
    nameId: nameId && cut(textOf(nameId)),
    nameIdFormat: nameId && cut(attributeOf(nameId, 'Format')),
    authnContext: context && textIn(context, SAML, 'AuthnContextClassRef'),
    attributes: childrenOf(assertion, SAML, 'AttributeStatement')
      .flatMap((each) => childrenOf(each, SAML, 'Attribute'))
      .slice(0, MOST_ATTRIBUTES)
      .map(readAttribute),
  };
}

function readAttribute(attribute: XmlElement): [name: string, ...values: string[]] {
  const name = attributeOf(attribute, 'Name') ?? '';
  const values = childrenOf(attribute, SAML, 'AttributeValue').slice(0, MOST_VALUES + 1);
  const shown = values.map((value) => (SECRET.test(name) ? '…' : (cut(textOf(value), LONGEST_ATTRIBUTE) ?? '…')));
  return [cut(name) ?? '', ...shown.slice(0, MOST_VALUES), ...(values.length > MOST_VALUES ? ['…'] : [])];
}

/** Returns the SHA-256 fingerprints of the certificates beside a signature. They are never trusted. */
function certificatesOf(element: XmlElement): string[] {
  const signature = childOf(element, DS, 'Signature');
  const keyInfo = signature && childOf(signature, DS, 'KeyInfo');
  const datas = keyInfo ? childrenOf(keyInfo, DS, 'X509Data') : [];
  const certificates = datas.flatMap((data) => childrenOf(data, DS, 'X509Certificate')).slice(0, MOST_CERTIFICATES);
  return certificates.flatMap((certificate) => {
    const octets = octetsOf(certificate);
    return octets === undefined ? [] : fingerprintOf(octets);
  });
}

/** Leaves out attributes, the last first, until the rest is short enough. */
function shortened(arrived: Arrived): Arrived {
  const { assertion } = arrived;
  while (assertion && assertion.attributes.length > 0 && Buffer.byteLength(JSON.stringify(arrived)) > MOST_OCTETS)
    assertion.attributes.pop();
  return arrived;
}

function textIn(element: XmlElement, uri: string, local: string): string | undefined {
  const child = childOf(element, uri, local);
  return child && cut(textOf(child));
}

function cut(text: string | undefined, longest = LONGEST): string | undefined {
  return text === undefined || text.length <= longest ? text : `${text.slice(0, longest)}…`;
}
