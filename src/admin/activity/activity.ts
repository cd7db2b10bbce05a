import { type Request, type Response, Router } from 'express';
import type { Db } from '../../db/open.ts';
import type { Deps } from '../../deps.ts';
import { NotFound } from '../../errors.ts';
import { serviceProviderDetails } from '../../federation/domains.ts';
import { type Explanation, explain } from '../../federation/reasons.ts';
import { localRefusalMessage, refusalMessage } from '../../federation/refusalMessages.ts';
import { type Domain, findDomain, listDomains } from '../../store/domains.ts';
import { findProvider, type IdentityProvider, listProviders } from '../../store/identityProviders.ts';
import {
  type ActivityFilter,
  findLoginActivity,
  type LoginActivity,
  listLoginActivity,
} from '../../store/loginActivity.ts';
import { findUser, findUsersById } from '../../store/users.ts';
import { queryText, withQuery } from '../../web/query.ts';
import { ACTIVITY, providerPath } from '../saml/paths.ts';

const PAGE = 50;
const MAX_PAGE = 100_000;
const REFERENCE = /^[0-9A-Z]{4}-[0-9A-Z]{4}$/i;
const ID = /^[0-9a-f-]{36}$/;

/** What came of an attempt, as the screens say it. */
const outcomeNames: Record<string, string> = {
  logged_in: 'Signed in',
  refused: 'Refused',
  tested: 'Test worked',
};

/** How somebody came, as the screens say it. */
const flowNames: Record<string, string> = {
  sp: 'from the Log-In screen',
  idp: 'launched from the tile',
  local: 'with a password',
  test: 'test by a Power User',
};

/** Manage Security > Sign-in activity: every attempt, the newest first, and what came of each. */
export function loginActivityRoutes(deps: Deps): Router {
  const router = Router();
  router.get(ACTIVITY, (req, res) => showList(deps, req, res));
  router.get(`${ACTIVITY}/:key`, (req, res) => showAttempt(deps, res, req.params.key));
  return router;
}

/**
 * Where a received value stops being like the expected one, so that the difference can be marked: from the last separator before the first
 * differing character. Nothing is marked where one is merely the beginning of the other's word, or both have nothing in common.
 */
export function differenceOf(expected: string, received: string): { same: string; different: string } {
  let at = 0;
  while (at < received.length && received[at] === expected[at]) at += 1;
  if (received === expected) return { same: received, different: '' };
  const start = Math.max(0, ...['/', '?', '&', '=', ':', ' '].map((sign) => received.lastIndexOf(sign, at - 1) + 1));
  const from = at === received.length || start < received.length ? Math.min(start, at) : at;
  return { same: received.slice(0, from), different: received.slice(from) };
}

async function showList(deps: Deps, req: Request, res: Response): Promise<void> {
  const filter = { q: queryText(req, 'q'), outcome: queryText(req, 'outcome'), domain: queryText(req, 'domain') };
  const page = pageIn(req);
  const found = await listLoginActivity(deps.store.db, storeFilter(filter), {
    limit: PAGE,
    offset: (page - 1) * PAGE,
  });
  const link = (number: number) => withQuery(ACTIVITY, { ...filter, page: number > 1 ? String(number) : undefined });
  res.render('settings/activity/list', {
    title: 'Sign-in activity',
    filter,
    isFiltered: Object.values(filter).some((value) => value !== ''),
    outcomeNames,
    flowNames,
    domains: await listDomains(deps.store.db),
    path: ACTIVITY,
    rows: await withNames(deps, found.rows),
    shown: shownOf(page, found.rows.length, found.total),
    previous: page > 1 ? link(page - 1) : undefined,
    next: page * PAGE < found.total ? link(page + 1) : undefined,
  });
}

function storeFilter({ q, outcome, domain }: { q: string; outcome: string; domain: string }): ActivityFilter {
  return { search: q || undefined, outcome: outcome || undefined, domainId: domain || undefined };
}

function pageIn(req: Request): number {
  const number = Number(queryText(req, 'page', 6));
  return Number.isInteger(number) && number > 0 ? Math.min(number, MAX_PAGE) : 1;
}

/** The rows with what their IDs stand for; a domain or provider that was removed has no name any more. */
async function withNames(deps: Deps, rows: LoginActivity[]) {
  const { db } = deps.store;
  const users = await findUsersById(db, [...new Set(rows.flatMap(({ userId }) => userId ?? []))]);
  const providers = new Map((await listProviders(db)).map(({ id, name }) => [id, name]));
  const hosts = new Map((await listDomains(db)).map(({ id, url }) => [id, new URL(url).host]));
  return rows.map((row) => {
    const provider = providers.get(row.providerId ?? '');
    return {
      ...row,
      person: users.get(row.userId ?? ''),
      provider,
      host: hosts.get(row.domainId ?? ''),
      sentence: row.reason === null ? undefined : explain(row.reason, provider).title,
    };
  });
}

function shownOf(page: number, count: number, total: number): string {
  const all = `${total.toLocaleString('en')} ${total === 1 ? 'attempt' : 'attempts'}`;
  if (count === total || count === 0) return all;
  const first = (page - 1) * PAGE + 1;
  return `${first.toLocaleString('en')} to ${(first + count - 1).toLocaleString('en')} of ${all}`;
}

/**
 * One attempt: the checks in their order, and what to do about it.
 * @param key its ID, or the reference that somebody was told
 */
async function showAttempt(deps: Deps, res: Response, key: string): Promise<void> {
  const { db } = deps.store;
  const attempt = await findAttempt(db, key);
  if (!attempt) throw new NotFound('There is no such sign-in.');
  const provider = attempt.providerId === null ? undefined : await findProvider(db, attempt.providerId);
  const domain = attempt.domainId === null ? undefined : await findDomain(db, attempt.domainId);
  const explanation = attempt.reason === null ? undefined : explain(attempt.reason, provider?.name);
  const checks = attempt.detail.checks ?? [];
  res.render('settings/activity/attempt', {
    title: titleOf(attempt, explanation),
    intro: introOf(attempt, explanation),
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

async function findAttempt(db: Db, key: string): Promise<LoginActivity | undefined> {
  if (REFERENCE.test(key)) return findLoginActivity(db, key.toUpperCase());
  return ID.test(key) ? findLoginActivity(db, key) : undefined;
}

function titleOf({ outcome }: LoginActivity, explanation: Explanation | undefined): string {
  if (explanation) return `Refused: ${explanation.title}`;
  return outcome === 'tested' ? 'The test worked' : 'Signed in';
}

function introOf({ outcome, flow }: LoginActivity, explanation: Explanation | undefined): string {
  if (explanation) return explanation.advice;
  if (outcome === 'tested') return 'Every check was passed and the person was found. Nobody was signed in.';
  return flow === 'local' ? 'User name and password were right.' : 'Every check was passed and the person was found.';
}

type RemedyLink =
  | { copy: { label: string; value: string; note: string } }
  | { href: string; text: string; icon: string };

/** What can be pressed to put the cause right, as far as what it concerns is still there. */
function remedyOf(
  remedy: Explanation['remedy'],
  attempt: LoginActivity,
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
function seenIn(attempt: LoginActivity, provider: IdentityProvider | undefined): string | undefined {
  const { reason, flow, reference } = attempt;
  if (reason === null || flow === 'test') return undefined;
  if (flow === 'local') return localRefusalMessage(reason);
  const { title, text } = refusalMessage(reason, provider?.name);
  return `${title}. ${text} Reference: ${reference}`;
}
