import type { Db } from '../../db/open.ts';
import type { LoginRequestRow } from '../../db/schema.ts';
import type { Deps } from '../../deps.ts';
import { findPrivateKeys, serviceProviderDetails } from '../../federation/domains.ts';
import { hashToken, newId, newReference } from '../../identifier.ts';
import { writeLastLogin } from '../../people/users.ts';
import type { Domain } from '../../store/domains.ts';
import { findProvider, findProviderByEntityId, type IdentityProvider } from '../../store/identityProviders.ts';
import { insertLoginActivity, type LoginActivity } from '../../store/loginActivity.ts';
import { consumeLoginRequest, findLoginRequest, isAssertionUsed, recordAssertion } from '../../store/loginRequests.ts';
import type { User } from '../../store/users.ts';
import { together } from '../../web/turn.ts';
import { assertedName, type Match, matchPerson } from '../verify/matchPerson.ts';
import { readResponse, verifyResponse } from '../verify/response.ts';
import type { Check, ReasonCode, Verdict, VerifiedAssertion } from '../verify/verdict.ts';
import type { AnswerForm } from './form.ts';

const REPLAY_CHECK = 'Not used before';
const BROWSER_CHECK = "The request was this browser's";
const PERSON_CHECK = 'Person in the directory';

/** An answer as it arrived, and the browser that brought it. */
export type Answer = {
  domain: Domain;
  samlResponse: AnswerForm['samlResponse'];
  browser: string | undefined; // the secret of the request cookie
  network: string;
  userAgent: string;
};

export type Outcome =
  | {
      ok: true;
      user: User;
      provider: IdentityProvider;
      assertion: VerifiedAssertion;
      request: LoginRequestRow | undefined;
      test: boolean;
      activityId: string;
    }
  | {
      ok: false;
      reason: ReasonCode;
      provider: IdentityProvider | undefined;
      test: boolean;
      activityId: string;
      reference: string;
    };

/** What is known of an attempt as far as it got; it becomes one row of the sign-in activity. */
type Attempt = {
  answer: Answer;
  provider?: IdentityProvider | undefined;
  request?: LoginRequestRow | undefined;
  solicited: boolean; // it claims to answer a request
  checks: Check[];
  providerStatus?: (Verdict & { ok: false })['providerStatus'];
  asserted?: string | undefined;
  user?: User | undefined;
};

type Step<T> = { ok: true; value: T } | { ok: false; reason: ReasonCode };

/**
 * Takes an identity provider's answer through every check, uses it up, and finds the person it speaks of.
 * Starts no session. Whatever comes of it is written to the sign-in activity, once, before this returns.
 */
export async function receiveAnswer(deps: Deps, answer: Answer): Promise<Outcome> {
  const attempt: Attempt = { answer, solicited: false, checks: [] };
  await together();
  const judged = await judge(deps, attempt);
  await together();
  const activityId = newId(deps);
  // One transaction, and so one wait for the disk: what is used up and what is written down are both there, or neither.
  const result = await deps.store.db.transaction().execute(async (trx) => {
    const accepted = judged.ok ? await accept(trx, deps.now(), attempt, judged.value) : judged;
    const outcome = accepted.ok ? accepted : { ...accepted, reference: newReference(deps) };
    await insertLoginActivity(trx, activityOf(deps, attempt, activityId, outcome));
    return outcome;
  });
  const { provider, request } = attempt;
  const test = request?.test === 1;
  if (!result.ok) return { ...result, provider, test, activityId };
  return { ok: true, ...result.value, request, test, activityId };
}

type Verified = {
  provider: IdentityProvider;
  assertion: VerifiedAssertion;
  fault: ReasonCode | undefined;
  match: Match | undefined; // undefined where the assertion names nobody
};
type Accepted = { user: User; provider: IdentityProvider; assertion: VerifiedAssertion };

/** Everything that can be said of an answer without changing anything. `fault`: the request that it names is not this browser's. */
async function judge(deps: Deps, attempt: Attempt): Promise<Step<Verified>> {
  const { answer } = attempt;
  if (!answer.samlResponse.ok) return answer.samlResponse;
  const read = readResponse(answer.samlResponse.value);
  if (!read.ok) {
    attempt.checks = read.checks;
    return refuse(read.reason);
  }
  const { response } = read;
  attempt.solicited = response.inResponseTo !== undefined;
  const claimed = response.inResponseTo
    ? await findLoginRequest(deps.store.db, response.inResponseTo, deps.now())
    : undefined;
  const provider = await findAnsweringProvider(deps, response.issuer, claimed);
  attempt.provider = provider;
  // Whoever answers no request has to say who they are (saml-profiles 4.1.4.2).
  const nameless = response.issuer === undefined && response.inResponseTo === undefined;
  if (!provider) return refuse(nameless ? 'response_malformed' : 'provider_unknown');
  if (!provider.enabled) return refuse('provider_disabled');
  const fault = response.inResponseTo ? requestFault(answer, provider, claimed) : undefined;
  if (!fault) attempt.request = claimed;
  const verdict = verifyResponse(response, {
    ...domainFacts(answer.domain),
    decryptionKeys: response.encrypted ? await findPrivateKeys(deps, answer.domain.id) : [],
    now: deps.now(),
    provider: providerFacts(deps, provider),
    // Where the request is not this browser's, the answer is refused below, once it is known who signed it.
    request: response.inResponseTo
      ? { id: response.inResponseTo, forceAuthn: claimed?.forceAuthn === 1, issuedAt: claimed?.createdAt ?? deps.now() }
      : undefined,
  });
  attempt.checks = verdict.checks;
  if (verdict.ok) {
    const { assertion } = verdict;
    const name = assertedName(assertion, provider.settings);
    attempt.asserted = name;
    const match = name === undefined ? undefined : await matchPerson(deps.store.db, name, provider.settings);
    return { ok: true, value: { provider, assertion, fault, match } };
  }
  attempt.providerStatus = verdict.providerStatus;
  return refuse(verdict.reason);
}

async function accept(db: Db, now: number, attempt: Attempt, verified: Verified): Promise<Step<Accepted>> {
  const { provider, assertion, match } = verified;
  const spent = await useUp(db, attempt.request, verified);
  if (!check(attempt, REPLAY_CHECK, spent !== 'assertion_replayed')) return refuse('assertion_replayed');
  check(attempt, BROWSER_CHECK, spent === undefined);
  if (spent) return refuse(spent);
  if (match === undefined) return refuse('subject_missing');
  attempt.user = match.user;
  check(attempt, PERSON_CHECK, match.ok, attempt.asserted);
  if (!match.ok) return refuse(match.reason);
  if (attempt.request?.test !== 1) await writeLastLogin(db, match.user.id, now);
  return { ok: true, value: { user: match.user, provider, assertion } };
}

/** Consumes the request and remembers the assertion; says why where that cannot be. */
async function useUp(
  db: Db,
  request: LoginRequestRow | undefined,
  { provider, assertion, fault }: Verified,
): Promise<ReasonCode | undefined> {
  const used = { entityId: provider.entityId, assertionId: assertion.id, expiresAt: assertion.notOnOrAfter };
  if (fault) return (await isAssertionUsed(db, used)) ? 'assertion_replayed' : fault;
  if (!(await recordAssertion(db, used))) return 'assertion_replayed';
  return request && !(await consumeLoginRequest(db, request.id)) ? 'request_unknown' : undefined;
}

/** The provider that says it answers; where it hides its name in what it encrypted, the one that was asked. */
async function findAnsweringProvider(
  deps: Deps,
  issuer: string | undefined,
  claimed: LoginRequestRow | undefined,
): Promise<IdentityProvider | undefined> {
  if (issuer !== undefined) return findProviderByEntityId(deps.store.db, issuer);
  return claimed && findProvider(deps.store.db, claimed.providerId);
}

/** What is wrong with the request that an answer claims to answer. */
function requestFault(
  answer: Answer,
  provider: IdentityProvider,
  claimed: LoginRequestRow | undefined,
): ReasonCode | undefined {
  if (!claimed || claimed.domainId !== answer.domain.id) return 'request_unknown';
  if (claimed.providerId !== provider.id) return 'request_other_provider';
  if (answer.browser === undefined || hashToken(answer.browser) !== claimed.browserHash) return 'request_other_browser';
  return undefined;
}

function providerFacts({ keys }: Deps, provider: IdentityProvider) {
  const { settings } = provider;
  return {
    entityId: provider.entityId,
    signingKeys: provider.facts.certificates.map((certificate) => keys.publicKey(certificate.pem)),
    clockSkewMs: settings.clockSkewSeconds * 1_000,
    allowSha1: settings.allowSha1,
    idpInitiated: settings.idpInitiated,
    subjectAttribute: settings.matchAttribute === '' ? undefined : settings.matchAttribute,
  };
}

function domainFacts(domain: Domain) {
  const { entityId, acsUrl } = serviceProviderDetails(domain);
  return { entityId, acsUrl };
}

function activityOf(
  deps: Deps,
  attempt: Attempt,
  id: string,
  outcome: { ok: true } | { ok: false; reason: ReasonCode; reference: string },
): LoginActivity {
  const { answer, request } = attempt;
  const test = request?.test === 1;
  return {
    id,
    reference: outcome.ok ? null : outcome.reference,
    at: deps.now(),
    flow: test ? 'test' : attempt.solicited ? 'sp' : 'idp',
    outcome: outcome.ok ? (test ? 'tested' : 'logged_in') : 'refused',
    reason: outcome.ok ? null : outcome.reason,
    domainId: answer.domain.id,
    providerId: attempt.provider?.id ?? null,
    userId: attempt.user?.id ?? null,
    asserted: attempt.asserted?.slice(0, 256) ?? null,
    network: answer.network,
    detail: { checks: attempt.checks, providerStatus: attempt.providerStatus, userAgent: answer.userAgent },
  };
}

function check(attempt: Attempt, name: string, passed: boolean, received?: string): boolean {
  const found = received === undefined ? {} : passed ? { detail: received } : { received };
  attempt.checks.push({ name, result: passed ? 'passed' : 'refused', ...found });
  return passed;
}

function refuse(reason: ReasonCode): { ok: false; reason: ReasonCode } {
  return { ok: false, reason };
}
