import type { ReasonCode } from '../../../src/federation/reasons.ts';
import { ACS_URL, contextWith, ENTITY_ID, IDP, NOW, REQUEST_ID, type VerifyContext } from '../support/context.ts';
import {
  at,
  attributeStatement,
  confirmation,
  honestParts,
  type MessageParts,
  nameId,
  PERSON,
  subject,
} from '../support/message.ts';
import { signMessage } from '../support/sign.ts';
import { cut, type HostileCase, refused, signedLie, swap } from './hostile.ts';

const { prefixes } = honestParts();

type Lie = [
  name: string,
  reason: ReasonCode,
  change: (parts: MessageParts) => Partial<MessageParts>,
  context?: VerifyContext,
];

/** Responses with a valid signature of the provider and content that the domain must not accept: each in a signed Response and in a signed Assertion. */
export function statementCases(): HostileCase[] {
  const lies = [
    ...responses(),
    ...issuers(),
    ...conditions(),
    ...confirmations(),
    ...requests(),
    ...times(),
    ...subjects(),
    ...schema(),
  ];
  return lies.flatMap(([name, reason, change, context]) => [
    refused(`signed Assertion: ${name}`, signedLie(change, 'assertion'), reason, context),
    refused(`signed Response: ${name}`, signedLie(change, 'response'), reason, context),
  ]);
}

/** Rules for signed Responses only. */
export function signedResponseCases(): HostileCase[] {
  const bare = (parts: MessageParts) => ({
    responseAttributes: swap(parts.responseAttributes, / Destination="[^"]*"/, ''),
  });
  return [
    refused('a signed Response without Destination', signedLie(bare, 'response'), 'destination_mismatch'),
    refused('both signed, without Destination', signedLie(bare, 'both'), 'destination_mismatch'),
    refused(
      'a signed Response without Issuer',
      signedLie(() => ({ responseIssuer: '' }), 'response'),
      'issuer_mismatch',
    ),
    refused(
      'both signed, without Issuer',
      signedLie(() => ({ responseIssuer: '' }), 'both'),
      'issuer_mismatch',
    ),
    refused('an error Status without an Assertion, signed', withoutAssertion('response', RESPONDER), 'provider_status'),
    refused('an error Status without an Assertion, unsigned', withoutAssertion('none', RESPONDER), 'provider_status'),
    refused('Success without an Assertion', withoutAssertion('response', SUCCESS), 'response_malformed'),
    refused(
      'an unsigned Response without an ID',
      signedLie((parts) => ({ responseAttributes: swap(parts.responseAttributes, /^ID="[^"]*"/, '') }), 'assertion'),
      'response_malformed',
    ),
  ];
}

const SUCCESS = 'urn:oasis:names:tc:SAML:2.0:status:Success';
const RESPONDER = 'urn:oasis:names:tc:SAML:2.0:status:Responder';

function withoutAssertion(place: 'response' | 'none', code: string): string {
  const xml = signedLie(() => ({ status: statusOf(code), assertionAttributes: 'ID="_gone"' }), 'none');
  const empty = swap(xml, cut(xml, 'saml:Assertion'), '');
  if (place === 'none') return empty;
  return signMessage(swap(empty, '</saml:Issuer>', '</saml:Issuer>@@RESPONSE@@'), 'response');
}

function statusOf(code: string, more = ''): string {
  return `<samlp:Status><samlp:StatusCode Value="${code}">${more}</samlp:StatusCode></samlp:Status>`;
}

function responses(): Lie[] {
  const attribute = (from: RegExp, to: string) => (parts: MessageParts) => ({
    responseAttributes: swap(parts.responseAttributes, from, to),
  });
  const destination = (value: string) => attribute(/Destination="[^"]*"/, `Destination="${value}"`);
  return [
    ['Version 1.1 of the Response', 'version_unsupported', attribute(/Version="2.0"/, 'Version="1.1"')],
    ['Version 2.1 of the Response', 'version_unsupported', attribute(/Version="2.0"/, 'Version="2.1"')],
    ['no Version of the Response', 'version_unsupported', attribute(/Version="2.0"/, '')],
    [
      'Version 1.1 of the Assertion',
      'version_unsupported',
      (parts) => ({ assertionAttributes: swap(parts.assertionAttributes, '2.0', '1.1') }),
    ],
    [
      'no Version of the Assertion',
      'version_unsupported',
      (parts) => ({ assertionAttributes: swap(parts.assertionAttributes, 'Version="2.0"', '') }),
    ],
    ['Status Responder with an Assertion', 'provider_status', () => ({ status: statusOf(RESPONDER) })],
    [
      'Status AuthnFailed with an Assertion',
      'provider_status',
      () => ({
        status: statusOf(RESPONDER, '<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"/>'),
      }),
    ],
    [
      'Success inside Responder',
      'provider_status',
      () => ({ status: statusOf(RESPONDER, '<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/>') }),
    ],
    ...(['Success first', 'Success last'] as const).map((order): Lie => {
      const codes = [SUCCESS, RESPONDER].map((code) => `<samlp:StatusCode Value="${code}"/>`);
      if (order === 'Success last') codes.reverse();
      const change = () => ({ status: `<samlp:Status>${codes.join('')}</samlp:Status>` });
      return [`two StatusCodes, ${order}`, 'response_malformed', change];
    }),
    [
      'text in the Status',
      'response_malformed',
      () => ({ status: statusOf(SUCCESS).replace('<samlp:Status>', '$&x') }),
    ],
    [
      'AuthnFailed inside Success',
      'provider_status',
      () => ({
        status: statusOf(SUCCESS, '<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:AuthnFailed"/>'),
      }),
    ],
    ['a Status without a code', 'provider_status', () => ({ status: '<samlp:Status/>' })],
    ['an empty StatusCode', 'provider_status', () => ({ status: statusOf('') })],
    [
      'Success in another case',
      'provider_status',
      () => ({ status: statusOf('urn:oasis:names:tc:SAML:2.0:status:success') }),
    ],
    [
      'a StatusCode in another namespace',
      'provider_status',
      () => ({
        status:
          '<samlp:Status><x:StatusCode xmlns:x="urn:x" Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>',
      }),
    ],
    ['no Status', 'response_malformed', () => ({ status: '' })],
    ['another Destination', 'destination_mismatch', destination('https://other.example.com/saml/acs')],
    ['an empty Destination', 'destination_mismatch', destination('')],
    ['a Destination that starts like ours', 'destination_mismatch', destination(`${ACS_URL}.evil.example`)],
    ['a Destination with another scheme', 'destination_mismatch', destination(ACS_URL.replace('https', 'http'))],
    ['a Destination with a space', 'destination_mismatch', destination(` ${ACS_URL}`)],
    ['a Destination with a trailing slash', 'destination_mismatch', destination(`${ACS_URL}/`)],
    ['the EntityID as Destination', 'destination_mismatch', destination(ENTITY_ID)],
    [
      'an invalid IssueInstant of the Response',
      'response_malformed',
      attribute(/IssueInstant="[^"]*"/, 'IssueInstant="yesterday"'),
    ],
    ['no IssueInstant of the Response', 'response_malformed', attribute(/IssueInstant="[^"]*"/, '')],
    [
      'a Response dated tomorrow',
      'issued_in_future',
      attribute(/IssueInstant="[^"]*"/, `IssueInstant="${at(86_400)}"`),
    ],
  ];
}

function issuers(): Lie[] {
  const response = (value: string) => (parts: MessageParts) => ({
    responseIssuer: swap(parts.responseIssuer, IDP, value),
  });
  const assertion = (value: string) => (parts: MessageParts) => ({
    assertionIssuer: swap(parts.assertionIssuer, IDP, value),
  });
  return [
    ['another Issuer of the Response', 'issuer_mismatch', response('https://evil.example')],
    ['another Issuer of the Assertion', 'issuer_mismatch', assertion('https://evil.example')],
    ['an empty Issuer of the Response', 'issuer_mismatch', response('')],
    ['an empty Issuer of the Assertion', 'issuer_mismatch', assertion('')],
    ['a space after the Issuer of the Assertion', 'issuer_mismatch', assertion(`${IDP} `)],
    ['an Issuer in another case', 'issuer_mismatch', assertion(IDP.toUpperCase())],
    ['an Issuer that starts like the provider', 'issuer_mismatch', assertion(`${IDP}/2`)],
    ['an element in the Issuer', 'response_malformed', assertion('<saml:x/>')],
  ];
}

function conditions(): Lie[] {
  const audience = (value: string) => (parts: MessageParts) => ({
    conditions: swap(parts.conditions, `<saml:Audience>${ENTITY_ID}</saml:Audience>`, value),
  });
  const add = (what: string) => (parts: MessageParts) => ({
    conditions: swap(parts.conditions, '</saml:Conditions>', `${what}</saml:Conditions>`),
  });
  const time = (name: string, value: string) => (parts: MessageParts) => ({
    conditions: swap(parts.conditions, new RegExp(`${name}="[^"]*"`), `${name}="${value}"`),
  });
  const other =
    '<saml:AudienceRestriction><saml:Audience>https://other.example.com</saml:Audience></saml:AudienceRestriction>';
  return [
    ['no Conditions', 'audience_mismatch', () => ({ conditions: '' })],
    ['empty Conditions', 'audience_mismatch', () => ({ conditions: '<saml:Conditions/>' })],
    ['another Audience', 'audience_mismatch', audience('<saml:Audience>https://other.example.com</saml:Audience>')],
    ['no Audience in the restriction', 'audience_mismatch', audience('')],
    ['an empty Audience', 'audience_mismatch', audience('<saml:Audience></saml:Audience>')],
    [
      'an Audience that starts like ours',
      'audience_mismatch',
      audience(`<saml:Audience>${ENTITY_ID}/x</saml:Audience>`),
    ],
    [
      'an Audience in another case',
      'audience_mismatch',
      audience(`<saml:Audience>${ENTITY_ID.toUpperCase()}</saml:Audience>`),
    ],
    ['the ACS URL as Audience', 'audience_mismatch', audience(`<saml:Audience>${ACS_URL}</saml:Audience>`)],
    [
      'an Audience in another namespace',
      'audience_mismatch',
      audience(`<x:Audience xmlns:x="urn:x">${ENTITY_ID}</x:Audience>`),
    ],
    ['two restrictions, the second for another service provider', 'audience_mismatch', add(other)],
    ['an element in the Audience', 'response_malformed', audience('<saml:Audience><saml:x/></saml:Audience>')],
    ['two Conditions', 'response_malformed', (parts) => ({ conditions: parts.conditions + parts.conditions })],
    ['expired Conditions', 'conditions_expired', time('NotOnOrAfter', at(-61))],
    ['Conditions that have just expired with the skew', 'conditions_expired', time('NotOnOrAfter', at(-60))],
    ['Conditions that expired in 1970', 'conditions_expired', time('NotOnOrAfter', '1970-01-01T00:00:00Z')],
    ['Conditions not valid yet', 'conditions_not_yet_valid', time('NotBefore', at(61))],
    ['an unknown condition', 'conditions_unknown', add('<x:Condition xmlns:x="urn:example:x"/>')],
    [
      'the abstract Condition',
      'conditions_unknown',
      add('<saml:Condition xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="x"/>'),
    ],
    ['OneTimeUse twice', 'response_malformed', add('<saml:OneTimeUse/><saml:OneTimeUse/>')],
    ['ProxyRestriction twice', 'response_malformed', add('<saml:ProxyRestriction/><saml:ProxyRestriction/>')],
    [
      'Conditions that end before they start',
      'conditions_expired',
      (parts) => ({
        conditions: swap(
          parts.conditions,
          /NotBefore="[^"]*" NotOnOrAfter="[^"]*"/,
          `NotBefore="${at(20)}" NotOnOrAfter="${at(-20)}"`,
        ),
      }),
    ],
    [
      'Conditions that end when they start',
      'conditions_expired',
      (parts) => ({
        conditions: swap(
          parts.conditions,
          /NotBefore="[^"]*" NotOnOrAfter="[^"]*"/,
          `NotBefore="${at(5)}" NotOnOrAfter="${at(5)}"`,
        ),
      }),
    ],
    ['text in Conditions', 'response_malformed', add('text')],
    ...[
      '',
      'never',
      '2026-01-15',
      '2026-01-15T12:05:00',
      '2026-01-15T12:05:00+02:00',
      '2026-13-15T12:05:00Z',
      '2026-02-30T12:05:00Z',
      '2026-01-15T25:05:00Z',
      '2026-01-15T12:05:00Z ',
      '99999-01-15T12:05:00Z',
      '1768478700',
      '2026-01-15T12:05:61Z',
      '２026-01-15T12:05:00Z',
    ].map((value): Lie => [`NotOnOrAfter "${value}"`, 'response_malformed', time('NotOnOrAfter', value)]),
    ['an invalid NotBefore', 'response_malformed', time('NotBefore', 'NaN')],
  ];
}

function confirmations(): Lie[] {
  const data = (attributes: string) => () => ({
    subject: subject(prefixes, nameId(prefixes, PERSON) + confirmation(prefixes, attributes)),
  });
  const method = (value: string) => () => ({
    subject: subject(prefixes, nameId(prefixes, PERSON) + confirmation(prefixes, undefined, value)),
  });
  const request = `InResponseTo="${REQUEST_ID}"`;
  const until = `NotOnOrAfter="${at(300)}"`;
  const elsewhere = confirmation(prefixes, `${request} ${until} Recipient="https://other.example.com"`);
  const expired = confirmation(prefixes, `${request} NotOnOrAfter="${at(-61)}" Recipient="${ACS_URL}"`);
  const endless = confirmation(prefixes, `${request} Recipient="${ACS_URL}"`);
  const bearers = (one: string, other: string) => () => ({
    subject: subject(prefixes, nameId(prefixes, PERSON) + one + other),
  });
  return [
    ['no SubjectConfirmation', 'confirmation_method', () => ({ subject: subject(prefixes, nameId(prefixes, PERSON)) })],
    ['holder-of-key', 'confirmation_method', method('urn:oasis:names:tc:SAML:2.0:cm:holder-of-key')],
    ['sender-vouches', 'confirmation_method', method('urn:oasis:names:tc:SAML:2.0:cm:sender-vouches')],
    ['the bearer method of SAML 1.1', 'confirmation_method', method('urn:oasis:names:tc:SAML:1.0:cm:bearer')],
    ['an empty Method', 'confirmation_method', method('')],
    ['no Method', 'response_malformed', (parts) => ({ subject: swap(parts.subject, / Method="[^"]*"/, '') })],
    ['another Recipient', 'recipient_mismatch', data(`${request} ${until} Recipient="https://other.example.com/acs"`)],
    ['no Recipient', 'recipient_mismatch', data(`${request} ${until}`)],
    ['an empty Recipient', 'recipient_mismatch', data(`${request} ${until} Recipient=""`)],
    ['a Recipient that starts like ours', 'recipient_mismatch', data(`${request} ${until} Recipient="${ACS_URL}2"`)],
    [
      'a Recipient in another case',
      'recipient_mismatch',
      data(`${request} ${until} Recipient="${ACS_URL.toUpperCase()}"`),
    ],
    [
      'no SubjectConfirmationData',
      'recipient_mismatch',
      (parts) => ({ subject: swap(parts.subject, /<saml:SubjectConfirmationData [^>]*>/, '') }),
    ],
    ['two bearer confirmations, both for another recipient', 'recipient_mismatch', bearers(elsewhere, elsewhere)],
    ['two bearer confirmations, ours expired', 'confirmation_expired', bearers(expired, elsewhere)],
    ['two bearer confirmations, ours last and expired', 'confirmation_expired', bearers(elsewhere, expired)],
    ['two bearer confirmations, ours without an end', 'confirmation_expired', bearers(endless, elsewhere)],
    [
      'two bearer confirmations, one for another request',
      'in_response_to_mismatch',
      bearers(confirmation(prefixes), swap(confirmation(prefixes), REQUEST_ID, '_other')),
    ],
    [
      'two bearer confirmations, one without a request',
      'in_response_to_mismatch',
      bearers(confirmation(prefixes), swap(confirmation(prefixes), request, '')),
    ],
    [
      'a confirmation that ends before it starts',
      'confirmation_expired',
      data(`${request} NotBefore="${at(20)}" NotOnOrAfter="${at(-20)}" Recipient="${ACS_URL}"`),
    ],
    [
      'an expired confirmation',
      'confirmation_expired',
      data(`${request} NotOnOrAfter="${at(-61)}" Recipient="${ACS_URL}"`),
    ],
    ['a confirmation without an end', 'confirmation_expired', data(`${request} Recipient="${ACS_URL}"`)],
    [
      'a confirmation not valid yet',
      'confirmation_expired',
      data(`${request} ${until} NotBefore="${at(120)}" Recipient="${ACS_URL}"`),
    ],
    [
      'a confirmation with an invalid end',
      'response_malformed',
      data(`${request} NotOnOrAfter="soon" Recipient="${ACS_URL}"`),
    ],
  ];
}

function requests(): Lie[] {
  const inResponse = (to: string) => (parts: MessageParts) => ({
    responseAttributes: swap(parts.responseAttributes, / InResponseTo="[^"]*"/, to),
  });
  const inConfirmation = (to: string) => (parts: MessageParts) => ({
    subject: swap(parts.subject, /InResponseTo="[^"]*"/, to),
  });
  const both = (to: string) => (parts: MessageParts) => ({ ...inResponse(to)(parts), ...inConfirmation(to)(parts) });
  const unsolicited = (idpInitiated: boolean) =>
    contextWith({ expectedRequest: undefined, settings: { idpInitiated } });
  return [
    ['no InResponseTo on the Response', 'in_response_to_mismatch', inResponse('')],
    ['no InResponseTo in the confirmation', 'in_response_to_mismatch', inConfirmation('')],
    ['no InResponseTo, although there was a login request', 'in_response_to_mismatch', both('')],
    ['another InResponseTo on the Response', 'in_response_to_mismatch', inResponse(' InResponseTo="_other"')],
    ['another InResponseTo in the confirmation', 'in_response_to_mismatch', inConfirmation('InResponseTo="_other"')],
    ['another InResponseTo in both', 'in_response_to_mismatch', both(' InResponseTo="_other"')],
    ['an empty InResponseTo', 'response_malformed', both(' InResponseTo=""')],
    ['an InResponseTo in another case', 'in_response_to_mismatch', both(` InResponseTo="${REQUEST_ID.toUpperCase()}"`)],
    ['an unknown request', 'in_response_to_mismatch', () => ({}), unsolicited(true)],
    [
      'an unknown request, removed from the Response, if IdP-initiated logins are allowed',
      'in_response_to_mismatch',
      inResponse(''),
      unsolicited(true),
    ],
    ['an unknown request, on the Response only', 'in_response_to_mismatch', inConfirmation(''), unsolicited(true)],
    ['IdP-initiated if that is not allowed', 'idp_initiated_forbidden', both(''), unsolicited(false)],
    [
      'a response to the login request of another browser',
      'in_response_to_mismatch',
      () => ({}),
      contextWith({ expectedRequest: { id: '_mine', forceAuthn: false, issuedAt: NOW } }),
    ],
  ];
}

function times(): Lie[] {
  const authn = (from: RegExp, to: string) => (parts: MessageParts) => ({
    authnStatement: swap(parts.authnStatement, from, to),
  });
  const issue = (to: string) => (parts: MessageParts) => ({
    assertionAttributes: swap(parts.assertionAttributes, /IssueInstant="[^"]*"/, to),
  });
  const forced = contextWith({ expectedRequest: { id: REQUEST_ID, forceAuthn: true, issuedAt: NOW - 60_000 } });
  return [
    ['an expired session', 'session_expired', authn(/SessionNotOnOrAfter="[^"]*"/, `SessionNotOnOrAfter="${at(-60)}"`)],
    [
      'a session with an invalid end',
      'response_malformed',
      authn(/SessionNotOnOrAfter="[^"]*"/, 'SessionNotOnOrAfter="x"'),
    ],
    ['an Assertion dated tomorrow', 'issued_in_future', issue(`IssueInstant="${at(86_400)}"`)],
    ['an Assertion without a date', 'response_malformed', issue('')],
    ['an Assertion with an invalid date', 'response_malformed', issue('IssueInstant="2026-1-5T12:00:00Z"')],
    ['a login dated tomorrow', 'issued_in_future', authn(/AuthnInstant="[^"]*"/, `AuthnInstant="${at(86_400)}"`)],
    ['a login without a date', 'response_malformed', authn(/AuthnInstant="[^"]*"/, '')],
    [
      'an old login if a new one was required',
      'authn_too_old',
      authn(/AuthnInstant="[^"]*"/, `AuthnInstant="${at(-121)}"`),
      forced,
    ],
    ...twoLogins(/SessionNotOnOrAfter="[^"]*"/, `SessionNotOnOrAfter="${at(-60)}"`, 'session_expired'),
    ...twoLogins(/AuthnInstant="[^"]*"/, `AuthnInstant="${at(86_400)}"`, 'issued_in_future'),
    ...twoLogins(/AuthnInstant="[^"]*"/, '', 'response_malformed'),
    ...twoLogins(/AuthnInstant="[^"]*"/, `AuthnInstant="${at(-121)}"`, 'authn_too_old', forced),
  ];
}

// Each AuthnStatement must pass, in any order.
function twoLogins(from: RegExp, to: string, reason: ReasonCode, context?: VerifyContext): Lie[] {
  const lie = (name: string, order: (good: string, bad: string) => string): Lie => [
    `two AuthnStatements, the ${name} ${reason}${context ? ' if a new login was required' : ''}`,
    reason,
    ({ authnStatement }) => ({ authnStatement: order(authnStatement, swap(authnStatement, from, to)) }),
    context,
  ];
  return [lie('first', (good, bad) => bad + good), lie('last', (good, bad) => good + bad)];
}

function subjects(): Lie[] {
  const named = (value: string) => () => ({
    subject: subject(prefixes, nameId(prefixes, value) + confirmation(prefixes)),
  });
  const byMail = contextWith({ settings: { matchAttribute: 'mail' } });
  const mails = (values: string[]) => () => ({ attributes: attributeStatement(prefixes, { mail: values }) });
  const noName = { subject: subject(prefixes, confirmation(prefixes)) };
  return [
    ['no NameID', 'subject_missing', () => noName],
    ['an empty NameID', 'subject_missing', named('')],
    [
      'no NameID, but an attribute named nameID',
      'subject_missing',
      () => ({ ...noName, attributes: attributeStatement(prefixes, { nameID: [PERSON], NameID: [PERSON] }) }),
    ],
    ['a BaseID', 'subject_missing', () => ({ subject: subject(prefixes, `<saml:BaseID/>${confirmation(prefixes)}`) })],
    [
      'an EncryptedID',
      'subject_missing',
      () => ({ subject: subject(prefixes, `<saml:EncryptedID/>${confirmation(prefixes)}`) }),
    ],
    [
      'two NameIDs',
      'response_malformed',
      () => ({ subject: subject(prefixes, nameId(prefixes, PERSON).repeat(2) + confirmation(prefixes)) }),
    ],
    ...['BaseID', 'EncryptedID'].map(
      (other): Lie => [
        `a NameID and ${other}`,
        'response_malformed',
        () => ({ subject: subject(prefixes, `${nameId(prefixes, PERSON)}<saml:${other}/>${confirmation(prefixes)}`) }),
      ],
    ),
    ['an element in the NameID', 'response_malformed', named('ada<saml:x/>@acme.com')],
    ['a comment in the NameID', 'xml_forbidden', named('ada@acme.com<!---->.evil.example')],
    ['a comment before the NameID', 'xml_forbidden', named('<!-- -->ada@acme.com')],
    ['CDATA in the NameID', 'xml_forbidden', named('<![CDATA[ada@acme.com]]>')],
    ['10,000 characters in the NameID', 'response_malformed', named('a'.repeat(10_000))],
    ['1,000 characters of two octets in the NameID', 'response_malformed', named('ž'.repeat(1000))],
    ['two Subjects', 'response_malformed', (parts) => ({ subject: parts.subject + parts.subject })],
    ['no Subject', 'response_malformed', () => ({ subject: '' })],
    [
      'text in the Subject',
      'response_malformed',
      (parts) => ({ subject: swap(parts.subject, '</saml:Subject>', 'eve</saml:Subject>') }),
    ],
    ['no value of the mapped attribute', 'subject_missing', mails([]), byMail],
    ['an empty value of the mapped attribute', 'subject_missing', mails(['']), byMail],
    ['two values of the mapped attribute', 'subject_missing', mails([PERSON, 'eve@evil.example']), byMail],
    [
      'the mapped attribute twice',
      'subject_missing',
      (parts) => ({ attributes: parts.attributes + parts.attributes }),
      byMail,
    ],
    [
      'the mapped attribute in another case',
      'subject_missing',
      () => ({ attributes: attributeStatement(prefixes, { Mail: [PERSON] }) }),
      byMail,
    ],
  ];
}

function schema(): Lie[] {
  return [
    ['no AuthnStatement', 'response_malformed', () => ({ authnStatement: '' })],
    ['no Issuer of the Assertion', 'response_malformed', () => ({ assertionIssuer: '' })],
    ['two Issuers of the Assertion', 'response_malformed', (parts) => ({ afterAttributes: parts.assertionIssuer })],
    [
      'an ID of 10,000 characters',
      'response_malformed',
      (parts) => ({ assertionAttributes: swap(parts.assertionAttributes, 'ID="_', `ID="_${'a'.repeat(10_000)}`) }),
    ],
    [
      'a SessionIndex of 10,000 characters',
      'response_malformed',
      (parts) => ({ authnStatement: swap(parts.authnStatement, '_session1', 's'.repeat(10_000)) }),
    ],
    ['text in the Assertion', 'response_malformed', () => ({ afterAttributes: 'text' })],
    [
      'an Attribute without a Name',
      'response_malformed',
      (parts) => ({ attributes: swap(parts.attributes, / Name="[^"]*"/, '') }),
    ],
    [
      'text in the AttributeStatement',
      'response_malformed',
      (parts) => ({ attributes: swap(parts.attributes, '<saml:Attribute ', 'x<saml:Attribute ') }),
    ],
    ['text in the Response', 'response_malformed', () => ({ beforeAssertion: 'text' })],
    [
      'an ID with a space',
      'response_malformed',
      (parts) => ({ assertionAttributes: swap(parts.assertionAttributes, 'ID="_', 'ID="_ ') }),
    ],
    [
      'an empty ID',
      'response_malformed',
      (parts) => ({ afterAttributes: parts.attributes.replace('<saml:Attribute ', '<saml:Attribute ID="" ') }),
    ],
  ];
}
