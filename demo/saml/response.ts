import type { SignedPart } from '../directory/types.ts';
import { authnContexts, namespaces, statusCodes } from './names.ts';
import { type SigningKey, signElement } from './sign.ts';
import { element, escapeXml } from './xml.ts';

export type Envelope = {
  id: string;
  issuer: string;
  destination: string;
  inResponseTo: string | undefined; // undefined if started from the tile
  now: number; // epoch milliseconds
};

export type Subject = {
  assertionId: string;
  audience: string;
  nameId: string;
  nameIdFormat: string;
  authnInstant: number; // epoch milliseconds
  sessionIndex: string;
  attributes: [name: string, values: string[]][];
};

export type Refusal = { subCode: string; message: string };

const skewMs = 60 * 1000;
const lifetimeMs = 5 * 60 * 1000;

/** Returns a signed Response with one assertion about the person who logged in (saml-core 3.3.3, saml-profiles 4.1.4.2). */
export function buildResponse(envelope: Envelope, subject: Subject, sign: SignedPart, key: SigningKey): string {
  const response = writeResponse(envelope, writeStatus(statusCodes.success), writeAssertion(envelope, subject));
  const inner = sign === 'response' ? response : signElement(response, `/*/*[local-name()='Assertion']`, key);
  return sign === 'assertion' ? inner : signElement(inner, '/*', key);
}

/** Returns a signed Response with the status Responder, a second-level code and no assertion (saml-core 3.2.2). */
export function buildRefusal(envelope: Envelope, refusal: Refusal, key: SigningKey): string {
  const status = writeStatus(statusCodes.responder, refusal.subCode, refusal.message);
  return signElement(writeResponse(envelope, status, ''), '/*', key);
}

/** Returns the Status element, also for a LogoutResponse. */
export function writeStatus(code: string, subCode?: string, message?: string): string {
  const inner = subCode ? element('samlp:StatusCode', { Value: subCode }) : '';
  const text = message ? element('samlp:StatusMessage', {}, escapeXml(message)) : '';
  return element('samlp:Status', {}, element('samlp:StatusCode', { Value: code }, inner) + text);
}

/** Returns the attributes that all responses of the protocol share. */
export function envelopeAttributes(envelope: Envelope): Record<string, string | undefined> {
  return {
    'xmlns:samlp': namespaces.protocol,
    'xmlns:saml': namespaces.assertion,
    ID: envelope.id,
    Version: '2.0',
    IssueInstant: instant(envelope.now),
    Destination: envelope.destination,
    InResponseTo: envelope.inResponseTo,
  };
}

/** Returns an xs:dateTime in UTC. */
export function instant(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

function writeResponse(envelope: Envelope, status: string, assertion: string): string {
  const content = element('saml:Issuer', {}, escapeXml(envelope.issuer)) + status + assertion;
  return element('samlp:Response', envelopeAttributes(envelope), content);
}

function writeAssertion(envelope: Envelope, subject: Subject): string {
  const attributes = {
    'xmlns:saml': namespaces.assertion,
    ID: subject.assertionId,
    Version: '2.0',
    IssueInstant: instant(envelope.now),
  };
  return element(
    'saml:Assertion',
    attributes,
    element('saml:Issuer', {}, escapeXml(envelope.issuer)) +
      writeSubject(envelope, subject) +
      writeConditions(envelope, subject) +
      writeAuthnStatement(subject) +
      writeAttributes(subject.attributes),
  );
}

function writeSubject(envelope: Envelope, subject: Subject): string {
  const confirmation = element('saml:SubjectConfirmationData', {
    Recipient: envelope.destination,
    NotOnOrAfter: instant(envelope.now + lifetimeMs),
    InResponseTo: envelope.inResponseTo,
  });
  return element(
    'saml:Subject',
    {},
    element('saml:NameID', { Format: subject.nameIdFormat }, escapeXml(subject.nameId)) +
      element('saml:SubjectConfirmation', { Method: 'urn:oasis:names:tc:SAML:2.0:cm:bearer' }, confirmation),
  );
}

function writeConditions(envelope: Envelope, subject: Subject): string {
  const period = { NotBefore: instant(envelope.now - skewMs), NotOnOrAfter: instant(envelope.now + lifetimeMs) };
  const audience = element('saml:Audience', {}, escapeXml(subject.audience));
  return element('saml:Conditions', period, element('saml:AudienceRestriction', {}, audience));
}

function writeAuthnStatement(subject: Subject): string {
  const classRef = element('saml:AuthnContextClassRef', {}, authnContexts.passwordProtectedTransport);
  return element(
    'saml:AuthnStatement',
    { AuthnInstant: instant(subject.authnInstant), SessionIndex: subject.sessionIndex },
    element('saml:AuthnContext', {}, classRef),
  );
}

function writeAttributes(attributes: Subject['attributes']): string {
  const nameFormat = 'urn:oasis:names:tc:SAML:2.0:attrname-format:basic';
  const written = attributes.map(([name, values]) => {
    const content = values.map((value) => element('saml:AttributeValue', {}, escapeXml(value))).join('');
    return element('saml:Attribute', { Name: name, NameFormat: nameFormat }, content);
  });
  return written.length ? element('saml:AttributeStatement', {}, written.join('')) : '';
}
