import { type Request, type Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import { explain } from '../federation/reasons.ts';
import { listDomains } from '../store/domains.ts';
import { listProviders } from '../store/identityProviders.ts';
import { type ActivityFilter, listSignInActivity, type SignInActivity } from '../store/signInActivity.ts';
import { findUsersById } from '../store/users.ts';
import { queryText, withQuery } from '../web/query.ts';
import { ACTIVITY, securityTrail } from './samlPaths.ts';
import { flowNames, outcomeNames } from './signInWords.ts';

const PAGE = 50;
const MAX_PAGE = 100_000;

/** Manage Security > Sign-in activity: every attempt, the newest first. */
export function signInActivityRoutes(deps: Deps): Router {
  const router = Router();
  router.get(ACTIVITY, (req, res) => show(deps, req, res));
  return router;
}

async function show(deps: Deps, req: Request, res: Response): Promise<void> {
  const filter = { q: queryText(req, 'q'), outcome: queryText(req, 'outcome'), domain: queryText(req, 'domain') };
  const page = pageIn(req);
  const found = await listSignInActivity(deps.store.db, storeFilter(filter), {
    limit: PAGE,
    offset: (page - 1) * PAGE,
  });
  const link = (number: number) => withQuery(ACTIVITY, { ...filter, page: number > 1 ? String(number) : undefined });
  res.render('settings/activity/list', {
    title: 'Sign-in activity',
    trail: securityTrail,
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
async function withNames(deps: Deps, rows: SignInActivity[]) {
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
