import { shortBinding } from '../../federation/providers.ts';
import type { ProviderFacts } from '../../store/identityProviders.ts';
import type { LoginFacts } from '../../web/request.ts';
import { escapeText, escapeValue } from '../../xml/canonicalize.ts';
import type { Target } from '../request/bindings.ts';
import { SAML, SAMLP } from '../verify/elements.ts';
import { SUCCESS } from '../verify/message.ts';

/** What all logout messages have: an ID, who sends it, where to, and when, in epoch milliseconds. */
export type LogoutEnvelope = { id: string; issuer: string; destination: string; at: number };

const LIFE_MS = 10 * 60_000;

/**
 * Returns the endpoint of a provider for a LogoutRequest, or for a LogoutResponse (saml-metadata 2.2.2: perhaps at another location), with the
 * preferred binding if it has that. Undefined if its metadata names none.
 */
export function findLogoutTarget(
  { facts }: { facts: Pick<ProviderFacts, 'singleLogout'> },
  preferred: Target['binding'],
  message: 'request' | 'response',
): Target | undefined {
  const targets = facts.singleLogout.map(({ binding, location, responseLocation }): Target => {
    const url = message === 'response' ? (responseLocation ?? location) : location;
    return { binding: shortBinding(binding) === 'HTTP-POST' ? 'post' : 'redirect', url };
  });
  return targets.find(({ binding }) => binding === preferred) ?? targets[0];
}

/** Returns an unsigned LogoutRequest (saml-core 3.7.1) with the NameID exactly as the login had it, for its session at the provider. */
export function writeLogoutRequest(
  envelope: LogoutEnvelope,
  login: Pick<LoginFacts, 'nameId' | 'nameIdFormat' | 'nameQualifier' | 'spNameQualifier' | 'sessionIndex'>,
): string {
  const { nameId = '', nameIdFormat, nameQualifier, spNameQualifier, sessionIndex } = login;
  const end = { NotOnOrAfter: new Date(envelope.at + LIFE_MS).toISOString() };
  const attributes = { NameQualifier: nameQualifier, SPNameQualifier: spNameQualifier, Format: nameIdFormat };
  const name = element('saml:NameID', attributes, escapeText(nameId));
  const index = sessionIndex === undefined ? '' : element('samlp:SessionIndex', {}, escapeText(sessionIndex));
  return message('samlp:LogoutRequest', envelope, end, name + index);
}

/** Returns an unsigned LogoutResponse (saml-core 3.7.2) that says that the logout is done. */
export function writeLogoutResponse(envelope: LogoutEnvelope, inResponseTo: string): string {
  const status = element('samlp:Status', {}, element('samlp:StatusCode', { Value: SUCCESS }, ''));
  return message('samlp:LogoutResponse', envelope, { InResponseTo: inResponseTo }, status);
}

function message(name: string, { id, issuer, destination, at }: LogoutEnvelope, more: Attributes, content: string) {
  const shared = { ID: id, Version: '2.0', IssueInstant: new Date(at).toISOString(), Destination: destination };
  const attributes = { 'xmlns:samlp': SAMLP, 'xmlns:saml': SAML, ...shared, ...more };
  return element(name, attributes, element('saml:Issuer', {}, escapeText(issuer)) + content);
}

type Attributes = Record<string, string | undefined>;

function element(name: string, attributes: Attributes, content: string): string {
  const written = Object.entries(attributes).map(([key, value]) =>
    value === undefined ? '' : ` ${key}="${escapeValue(value)}"`,
  );
  return `<${name}${written.join('')}>${content}</${name}>`;
}
