import { attributeOf, childOf, elementsOf, isElement, textOf, type XmlElement } from '../../xml/tree.ts';
import { readAttributes } from './attributes.ts';
import { parseDateTime } from './dateTime.ts';
import { SAML } from './namespaces.ts';
import { refuse } from './refusal.ts';
import type { VerifiedAssertion } from './verdict.ts';

/** What an Assertion says (saml-core 2.3.3), read once from the verified tree. Times are epoch milliseconds. */
export type AssertionContent = {
  id: string;
  issuer: string;
  issueInstant: number;
  nameId: VerifiedAssertion['nameId'];
  confirmations: Confirmation[];
  conditions: Conditions;
  authnInstants: number[]; // one for each AuthnStatement
  sessionIndex: string | undefined;
  sessionNotOnOrAfter: number | undefined;
  authnContextClassRef: string | undefined;
  attributes: Map<string, string[]>;
};

export type Interval = { notBefore: number | undefined; notOnOrAfter: number | undefined };

export type Confirmation = Interval & {
  method: string;
  recipient: string | undefined;
  inResponseTo: string | undefined;
};

export type Conditions = Interval & {
  audiences: string[][]; // one list for each AudienceRestriction
  oneTimeUse: boolean;
  unknown: string | undefined; // the name of a condition that is not of the standard
};

// Octets of what becomes a key in the database: an index of PostgreSQL takes 2,700 for all its columns. The standard's own persistent
// identifiers have 256 characters (saml-core 8.3.7).
const LONGEST_KEY = 1024;

/**
 * Reads a verified Assertion; its Signature is passed over, and nothing outside the element is looked at.
 * Throws a Refusal response_malformed where the schema or a date is broken, or where a part comes twice that one answer has once.
 */
export function readAssertion(assertion: XmlElement): AssertionContent {
  const parts = partsOf(assertion);
  const subject = one(parts, 'Subject') ?? malformed('one Subject');
  return {
    id: asKey(attributeOf(assertion, 'ID'), 'ID') ?? malformed('an ID'),
    issuer: textOf(one(parts, 'Issuer') ?? malformed('one Issuer')) ?? malformed('text in Issuer'),
    issueInstant: requiredTime(assertion, 'IssueInstant'),
    ...readSubject(subject),
    conditions: readConditions(one(parts, 'Conditions')),
    ...readAuthn(parts.filter((part) => isElement(part, SAML, 'AuthnStatement'))),
    attributes: readAttributes(parts.filter((part) => isElement(part, SAML, 'AttributeStatement'))),
  };
}

/** An xs:dateTime attribute that must be there; a Refusal response_malformed otherwise. */
export function requiredTime(element: XmlElement, local: string): number {
  return optionalTime(element, local) ?? malformed(`${local} as a dateTime in UTC`);
}

function readSubject(subject: XmlElement): Pick<AssertionContent, 'nameId' | 'confirmations'> {
  const parts = partsOf(subject);
  const [identifier, ...others] = parts.filter(({ uri, local }) => uri === SAML && IDENTIFIERS.has(local));
  if (others.length > 0) malformed('one identifier in Subject');
  const confirmations = parts.filter((part) => isElement(part, SAML, 'SubjectConfirmation'));
  return {
    nameId: isElement(identifier, SAML, 'NameID') ? readNameId(identifier) : undefined,
    confirmations: confirmations.map(readConfirmation),
  };
}

// saml-core 2.4.1: one of them, if any. The first and the last name nobody here.
const IDENTIFIERS = new Set(['BaseID', 'NameID', 'EncryptedID']);

function readNameId(element: XmlElement): VerifiedAssertion['nameId'] {
  return {
    value: asKey(textOf(element), 'NameID') ?? malformed('text in NameID'),
    format: attributeOf(element, 'Format'),
    nameQualifier: attributeOf(element, 'NameQualifier'),
    spNameQualifier: attributeOf(element, 'SPNameQualifier'),
  };
}

function readConfirmation(element: XmlElement): Confirmation {
  const data = one(partsOf(element), 'SubjectConfirmationData');
  return {
    method: attributeOf(element, 'Method') ?? malformed('a Method'),
    recipient: data && attributeOf(data, 'Recipient'),
    inResponseTo: data && attributeOf(data, 'InResponseTo'),
    ...readInterval(data),
  };
}

function readConditions(element: XmlElement | undefined): Conditions {
  const parts = element === undefined ? [] : partsOf(element);
  const restrictions = parts.filter((part) => isElement(part, SAML, 'AudienceRestriction'));
  one(parts, 'ProxyRestriction');
  return {
    ...readInterval(element),
    audiences: restrictions.map(readAudiences),
    oneTimeUse: one(parts, 'OneTimeUse') !== undefined,
    unknown: parts.find((part) => part.uri !== SAML || !KNOWN_CONDITIONS.has(part.local))?.name,
  };
}

function readInterval(element: XmlElement | undefined): Interval {
  return {
    notBefore: element && optionalTime(element, 'NotBefore'),
    notOnOrAfter: element && optionalTime(element, 'NotOnOrAfter'),
  };
}

// ProxyRestriction binds those who make assertions from this one; nobody does here (saml-core 2.5.1.6).
const KNOWN_CONDITIONS = new Set(['AudienceRestriction', 'OneTimeUse', 'ProxyRestriction']);

function readAudiences(restriction: XmlElement): string[] {
  const audiences = partsOf(restriction).filter((part) => isElement(part, SAML, 'Audience'));
  return audiences.map((audience) => textOf(audience) ?? malformed('text in Audience'));
}

type Authn = Pick<AssertionContent, 'authnInstants' | 'sessionIndex' | 'sessionNotOnOrAfter' | 'authnContextClassRef'>;

// Providers in a chain may tell of several sign-ins (saml-profiles 4.1.4.2). The session is that of the first, and ends with whichever ends first.
function readAuthn(statements: readonly XmlElement[]): Authn {
  const [first] = statements;
  if (first === undefined) return malformed('an AuthnStatement');
  const context = childOf(first, SAML, 'AuthnContext');
  const reference = context && childOf(context, SAML, 'AuthnContextClassRef');
  const ends = statements.map((statement) => optionalTime(statement, 'SessionNotOnOrAfter') ?? Infinity);
  const end = Math.min(...ends);
  return {
    authnInstants: statements.map((statement) => requiredTime(statement, 'AuthnInstant')),
    sessionIndex: asKey(attributeOf(first, 'SessionIndex'), 'SessionIndex'),
    sessionNotOnOrAfter: end === Infinity ? undefined : end,
    authnContextClassRef: reference && textOf(reference),
  };
}

function asKey(text: string | undefined, what: string): string | undefined {
  const fits = text === undefined || Buffer.byteLength(text) <= LONGEST_KEY;
  return fits ? text : malformed(`${what} of at most ${LONGEST_KEY} octets`);
}

function optionalTime(element: XmlElement, local: string): number | undefined {
  const text = attributeOf(element, local);
  if (text === undefined) return undefined;
  return (
    parseDateTime(text) ?? refuse('response_malformed', { expected: `${local} as a dateTime in UTC`, received: text })
  );
}

function one(parts: readonly XmlElement[], local: string): XmlElement | undefined {
  const found = parts.filter((part) => isElement(part, SAML, local));
  return found.length > 1 ? malformed(`one ${local}`) : found[0];
}

function partsOf(element: XmlElement): XmlElement[] {
  return elementsOf(element) ?? malformed(`no text in ${element.local}`);
}

function malformed(expected: string): never {
  return refuse('response_malformed', { expected });
}
