import { attributeOf, textOf } from '../../xml/tree.ts';
import { type Confirmation, type Interval, readAssertion, requiredTime } from './assertion.ts';
import { SUCCESS } from './authenticity.ts';
import { contentIn, type Hearing, partsIn, type Step } from './hearing.ts';
import { providerStatusOf } from './providerStatus.ts';
import { type RefusalFacts, refuse } from './refusal.ts';
import type { ReasonCode, VerifyContext } from './verdict.ts';

const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';

/** The checks on what was verified, in the order in which they are made (saml-profiles 4.1.4.2, 4.1.4.3). */
export const contentSteps: readonly Step[] = [
  { name: 'Version', judge: checkVersion }, // saml-core 4
  { name: 'Status', judge: checkStatus }, // saml-core 3.2.2.1
  { name: 'Form of the Assertion', judge: readContent }, // saml-core 2.3.3
  { name: 'Destination', judge: checkDestination }, // saml-core 3.2.2, saml-bindings 3.5.5.2
  { name: 'Issuer', judge: checkIssuer }, // saml-core 2.2.5
  { name: 'Audience', judge: checkAudience }, // saml-core 2.5.1.4
  { name: 'Confirmation method', judge: checkMethod }, // saml-profiles 3.3
  { name: 'Recipient', judge: checkRecipient }, // saml-core 2.4.1.2
  { name: 'Confirmation time', judge: checkConfirmationTime }, // saml-core 2.4.1.2
  { name: 'Known conditions', judge: checkConditions }, // saml-core 2.5.1
  { name: 'Valid from', judge: checkNotBefore }, // saml-core 2.5.1.2
  { name: 'Valid until', judge: checkNotOnOrAfter }, // saml-core 2.5.1.2
  { name: 'Session end', judge: checkSessionEnd }, // saml-core 2.7.2
  { name: 'Time of issue', judge: checkIssued }, // saml-core 2.3.3, 3.2.2, 2.7.2
  { name: 'Fresh sign-in', judge: checkFreshness }, // saml-core 3.4.1, ForceAuthn
  { name: 'In response to', judge: checkInResponseTo }, // saml-core 3.2.2, 2.4.1.2
  { name: 'Person named', judge: checkSubject }, // saml-core 2.4.1
];

function checkVersion(hearing: Hearing): string {
  for (const element of [hearing.root, hearing.assertion]) {
    const version = element === undefined ? '2.0' : attributeOf(element, 'Version');
    if (version !== '2.0') refuse('version_unsupported', { expected: '2.0', received: version ?? 'none' });
  }
  return '2.0';
}

function checkStatus(hearing: Hearing): string {
  const { code, subCode } = providerStatusOf(hearing.root);
  // A code within another one tells of an error (saml-core 3.2.2.2).
  if (code !== SUCCESS || subCode !== undefined)
    refuse('provider_status', { expected: SUCCESS, received: (code === SUCCESS ? subCode : code) ?? '' });
  return 'Success';
}

function readContent(hearing: Hearing): string {
  hearing.content = readAssertion(hearing.assertion ?? refuse('signature_missing'));
  return hearing.content.id;
}

// An unsigned Response's Destination proves nothing, but an honest one is right where it is given.
function checkDestination({ root, responseSigned }: Hearing, { acsUrl }: VerifyContext): string {
  const received = attributeOf(root, 'Destination');
  if (received === undefined && !responseSigned) return 'none, on a Response that is not signed';
  return sameOrRefuse('destination_mismatch', acsUrl, received);
}

function checkIssuer(hearing: Hearing, { provider }: VerifyContext): string {
  const { issuer } = partsIn(hearing);
  if (issuer !== undefined || hearing.responseSigned) {
    sameOrRefuse('issuer_mismatch', provider.entityId, issuer && textOf(issuer));
  }
  return sameOrRefuse('issuer_mismatch', provider.entityId, contentIn(hearing).issuer);
}

function checkAudience(hearing: Hearing, { entityId }: VerifyContext): string {
  const { audiences } = contentIn(hearing).conditions;
  if (audiences.length === 0) refuse('audience_mismatch', { expected: entityId, received: 'no AudienceRestriction' });
  for (const list of audiences) {
    if (!list.includes(entityId))
      refuse('audience_mismatch', { expected: entityId, received: list.join(', ') || 'none' });
  }
  return entityId;
}

function checkMethod(hearing: Hearing): string {
  const { confirmations } = contentIn(hearing);
  if (bearersIn(hearing).length === 0) {
    refuse('confirmation_method', {
      expected: BEARER,
      received: confirmations.map(({ method }) => method).join(', ') || 'none',
    });
  }
  return 'bearer';
}

// Of several confirmations one is enough (saml-core 2.4.1.1): some providers write one for each address at which they know a service.
function checkRecipient(hearing: Hearing, { acsUrl }: VerifyContext): string {
  const received = bearersIn(hearing).map(({ recipient }) => recipient ?? 'none');
  if (!received.includes(acsUrl)) refuse('recipient_mismatch', { expected: acsUrl, received: received.join(', ') });
  return acsUrl;
}

function checkConfirmationTime(hearing: Hearing, context: VerifyContext): string {
  const here = bearersIn(hearing).filter(({ recipient }) => recipient === context.acsUrl);
  const ended = here.filter(({ notOnOrAfter }) => notOnOrAfter !== undefined);
  const bearer = ended.find((each) => timeFault(context, each) === undefined) ?? ended[0];
  if (bearer?.notOnOrAfter === undefined)
    return refuse('confirmation_expired', { expected: 'NotOnOrAfter', received: 'none' });
  refuseOutside('confirmation_expired', context, bearer);
  return `until ${timeText(bearer.notOnOrAfter)}`;
}

function checkConditions(hearing: Hearing): string {
  const { unknown, oneTimeUse } = contentIn(hearing).conditions;
  if (unknown !== undefined)
    refuse('conditions_unknown', { expected: 'conditions of the standard', received: unknown });
  return oneTimeUse ? 'to be used once' : 'no other';
}

function checkNotBefore(hearing: Hearing, context: VerifyContext): string {
  const { notBefore } = contentIn(hearing).conditions;
  refuseOutside('conditions_not_yet_valid', context, { notBefore });
  return notBefore === undefined ? 'no limit' : timeText(notBefore);
}

function checkNotOnOrAfter(hearing: Hearing, context: VerifyContext): string {
  const { notBefore, notOnOrAfter } = contentIn(hearing).conditions;
  refuseOutside('conditions_expired', context, { notBefore, notOnOrAfter });
  return notOnOrAfter === undefined ? 'no limit' : timeText(notOnOrAfter);
}

function checkSessionEnd(hearing: Hearing, context: VerifyContext): string {
  const { sessionNotOnOrAfter } = contentIn(hearing);
  refuseOutside('session_expired', context, { notOnOrAfter: sessionNotOnOrAfter });
  return sessionNotOnOrAfter === undefined ? 'left to us' : timeText(sessionNotOnOrAfter);
}

function checkIssued(hearing: Hearing, context: VerifyContext): string {
  const { issueInstant, authnInstants } = contentIn(hearing);
  for (const instant of [requiredTime(hearing.root, 'IssueInstant'), issueInstant, ...authnInstants]) {
    refuseOutside('issued_in_future', context, { notBefore: instant });
  }
  return timeText(issueInstant);
}

function checkFreshness(hearing: Hearing, { request, provider }: VerifyContext): string {
  if (request?.forceAuthn !== true) return 'not asked for';
  const authnInstant = Math.min(...contentIn(hearing).authnInstants);
  if (authnInstant < request.issuedAt - provider.clockSkewMs) {
    refuse('authn_too_old', { expected: `from ${timeText(request.issuedAt)}`, received: timeText(authnInstant) });
  }
  return timeText(authnInstant);
}

// Both places, since only one of them need be signed: what one has the other must have.
function checkInResponseTo(hearing: Hearing, { request, provider }: VerifyContext): string {
  const received = [
    attributeOf(hearing.root, 'InResponseTo'),
    ...bearersIn(hearing).map(({ inResponseTo }) => inResponseTo),
  ];
  for (const id of received) {
    if (id === request?.id) continue;
    refuse('in_response_to_mismatch', { expected: request?.id ?? 'none', received: id ?? 'none' });
  }
  if (request !== undefined) return request.id;
  if (!provider.idpInitiated)
    refuse('idp_initiated_forbidden', { expected: 'an answer to a request', received: 'none was made' });
  return 'nothing: the provider began';
}

function checkSubject(hearing: Hearing, { provider }: VerifyContext): string {
  const { nameId, attributes } = contentIn(hearing);
  const { subjectAttribute } = provider;
  if (subjectAttribute === undefined) {
    if (nameId === undefined || nameId.value === '')
      refuse('subject_missing', { expected: 'a NameID', received: 'none' });
    return 'by its NameID';
  }
  const values = attributes.get(subjectAttribute) ?? [];
  if (values.length === 1 && values[0] !== '') return `by ${subjectAttribute}`;
  return refuse('subject_missing', { expected: `one value of ${subjectAttribute}`, received: `${values.length}` });
}

/** The bearer confirmations; others confirm other uses (saml-profiles 4.1.4.3). */
export function bearersIn(hearing: Hearing): Confirmation[] {
  return contentIn(hearing).confirmations.filter(({ method }) => method === BEARER);
}

function sameOrRefuse(reason: ReasonCode, expected: string, received: string | undefined): string {
  return received === expected ? expected : refuse(reason, { expected, received: received ?? 'none' });
}

function refuseOutside(reason: ReasonCode, context: VerifyContext, interval: Partial<Interval>): void {
  const fault = timeFault(context, interval);
  if (fault !== undefined) refuse(reason, fault);
}

// What is wrong with the time, or with an interval that no time is in and the skew would let pass (saml-core 2.4.1.2, 2.5.1.2).
function timeFault(
  { now, provider }: VerifyContext,
  { notBefore, notOnOrAfter }: Partial<Interval>,
): RefusalFacts | undefined {
  const [from, until] = [notBefore ?? -Infinity, notOnOrAfter ?? Infinity];
  if (now + provider.clockSkewMs < from) return { expected: `not before ${timeText(from)}`, received: timeText(now) };
  if (now - provider.clockSkewMs >= until) return { expected: `before ${timeText(until)}`, received: timeText(now) };
  return from < until ? undefined : { expected: `an end after ${timeText(from)}`, received: timeText(until) };
}

function timeText(time: number): string {
  return new Date(time).toISOString();
}
