import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { NotFound } from '../../errors.ts';
import { type Explanation, explain } from '../../federation/reasons.ts';
import { localRefusalMessage, logoutRefusalMessage, refusalMessage } from '../../federation/refusalMessages.ts';
import { serviceProviderDetails } from '../../federation/serviceProvider.ts';
import { isId } from '../../identifier.ts';
import { outcomeNames, startedText } from '../../login/activityNames.ts';
import { browserName } from '../../login/browserName.ts';
import { ACTIVITY, providerPath } from '../../paths.ts';
import { readIntranetSettings } from '../../people/intranetSettings.ts';
import { checkNumber, checksOf } from '../../saml/checkResults.ts';
import { findMessages } from '../../saml/messages/keep.ts';
import { messageView } from '../../saml/messages/view.ts';
import { elapsedText } from '../../saml/verify/clock.ts';
import { type Domain, findDomain } from '../../store/domains.ts';
import { findProvider, type IdentityProvider } from '../../store/identityProviders.ts';
import { findLoginActivity, type LoginActivity } from '../../store/loginActivity.ts';
import { findTestOfActivity, type LoginTest } from '../../store/loginTests.ts';
import { findUser } from '../../store/users.ts';
import { field } from '../../web/form.ts';
import { withQuery } from '../../web/query.ts';
import { isStarter } from '../../web/starter.ts';
import { applyRepair } from './applyRepair.ts';
import { arrivedRows } from './arrived.ts';
import { logoutInWords } from './logout.ts';
import { findRepairs } from './repair.ts';
import { testFacts } from './testFacts.ts';

const REFERENCE = /^[0-9A-Z]{4}-[0-9A-Z]{4}$/i;
const SEPARATORS = ['/', '?', '&', '=', ':', ' '];

/**
 * Manage Security > Login activity > an attempt, found by its ID or its reference: its checks, what arrived, and what to do. If one setting
 * repairs it, a button changes that.
 */
export function loginAttemptRoutes(router: Router, deps: Deps): void {
  router.get(`${ACTIVITY}/:key`, (req, res) => show(deps, req, res, req.params.key));
  router.post(`${ACTIVITY}/:key/repair`, (req, res) => repair(deps, req, res, req.params.key));
}

/**
 * Splits a received value where it starts to differ from the expected one, so that the difference can be marked: at the last separator
 * before the first different character. Marks nothing if the received value is only the start of the expected one.
 */
export function differenceOf(expected: string, received: string): { same: string; different: string } {
  if (received === expected) return { same: received, different: '' };
  let at = 0;
  while (at < received.length && received[at] === expected[at]) at += 1;
  const start = Math.max(0, ...SEPARATORS.map((separator) => received.lastIndexOf(separator, at - 1) + 1));
  const from = at === received.length || start < received.length ? Math.min(start, at) : at;
  return { same: received.slice(0, from), different: received.slice(from) };
}

async function show(deps: Deps, req: Request, res: Response, key: string): Promise<void> {
  const { db } = deps.store;
  const attempt = await getAttempt(deps, key);
  const { providerId, domainId, userId, reason, flow } = attempt;
  const test = await ownTestOf(deps, req, attempt);
  const provider = test?.draft ?? (providerId === null ? undefined : await findProvider(db, providerId));
  const domain = domainId === null ? undefined : await findDomain(db, domainId);
  const kept = await findMessages(deps, attempt.id);
  const view = kept && messageView(kept, checksOf(attempt));
  const checks = checksOf(attempt).map((check) => ({
    ...check,
    number: checkNumber(check.name),
    places: view?.links.get(check.name) ?? [],
  }));
  const cause = checks.find(({ result }) => result === 'refused')?.cause;
  const explanation = reason === null ? undefined : explain(reason, provider?.name, cause);
  const isHealed = attempt.outcome in healed;
  const isTestOfOther = flow === 'test' && !test;
  res.render('settings/activity/attempt', {
    title: titleOf(attempt, explanation),
    intro: introOf(attempt, explanation, cause),
    attempt,
    person: userId === null ? undefined : await findUser(db, userId),
    provider,
    domain,
    checks,
    failedAt: checks.findIndex((check) => check.result === 'refused') + 1,
    failed: checks.find((check) => check.result === 'refused'),
    passed: checks.filter((check) => check.result === 'passed'),
    notReached: checks.filter((check) => check.result === 'not_reached'),
    started: startedText(attempt),
    differenceOf,
    remedy: isHealed ? undefined : remedyLink(explanation?.remedy, attempt, domain, provider, test),
    seen: seenByPerson(attempt, provider, cause),
    arrived: arrivedRows(attempt, provider),
    view,
    messageDays: (await readIntranetSettings(db)).messageDays,
    elapsedText,
    repairs: isHealed || isTestOfOther ? [] : await findRepairs(deps, attempt, provider),
    test: test && (await testFacts(deps, attempt, test)),
    path: `${ACTIVITY}/${attempt.id}`,
    activityPath: ACTIVITY,
    browserName,
  });
}

async function repair(deps: Deps, req: Request, res: Response, key: string): Promise<void> {
  const attempt = await getAttempt(deps, key);
  const test = await ownTestOf(deps, req, attempt);
  res.redirect(303, await applyRepair(deps, req, attempt, test, field(req, 'preview')));
}

/** Finds the Test login of an attempt, if this Power User started it. */
async function ownTestOf({ store }: Deps, req: Request, { id, flow }: LoginActivity): Promise<LoginTest | undefined> {
  const test = flow === 'test' ? await findTestOfActivity(store.db, id) : undefined;
  return test && isStarter(req, test) ? test : undefined;
}

async function getAttempt({ store }: Deps, key: string): Promise<LoginActivity> {
  const known = REFERENCE.test(key) ? key.toUpperCase() : isId(key) ? key : undefined;
  const attempt = known === undefined ? undefined : await findLoginActivity(store.db, known);
  if (!attempt) throw new NotFound('This login attempt does not exist.');
  return attempt;
}

// The response is refused, and nobody has to do anything.
const healed: Partial<Record<string, string>> = {
  continued: 'The response was not accepted. The person was logged in already and came to their page.',
  started_again: 'The response was not accepted. Instead, the login was started once more automatically.',
};

function titleOf({ outcome, flow }: LoginActivity, explanation: Explanation | undefined): string {
  if (explanation) return `${outcomeNames[outcome] ?? 'Refused'}: ${explanation.title}`;
  if (flow === 'logout') return outcomeNames[outcome] ?? outcome;
  if (outcome === 'asked' || outcome === 'no_cookies' || outcome === 'second_step') return 'Login not continued';
  return outcome === 'tested' ? 'Test login succeeded' : 'Logged in';
}

function introOf(attempt: LoginActivity, explanation: Explanation | undefined, cause: string | undefined): string {
  const { outcome, flow, detail } = attempt;
  const next = healed[outcome];
  // A new login ends the same way if the provider names requests that were never made.
  if (next) return cause === 'never_issued' ? `${next} ${explanation?.advice}` : next;
  if (explanation) return explanation.advice;
  if (flow === 'logout') return logoutInWords(attempt);
  if (outcome === 'tested') return 'Every check passed and the person was found. No session was started.';
  if (outcome === 'asked')
    return 'Every check passed. Another person was logged in with this browser, and the switch was not confirmed.';
  if (outcome === 'no_cookies')
    return 'Every check passed, but the browser did not return the cookie that it was given. The person must allow cookies for this domain.';
  if (outcome === 'second_step')
    return 'The password was right, and the second factor did not follow. If the person did not try this, someone else knows their password.';
  if (detail.proof === 'passkey') return 'The passkey was accepted and the person was found.';
  return flow === 'local' ? 'User name and password were correct.' : 'Every check passed and the person was found.';
}

type RemedyLink =
  | { copy: { label: string; value: string; note: string } }
  | { href: string; text: string; icon: string };

/** Returns the value to copy or the screen to open to fix the cause, unless what it concerns was removed. */
function remedyLink(
  remedy: Explanation['remedy'],
  { userId, asserted, flow }: LoginActivity,
  domain: Domain | undefined,
  provider: IdentityProvider | undefined,
  test: LoginTest | undefined,
): RemedyLink | undefined {
  if (remedy === 'acsUrl' && domain && flow === 'logout') {
    const note = 'Single logout URL, SingleLogoutService or Logout Url at the provider.';
    return { copy: { label: 'Correct SLO URL', value: serviceProviderDetails(domain).sloUrl, note } };
  }
  if (remedy === 'acsUrl' && domain) {
    const note = 'Reply URL in Entra, Single sign-on URL in Okta.';
    return { copy: { label: 'Correct ACS URL', value: serviceProviderDetails(domain).acsUrl, note } };
  }
  if (remedy === 'entityId' && domain) {
    const note = 'SP Entity ID in JumpCloud, Audience URI in Okta, Identifier in Entra.';
    return {
      copy: {
        label: 'Correct EntityID',
        value: serviceProviderDetails(domain, provider?.settings.spEntityId).entityId,
        note,
      },
    };
  }
  // A Test login has a link to its form.
  if ((remedy === 'provider' || remedy === 'metadata') && domain && provider && !test)
    return { href: providerPath(domain.id, provider.id), text: `Edit ${provider.name}`, icon: 'edit' };
  if (remedy === 'person' && userId) return { href: `/settings/people/${userId}`, text: 'Edit person', icon: 'user' };
  if (remedy === 'addPerson') {
    const href = withQuery('/settings/people', { q: asserted ?? undefined });
    return { href, text: 'Search People', icon: 'users' };
  }
  return undefined;
}

/** Returns the message that a refused person saw. */
function seenByPerson(
  attempt: LoginActivity,
  provider: IdentityProvider | undefined,
  cause: string | undefined,
): string | undefined {
  const { reason, flow, reference, outcome } = attempt;
  if (reason === null || flow === 'test' || outcome in healed) return undefined;
  if (flow === 'local') return localRefusalMessage(reason);
  const { title, text } =
    flow === 'logout'
      ? logoutRefusalMessage(provider?.name, attempt.detail.message)
      : refusalMessage(reason, provider?.name, cause);
  return `${title}. ${text} Reference: ${reference}`;
}
