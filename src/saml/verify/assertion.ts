import { attributeOf, childOf, elementsOf, isElement, textOf, type XmlElement } from '../../xml/tree.ts';
import { type LoginContext, refuse } from './check.ts';
import { childElements, malformed, optionalTime, requestIdOf, requiredTime, SAML } from './elements.ts';

/** The content of an Assertion (saml-core 2.3.3). Times are epoch milliseconds. */
export type AssertionContent = {
  id: string;
  issuer: string;
  issueInstant: number;
  nameId: NameId | undefined;
  confirmations: Confirmation[];
  conditions: Conditions;
  authnInstants: number[]; // one per AuthnStatement
  sessionIndex: string | undefined;
  sessionNotOnOrAfter: number | undefined;
  authnContextClassRef: string | undefined;
  attributes: Map<string, string[]>;
};

export type NameId = {
  value: string;
  format: string | undefined;
  nameQualifier: string | undefined;
  spNameQualifier: string | undefined;
};

export type Interval = { notBefore: number | undefined; notOnOrAfter: number | undefined };

export type Confirmation = Interval & {
  method: string;
  recipient: string | undefined;
  inResponseTo: string | undefined;
};

export type Conditions = Interval & {
  audiences: string[][]; // one list per AudienceRestriction
  oneTimeUse: boolean;
  unknown: string | undefined; // the name of a condition outside the standard
};

const XSI = 'http://www.w3.org/2001/XMLSchema-instance';

// Octets of a database key: an index of PostgreSQL takes 2,700 for all its columns. The standard's persistent identifiers have at most 256
// characters (saml-core 8.3.7).
const LONGEST_KEY = 1024;

/** Reads the verified Assertion, once. Every later check reads this content only. */
export function checkAssertion(login: LoginContext): string {
  login.content = readAssertion(login.assertion ?? refuse('signature_missing'));
  return login.content.id;
}

/**
 * Reads an Assertion without its Signature; nothing outside the element is read. Refuses one that breaks the schema, has an invalid date,
 * or has a part twice that must be unique.
 */
export function readAssertion(assertion: XmlElement): AssertionContent {
  const parts = childElements(assertion);
  const subject = only(parts, 'Subject') ?? malformed('one Subject');
  return {
    id: asKey(attributeOf(assertion, 'ID'), 'ID') ?? malformed('an ID'),
    issuer: textOf(only(parts, 'Issuer') ?? malformed('one Issuer')) ?? malformed('text in Issuer'),
    issueInstant: requiredTime(assertion, 'IssueInstant'),
    ...readSubject(subject),
    conditions: readConditions(only(parts, 'Conditions')),
    ...readAuthn(named(parts, 'AuthnStatement')),
    attributes: readAttributes(named(parts, 'AttributeStatement')),
  };
}

function readSubject(subject: XmlElement): Pick<AssertionContent, 'nameId' | 'confirmations'> {
  const parts = childElements(subject);
  const [identifier, ...others] = parts.filter(({ uri, local }) => uri === SAML && IDENTIFIERS.has(local));
  if (others.length > 0) malformed('one identifier in Subject');
  return {
    nameId: isElement(identifier, SAML, 'NameID') ? readNameId(identifier) : undefined,
    confirmations: named(parts, 'SubjectConfirmation').map(readConfirmation),
  };
}

// saml-core 2.4.1: at most one of these. Only a NameID is used.
const IDENTIFIERS = new Set(['BaseID', 'NameID', 'EncryptedID']);

/** Reads a NameID (saml-core 2.2.3). Refuses one without text, or that is too long. */
export function readNameId(element: XmlElement): NameId {
  return {
    value: asKey(textOf(element), 'NameID') ?? malformed('text in NameID'),
    format: attributeOf(element, 'Format'),
    nameQualifier: attributeOf(element, 'NameQualifier'),
    spNameQualifier: attributeOf(element, 'SPNameQualifier'),
  };
}

function readConfirmation(element: XmlElement): Confirmation {
  const data = only(childElements(element), 'SubjectConfirmationData');
  return {
    method: attributeOf(element, 'Method') ?? malformed('a Method'),
    recipient: data && attributeOf(data, 'Recipient'),
    inResponseTo: data && requestIdOf(data),
    ...readInterval(data),
  };
}

function readConditions(element: XmlElement | undefined): Conditions {
  const parts = element === undefined ? [] : childElements(element);
  only(parts, 'ProxyRestriction');
  return {
    ...readInterval(element),
    audiences: named(parts, 'AudienceRestriction').map(readAudiences),
    oneTimeUse: only(parts, 'OneTimeUse') !== undefined,
    unknown: parts.find((part) => part.uri !== SAML || !KNOWN_CONDITIONS.has(part.local))?.name,
  };
}

function readInterval(element: XmlElement | undefined): Interval {
  return {
    notBefore: element && optionalTime(element, 'NotBefore'),
    notOnOrAfter: element && optionalTime(element, 'NotOnOrAfter'),
  };
}

// ProxyRestriction limits assertions that are issued on the basis of this one; there are none here (saml-core 2.5.1.6).
const KNOWN_CONDITIONS = new Set(['AudienceRestriction', 'OneTimeUse', 'ProxyRestriction']);

function readAudiences(restriction: XmlElement): string[] {
  const audiences = named(childElements(restriction), 'Audience');
  return audiences.map((audience) => textOf(audience) ?? malformed('text in Audience'));
}

type Authn = Pick<AssertionContent, 'authnInstants' | 'sessionIndex' | 'sessionNotOnOrAfter' | 'authnContextClassRef'>;

// A chain of providers may send several statements (saml-profiles 4.1.4.2). The session is that of the first, up to the earliest end.
function readAuthn(statements: readonly XmlElement[]): Authn {
  const [first] = statements;
  if (first === undefined)
    return refuse('response_malformed', {
      cause: 'no_authn_statement',
      expected: 'an AuthnStatement',
      received: 'none',
    });
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

/**
 * Reads all AttributeStatements (saml-core 2.7.3) to values by Name; the values of a repeated Name are joined in order. No Name is special.
 * A value with `xsi:nil` is skipped, an empty one is ''. A nested NameID (eduPersonTargetedID) is read as its text; other nested elements
 * and EncryptedAttributes are skipped.
 */
export function readAttributes(statements: readonly XmlElement[]): Map<string, string[]> {
  const attributes = new Map<string, string[]>();
  for (const statement of statements) {
    for (const attribute of childElements(statement)) {
      if (isElement(attribute, SAML, 'Attribute')) addAttribute(attributes, attribute);
    }
  }
  return attributes;
}

function addAttribute(attributes: Map<string, string[]>, attribute: XmlElement): void {
  const name = attributeOf(attribute, 'Name') ?? malformed('a Name of an Attribute');
  const values = attributes.get(name) ?? [];
  for (const element of childElements(attribute)) {
    const value = isElement(element, SAML, 'AttributeValue') ? readValue(element) : undefined;
    if (value !== undefined) values.push(value);
  }
  attributes.set(name, values);
}

function readValue(element: XmlElement): string | undefined {
  const text = textOf(element);
  if (text === undefined) {
    const nameId = childOf(element, SAML, 'NameID');
    return nameId !== undefined && elementsOf(element)?.length === 1 ? textOf(nameId) : undefined;
  }
  return text === '' && isNil(element) ? undefined : text;
}

function isNil(element: XmlElement): boolean {
  return element.attributes.some(
    ({ uri, local, value }) => uri === XSI && local === 'nil' && (value === 'true' || value === '1'),
  );
}

function asKey(text: string | undefined, what: string): string | undefined {
  const fits = text === undefined || Buffer.byteLength(text) <= LONGEST_KEY;
  return fits ? text : malformed(`${what} of at most ${LONGEST_KEY} octets`);
}

function named(parts: readonly XmlElement[], local: string): XmlElement[] {
  return parts.filter((part) => isElement(part, SAML, local));
}

function only(parts: readonly XmlElement[], local: string): XmlElement | undefined {
  const [first, ...more] = named(parts, local);
  return more.length > 0 ? malformed(`one ${local}`) : first;
}
