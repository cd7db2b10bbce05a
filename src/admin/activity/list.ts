import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { asSentence, explain } from '../../federation/reasons.ts';
import { listDomains } from '../../store/domains.ts';
import { listProviders } from '../../store/identityProviders.ts';
import { type LoginActivity, listLoginActivity } from '../../store/loginActivity.ts';
import { findUsersById } from '../../store/users.ts';
import { queryText, withQuery } from '../../web/query.ts';
import { ACTIVITY } from '../saml/paths.ts';

const PAGE = 50;
const MAX_PAGE = 400;

/** How a login attempt ended, for the screens. */
export const outcomeNames: Record<string, string> = {
  logged_in: 'Logged in',
  refused: 'Refused',
  tested: 'Test succeeded',
  asked: 'Not continued',
  no_cookies: 'Cookies blocked',
  started_again: 'Started again',
  continued: 'Already logged in',
};

/** How a login started, for the screens. */
export const flowNames: Record<string, string> = {
  sp: 'with the button',
  auto: 'Auto Login',
  again: 'started again',
  idp: 'from the provider’s tile',
  local: 'with a password',
  test: 'Test login',
};

/** Manage Security > Login activity: every attempt, the newest first. */
export function loginActivityRoutes(router: Router, deps: Deps): void {
  router.get(ACTIVITY, (req, res) => show(deps, req, res));
}

async function show(deps: Deps, req: Request, res: Response): Promise<void> {
  const { db } = deps.store;
  const filter = { q: queryText(req, 'q'), outcome: queryText(req, 'outcome'), domain: queryText(req, 'domain') };
  const page = pageIn(req);
  const sought = { search: filter.q, outcome: filter.outcome, domainId: filter.domain };
  const range = { limit: PAGE, offset: (page - 1) * PAGE };
  const found = await deps.store.longRead((slice) => listLoginActivity(db, sought, { ...range, slice }));
  const { rows } = found;
  const link = (number: number) => withQuery(ACTIVITY, { ...filter, page: number > 1 ? String(number) : undefined });
  res.render('settings/activity/list', {
    title: 'Login activity',
    filter,
    isFiltered: Object.values(filter).some((value) => value !== ''),
    outcomeNames,
    flowNames,
    domains: await listDomains(db),
    path: ACTIVITY,
    rows: await withNames(deps, rows),
    shown: shownOf(page, found),
    previous: page > 1 ? link(page - 1) : undefined,
    next: page < MAX_PAGE && (page * PAGE < found.total || !found.totalIsExact) ? link(page + 1) : undefined,
  });
}

function pageIn(req: Request): number {
  const number = Number(queryText(req, 'page', 6));
  return Number.isInteger(number) && number > 0 ? Math.min(number, MAX_PAGE) : 1;
}

/** Adds the names behind the IDs of the rows. A domain or provider that was removed has none. */
async function withNames(deps: Deps, rows: LoginActivity[]) {
  const { db } = deps.store;
  const users = await findUsersById(db, [...new Set(rows.flatMap(({ userId }) => userId ?? []))]);
  const providers = new Map((await listProviders(db)).map(({ id, name }) => [id, name]));
  const hosts = new Map((await listDomains(db)).map(({ id, url }) => [id, new URL(url).host]));
  return rows.map((row) => {
    const provider = providers.get(row.providerId ?? '');
    const title = row.reason === null ? '' : explain(row.reason, provider).title;
    return {
      ...row,
      person: users.get(row.userId ?? ''),
      provider,
      host: hosts.get(row.domainId ?? ''),
      refusal: asSentence(title, provider),
    };
  });
}

function shownOf(page: number, { rows, total, totalIsExact }: Awaited<ReturnType<typeof listLoginActivity>>): string {
  const count = rows.length;
  const all = `${totalIsExact ? '' : 'more than '}${total.toLocaleString('en')} ${total === 1 ? 'attempt' : 'attempts'}`;
  if (count === total || count === 0) return all;
  const first = (page - 1) * PAGE + 1;
  return `${first.toLocaleString('en')} to ${(first + count - 1).toLocaleString('en')} of ${all}`;
}
