import type { Cause, ReasonCode } from '../../federation/reasons.ts';
import { attributeOf, childOf, textOf, type XmlElement } from '../../xml/tree.ts';
import type { Confirmation, Interval } from './assertion.ts';
import { type Facts, found, type LoginContext, type MessageContext, refuse } from './check.ts';
import { clockFacts, timeText } from './clock.ts';
import { requiredTime, SAMLP } from './elements.ts';
import { SUCCESS } from './message.ts';

const BEARER = 'urn:oasis:names:tc:SAML:2.0:cm:bearer';
const MAX_STATUS_LENGTH = 500; // characters of each part

export function checkVersion({ root, assertion }: MessageContext & Pick<LoginContext, 'assertion'>): undefined {
  for (const element of [found(root), assertion]) {
    const version = element === undefined ? '2.0' : attributeOf(element, 'Version');
    if (version !== '2.0') refuse('version_unsupported', { expected: '2.0', received: version ?? 'none' });
  }
}

export function checkStatus({ root }: LoginContext): undefined {
  const { code, subCode } = providerStatusOf(found(root));
  // A second-level code means an error even under Success (saml-core 3.2.2.2).
  if (code !== SUCCESS || subCode !== undefined)
    refuse('provider_status', {
      cause: statusCauses[subCode ?? code],
      expected: SUCCESS,
      received: (code === SUCCESS ? subCode : code) ?? '',
    });
}

const STATUS = 'urn:oasis:names:tc:SAML:2.0:status:';

// saml-core 3.2.2.2. Any other code says that the person may not log in.
const statusCauses: Partial<Record<string, Cause>> = {
  [`${STATUS}InvalidNameIDPolicy`]: 'name_id_policy',
  [`${STATUS}NoAuthnContext`]: 'authn_context',
  [`${STATUS}Requester`]: 'request_refused',
  [`${STATUS}RequestUnsupported`]: 'request_refused',
  [`${STATUS}UnsupportedBinding`]: 'request_refused',
};

/** Why the provider refused the login, for Login activity. The Response may be unsigned. */
export type ProviderStatus = { code: string; subCode: string | undefined; message: string | undefined };

/** Returns the Status of a Response (saml-core 3.2.2.1), each part cut to 500 characters. */
export function providerStatusOf(response: XmlElement): ProviderStatus {
  const status = childOf(response, SAMLP, 'Status');
  const code = status && childOf(status, SAMLP, 'StatusCode');
  const subCode = code && childOf(code, SAMLP, 'StatusCode');
  const message = status && childOf(status, SAMLP, 'StatusMessage');
  const cut = (text: string | undefined) => text?.slice(0, MAX_STATUS_LENGTH);
  return {
    code: cut(code && attributeOf(code, 'Value')) ?? '',
    subCode: cut(subCode && attributeOf(subCode, 'Value')),
    message: cut(message && textOf(message)),
  };
}

// The Destination of an unsigned Response proves nothing, but it must be right if it is there.
export function checkDestination(login: LoginContext): string | undefined {
  const { root, responseSigned } = login;
  const received = attributeOf(found(root), 'Destination');
  if (received === undefined && !responseSigned) return 'none, on an unsigned Response';
  if (!isAcsUrl(login, received))
    refuse('destination_mismatch', {
      ...(received ? {} : { cause: 'no_destination' }),
      expected: login.acsUrl,
      received: received || 'none',
    });
  return undefined;
}

export function checkIssuer(login: LoginContext): undefined {
  const { entityId } = found(login.provider);
  const { issuer } = found(login.parts);
  if (issuer === undefined && login.responseSigned)
    refuse('issuer_mismatch', { cause: 'no_issuer', expected: entityId, received: 'none' });
  for (const received of [...(issuer ? [textOf(issuer)] : []), found(login.content).issuer])
    if (received !== entityId) refuse('issuer_mismatch', { expected: entityId, received: received ?? 'none' });
  return undefined;
}

export function checkAudience({ content, entityId }: LoginContext): undefined {
  const { audiences } = found(content).conditions;
  if (audiences.length === 0) refuse('audience_mismatch', { expected: entityId, received: 'no AudienceRestriction' });
  for (const list of audiences) {
    if (!list.includes(entityId))
      refuse('audience_mismatch', { expected: entityId, received: list.join(', ') || 'none' });
  }
}

export function checkConfirmationMethod(login: LoginContext): undefined {
  if (bearerConfirmations(login).length > 0) return;
  const methods = found(login.content).confirmations.map(({ method }) => method);
  refuse('confirmation_method', { expected: BEARER, received: methods.join(', ') || 'none' });
}

// One valid confirmation is enough (saml-core 2.4.1.1): some providers write one per address of a service.
export function checkRecipient(login: LoginContext): undefined {
  const received = bearerConfirmations(login).map(({ recipient }) => recipient ?? 'none');
  if (!received.some((recipient) => isAcsUrl(login, recipient)))
    refuse('recipient_mismatch', { expected: login.acsUrl, received: received.join(', ') });
}

export function checkConfirmationTime(login: LoginContext): string {
  const here = bearerConfirmations(login).filter(({ recipient }) => isAcsUrl(login, recipient));
  const limited = here.filter(({ notOnOrAfter }) => notOnOrAfter !== undefined);
  const bearer = limited.find((each) => timeFault(login, each) === undefined) ?? limited[0];
  if (bearer?.notOnOrAfter === undefined)
    return refuse('confirmation_expired', { cause: 'no_end', expected: 'NotOnOrAfter', received: 'none' });
  checkTime('confirmation_expired', login, bearer);
  return `until ${timeText(bearer.notOnOrAfter)}`;
}

export function checkConditions({ content }: LoginContext): string | undefined {
  const { unknown, oneTimeUse } = found(content).conditions;
  if (unknown !== undefined)
    refuse('conditions_unknown', { expected: 'conditions of the standard', received: unknown });
  return oneTimeUse ? 'OneTimeUse' : undefined;
}

export function checkNotBefore(login: LoginContext): string {
  const { notBefore } = found(login.content).conditions;
  checkTime('conditions_not_yet_valid', login, { notBefore });
  return notBefore === undefined ? 'no limit' : timeText(notBefore);
}

export function checkNotOnOrAfter(login: LoginContext): string {
  const { notBefore, notOnOrAfter } = found(login.content).conditions;
  checkTime('conditions_expired', login, { notBefore, notOnOrAfter });
  return notOnOrAfter === undefined ? 'no limit' : timeText(notOnOrAfter);
}

export function checkSessionEnd(login: LoginContext): string {
  const { sessionNotOnOrAfter } = found(login.content);
  checkTime('session_expired', login, { notOnOrAfter: sessionNotOnOrAfter });
  return sessionNotOnOrAfter === undefined ? 'no limit' : timeText(sessionNotOnOrAfter);
}

export function checkIssueTime(login: LoginContext): string {
  const { issueInstant, authnInstants } = found(login.content);
  for (const instant of [requiredTime(found(login.root), 'IssueInstant'), issueInstant, ...authnInstants]) {
    checkTime('issued_in_future', login, { notBefore: instant });
  }
  return timeText(issueInstant);
}

export function checkFreshLogin(login: LoginContext): string | undefined {
  const { expectedRequest, content } = login;
  if (expectedRequest?.forceAuthn !== true) return undefined;
  const { issuedAt } = expectedRequest;
  const authnInstant = Math.min(...found(content).authnInstants);
  if (authnInstant < issuedAt - skewMs(login))
    refuse('authn_too_old', { expected: `from ${timeText(issuedAt)}`, received: timeText(authnInstant) });
  return timeText(authnInstant);
}

// Only one of the two places has to be signed, so both must agree.
export function checkInResponseTo(login: LoginContext): undefined {
  const { root, ownRequest } = login;
  // A Test login never starts at the provider.
  const expected = login.expectedRequest?.id ?? (ownRequest?.test === 1 ? ownRequest.id : undefined);
  const received = [
    attributeOf(found(root), 'InResponseTo'),
    ...bearerConfirmations(login).map(({ inResponseTo }) => inResponseTo),
  ];
  for (const id of received) {
    if (id === expected) continue;
    const cause = id === undefined ? 'in_response_to_missing' : undefined;
    refuse('in_response_to_mismatch', { cause, expected: expected ?? 'none', received: id ?? 'none' });
  }
}

export function checkIdpInitiated({ expectedRequest, ownRequest, provider }: LoginContext): undefined {
  if (expectedRequest !== undefined || found(provider).settings.idpInitiated) return;
  const cause = ownRequest && 'in_response_to_missing';
  const expected = ownRequest?.id ?? 'the ID of a login request in InResponseTo';
  refuse('idp_initiated_forbidden', { cause, expected, received: 'none' });
}

/**
 * Returns until when the verified assertion could be used again, in epoch milliseconds: how long its ID must be remembered.
 * One confirmation is enough, so the last to expire counts.
 */
export function usableUntil(login: LoginContext): number {
  const { notOnOrAfter } = found(login.content).conditions;
  const confirmed = Math.max(...bearerConfirmations(login).map((bearer) => bearer.notOnOrAfter ?? 0));
  return Math.min(notOnOrAfter ?? Infinity, confirmed) + skewMs(login);
}

// Other confirmation methods are for other uses (saml-profiles 4.1.4.3).
function bearerConfirmations({ content }: LoginContext): Confirmation[] {
  return found(content).confirmations.filter(({ method }) => method === BEARER);
}

// Both paths of the domain lead to the same place: a provider may know the default one and another its own.
function isAcsUrl({ acsUrl, defaultAcsUrl }: LoginContext, received: string | undefined): boolean {
  return received !== undefined && (received === acsUrl || received === defaultAcsUrl);
}

function checkTime(reason: ReasonCode, login: LoginContext, interval: Partial<Interval>): void {
  const fault = timeFault(login, interval);
  if (fault !== undefined) refuse(reason, { ...clockFacts(login), ...fault });
}

// An interval that is empty must not pass because of the skew (saml-core 2.4.1.2, 2.5.1.2).
function timeFault(login: LoginContext, { notBefore, notOnOrAfter }: Partial<Interval>): Facts | undefined {
  const { now } = login;
  const [from, until] = [notBefore ?? -Infinity, notOnOrAfter ?? Infinity];
  const received = timeText(now);
  if (now + skewMs(login) < from) return { expected: `not before ${timeText(from)}`, received, ...skewOf(from - now) };
  if (now - skewMs(login) >= until)
    return { expected: `before ${timeText(until)}`, received, ...skewOf(now - until + 1) };
  if (from < until) return undefined;
  return { cause: 'validity', expected: `an end after ${timeText(from)}`, received: timeText(until) };
}

function skewMs({ provider }: LoginContext): number {
  return found(provider).settings.clockSkewSeconds * 1_000;
}

function skewOf(ms: number): Facts {
  return { skewSeconds: Math.ceil(ms / 1_000) };
}
