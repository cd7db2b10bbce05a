import type { IncomingMessage } from 'node:http';
import type { Db } from '../../db/open.ts';
import type { Deps } from '../../deps.ts';
import type { ReasonCode } from '../../federation/reasons.ts';
import { readForm } from '../acs/form.ts';
import { checkAssertion } from './assertion.ts';
import { checkSignaturePlace, checkSignatures } from './authenticity.ts';
import { type AsyncCheck, type Check, type CheckResult, type LoginContext, refusalOf } from './check.ts';
import {
  checkAudience,
  checkConditions,
  checkConfirmationMethod,
  checkConfirmationTime,
  checkDestination,
  checkFreshLogin,
  checkIdpInitiated,
  checkInResponseTo,
  checkIssuer,
  checkIssueTime,
  checkNotBefore,
  checkNotOnOrAfter,
  checkRecipient,
  checkSessionEnd,
  checkStatus,
  checkSubject,
  checkVersion,
} from './contentChecks.ts';
import { checkNotUsed, checkProviderEnabled, checkProviderKnown, checkRequest, loadExpectations } from './lookUp.ts';
import { checkBase64, checkRoot, checkSize, checkStructure, checkXml } from './message.ts';
import { checkEmailDomain, checkMayLogIn, checkPersonActive, checkPersonKnown, findPeople } from './person.ts';

const signatureReasons = [
  'signature_missing',
  'signature_malformed',
  'algorithm_forbidden',
  'signature_invalid',
  'response_malformed',
] as const;
const requestReasons = ['request_unknown', 'request_other_provider', 'request_other_browser'] as const;

/** Every check of a login through a provider, in the order in which they run. The first that fails ends the login. */
export const loginChecks: LoginChecks = {
  // Read the form of the request.
  receive: [check('SAMLResponse field', 'saml-bindings 3.5.4', readForm, 'request_malformed', 'message_too_large')],
  // Parse the message. Nothing in it is trusted.
  read: [
    check('Size', 'own limit', checkSize, 'message_too_large'),
    check('Base64', 'saml-bindings 3.5.4, RFC 4648 4', checkBase64, 'base64_invalid'),
    check('XML', 'XML 1.0, own limits', checkXml, 'message_too_large', 'xml_malformed', 'xml_limit', 'xml_forbidden'),
    check('SAML Response', 'saml-core 3.3.3', checkRoot, 'response_malformed', 'version_unsupported'),
  ],
  // Look up what to verify it with.
  lookUp: [
    check('Known provider', 'saml-profiles 4.1.4.2', checkProviderKnown, 'response_malformed', 'provider_unknown'),
    check('Enabled provider', 'own rule', checkProviderEnabled, 'provider_disabled'),
    check('Login request', 'saml-profiles 4.1.4.2', loadExpectations),
  ],
  // Verify it: pure, no input or output.
  verify: [
    check('Structure', 'saml-core 3.3.3', checkStructure, 'response_malformed', 'signature_misplaced'),
    check('Place of the signature', 'saml-core 5.4', checkSignaturePlace, 'signature_missing', 'signature_misplaced'),
    check('Signature', 'saml-core 5.4, 6', checkSignatures, ...signatureReasons),
    check('Version', 'saml-core 4', checkVersion, 'version_unsupported'),
    check('Status', 'saml-core 3.2.2.1', checkStatus, 'provider_status'),
    check('Assertion', 'saml-core 2.3.3', checkAssertion, 'response_malformed', 'signature_missing'),
    check('Destination', 'saml-core 3.2.2, saml-bindings 3.5.5.2', checkDestination, 'destination_mismatch'),
    check('Issuer', 'saml-core 2.2.5', checkIssuer, 'issuer_mismatch'),
    check('Audience', 'saml-core 2.5.1.4', checkAudience, 'audience_mismatch'),
    check('Confirmation method', 'saml-profiles 3.3', checkConfirmationMethod, 'confirmation_method'),
    check('Recipient', 'saml-core 2.4.1.2', checkRecipient, 'recipient_mismatch'),
    check('Confirmation time', 'saml-core 2.4.1.2', checkConfirmationTime, 'confirmation_expired'),
    check('Known conditions', 'saml-core 2.5.1', checkConditions, 'conditions_unknown'),
    check('Valid from', 'saml-core 2.5.1.2', checkNotBefore, 'conditions_not_yet_valid'),
    check('Valid until', 'saml-core 2.5.1.2', checkNotOnOrAfter, 'conditions_expired'),
    check('Session end', 'saml-core 2.7.2', checkSessionEnd, 'session_expired'),
    check('Issue time', 'saml-core 2.3.3, 3.2.2, 2.7.2', checkIssueTime, 'issued_in_future', 'response_malformed'),
    check('Fresh login', 'saml-core 3.4.1 (ForceAuthn)', checkFreshLogin, 'authn_too_old'),
    check('InResponseTo', 'saml-core 3.2.2, 2.4.1.2', checkInResponseTo, 'in_response_to_mismatch'),
    check('IdP-initiated login', 'saml-profiles 4.1.5', checkIdpInitiated, 'idp_initiated_forbidden'),
    check('Subject', 'saml-core 2.4.1', checkSubject, 'subject_missing'),
  ],
  // Find the people that it may mean.
  match: [check('Matching people', 'own rule', findPeople, 'subject_missing')],
  // Use it, in the transaction that also records the login.
  use: [
    check('Not used before', 'saml-profiles 4.1.4.5', checkNotUsed, 'assertion_replayed'),
    check('Login request of this browser', 'saml-profiles 4.1.4.2', checkRequest, ...requestReasons),
    check('Person in the People Directory', 'own rule', checkPersonKnown, 'person_unknown', 'person_ambiguous'),
    check('E-mail domain', 'own rule', checkEmailDomain, 'email_domain_forbidden'),
    check('Active person', 'own rule', checkPersonActive, 'person_deactivated'),
    check('Intranet access', 'own rule', checkMayLogIn, 'person_not_intranet_user'),
  ],
};

type LoginChecks = {
  receive: AsyncCheck<IncomingMessage>[];
  read: Check[];
  lookUp: AsyncCheck<Deps>[];
  verify: Check[];
  match: AsyncCheck<Deps>[];
  use: AsyncCheck<Db>[];
};

const names = Object.values<{ name: string }[]>(loginChecks).flatMap((checks) => checks.map(({ name }) => name));

/** Runs checks until one fails, which becomes `login.refusal`, and adds their results to the context. */
export function runChecks(login: LoginContext, checks: readonly Check[]): void {
  for (const { name, run } of checks) {
    if (login.refusal) return;
    try {
      login.results.push({ name, result: 'passed', detail: run(login) });
    } catch (error) {
      addRefusal(login, name, error);
    }
  }
}

/** Like runChecks, for checks that need a source. */
export async function runAsyncChecks<Source>(
  login: LoginContext,
  checks: readonly AsyncCheck<Source>[],
  source: Source,
): Promise<void> {
  for (const { name, run } of checks) {
    if (login.refusal) return;
    try {
      login.results.push({ name, result: 'passed', detail: await run(login, source) });
    } catch (error) {
      addRefusal(login, name, error);
    }
  }
}

/** Returns the result of every check, in order, including those that were not reached. */
export function allResults({ results }: LoginContext): CheckResult[] {
  const reached = new Set(results.map(({ name }) => name));
  const others = names.filter((name) => !reached.has(name));
  return [...results, ...others.map((name) => ({ name, result: 'not_reached' }) as const)];
}

function addRefusal(login: LoginContext, name: string, error: unknown): void {
  const refusal = refusalOf(error);
  login.refusal = refusal;
  login.results.push({ name, result: 'refused', ...refusal.facts });
}

function check<Run>(name: string, section: string, run: Run, ...reasons: ReasonCode[]) {
  return { name, section, run, reasons };
}
