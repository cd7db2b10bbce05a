import { type Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import { NotFound } from '../errors.ts';
import { serviceProviderDetails } from '../federation/domains.ts';
import { type Explanation, explain } from '../federation/reasons.ts';
import { localRefusalText, refusalWords } from '../federation/refusalWords.ts';
import { type Domain, findDomain } from '../store/domains.ts';
import { findProvider, type IdentityProvider } from '../store/identityProviders.ts';
import { findSignInActivity, type SignInActivity } from '../store/signInActivity.ts';
import { findUser } from '../store/users.ts';
import { withQuery } from '../web/query.ts';
import { ACTIVITY, providerPath, securityTrail } from './samlPaths.ts';
import { differenceOf, flowNames } from './signInWords.ts';

/** One attempt to sign in: what came of it, the checks in their order, and what to do about it. */
export function signInAttemptRoutes(deps: Deps): Router {
  const router = Router();
  router.get(`${ACTIVITY}/:reference`, (req, res) => show(deps, res, req.params.reference));
  return router;
}

async function show(deps: Deps, res: Response, reference: string): Promise<void> {
  const { db } = deps.store;
  const attempt = /^[0-9A-Z-]{9}$/i.test(reference) ? await findSignInActivity(db, reference.toUpperCase()) : undefined;
  if (!attempt) throw new NotFound('There is no sign-in with this reference.');
  const provider = attempt.providerId === null ? undefined : await findProvider(db, attempt.providerId);
  const domain = attempt.domainId === null ? undefined : await findDomain(db, attempt.domainId);
  const explanation = attempt.reason === null ? undefined : explain(attempt.reason, provider?.name);
  const checks = attempt.detail.checks ?? [];
  res.render('settings/activity/attempt', {
    title: titleOf(attempt, explanation),
    intro: introOf(attempt, explanation),
    trail: [...securityTrail, { text: 'Sign-in activity', href: ACTIVITY }],
    attempt,
    person: attempt.userId === null ? undefined : await findUser(db, attempt.userId),
    provider,
    domain,
    checks,
    stoppedAt: checks.findIndex((check) => check.result === 'refused') + 1,
    flowNames,
    differenceOf,
    remedy: remedyOf(
      explanation?.remedy ?? (attempt.flow === 'test' ? 'provider' : undefined),
      attempt,
      domain,
      provider,
    ),
    seen: seenIn(attempt, provider),
  });
}

function titleOf({ outcome }: SignInActivity, explanation: Explanation | undefined): string {
  if (explanation) return `Refused: ${explanation.title}`;
  return outcome === 'tested' ? 'The test worked' : 'Signed in';
}

function introOf({ outcome, flow }: SignInActivity, explanation: Explanation | undefined): string {
  if (explanation) return explanation.advice;
  if (outcome === 'tested') return 'Every check was passed and the person was found. Nobody was signed in.';
  return flow === 'local' ? 'User name and password were right.' : 'Every check was passed and the person was found.';
}

export type RemedyLink =
  | { copy: { label: string; value: string; note: string } }
  | { href: string; text: string; icon: string };

/** What can be pressed to put the cause right, as far as what it concerns is still there. */
function remedyOf(
  remedy: Explanation['remedy'],
  attempt: SignInActivity,
  domain: Domain | undefined,
  provider: IdentityProvider | undefined,
): RemedyLink | undefined {
  const details = domain && serviceProviderDetails(domain);
  if (remedy === 'acsUrl' && details)
    return {
      copy: {
        label: 'The right ACS URL',
        value: details.acsUrl,
        note: 'Reply URL in Entra, Single sign-on URL in Okta.',
      },
    };
  if (remedy === 'entityId' && details)
    return {
      copy: {
        label: 'The right EntityID',
        value: details.entityId,
        note: 'SP Entity ID in JumpCloud, Audience URI in Okta, Identifier in Entra.',
      },
    };
  if ((remedy === 'provider' || remedy === 'metadata') && domain && provider)
    return { href: providerPath(domain.id, provider.id), text: `Edit ${provider.name}`, icon: 'edit' };
  if (remedy === 'person' && attempt.userId)
    return { href: `/settings/people/${attempt.userId}`, text: 'Open the person', icon: 'user' };
  if (remedy === 'addPerson')
    return {
      href: withQuery('/settings/people', { q: attempt.asserted ?? undefined }),
      text: 'Look in People',
      icon: 'users',
    };
  return undefined;
}

/** The words that the person had on the screen, where they were refused. */
function seenIn(attempt: SignInActivity, provider: IdentityProvider | undefined): string | undefined {
  const { reason, flow, reference } = attempt;
  if (reason === null || flow === 'test') return undefined;
  if (flow === 'local') return localRefusalText(reason);
  const { title, text } = refusalWords(reason, provider?.name);
  return `${title}. ${text} Reference: ${reference}`;
}
