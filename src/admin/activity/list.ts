import type { Request, Response, Router } from 'express';
import { counted } from '../../counted.ts';
import type { Deps } from '../../deps.ts';
import { asSentence, explain, reasons } from '../../federation/reasons.ts';
import { activityFilters, type EnteredFilter, LOCAL, readActivityFilter } from '../../login/activityFilter.ts';
import { outcomeNames, startedText } from '../../login/activityNames.ts';
import { ACTIVITY } from '../../paths.ts';
import { listDomains } from '../../store/domains.ts';
import { listProviders } from '../../store/identityProviders.ts';
import type { LoginActivity } from '../../store/loginActivity.ts';
import { type ActivityFilter, listLoginActivity } from '../../store/loginSearch.ts';
import { findUsersById } from '../../store/users.ts';
import { queryText, withQuery } from '../../web/query.ts';
import { loginCharts } from './charts.ts';

const PAGE = 50;
const ID = /^[0-9a-f-]{36}$/;

/** Manage Security > Login activity: every attempt, the newest first. */
export function loginActivityRoutes(router: Router, deps: Deps): void {
  router.get(ACTIVITY, (req, res) => show(deps, req, res));
}

/** Reads the filters from the query of the URL. */
export function enteredFilterOf(req: Request): EnteredFilter {
  return Object.fromEntries(activityFilters.map((name) => [name, queryText(req, name)])) as EnteredFilter;
}

async function show(deps: Deps, req: Request, res: Response): Promise<void> {
  const { db } = deps.store;
  const entered = enteredFilterOf(req);
  const before = queryText(req, 'before', 36);
  const filter = await readActivityFilter(deps, entered);
  const page = filter.ok ? await readPage(deps, filter.value, ID.test(before) ? before : undefined) : undefined;
  const link = (more: Record<string, string | undefined>) => withQuery(ACTIVITY, { ...entered, ...more });
  const { q: _, ...others } = entered;
  res.status(filter.ok ? 200 : 422).render('settings/activity/list', {
    title: 'Login activity',
    entered,
    errors: filter.ok ? {} : filter.errors,
    isFiltered: Object.values(entered).some((value) => value !== ''),
    filtersSet: Object.values(others).filter((value) => value !== '').length,
    outcomeNames,
    startedText,
    reasonCodes: Object.keys(reasons).sort(),
    local: LOCAL,
    providers: await listProviders(db),
    domains: await listDomains(db),
    path: ACTIVITY,
    link,
    rows: await withNames(deps, page?.found.rows ?? []),
    charts: page?.charts,
    searchedTo: page?.found.searchedTo,
    shown: shownOf(page?.found.rows.length ?? 0, before !== '' || page?.found.next !== undefined),
    first: before ? link({}) : undefined,
    next: page?.found.next && link({ before: page.found.next }),
    exports: ['csv', 'ndjson'].map((format) => ({
      format: format.toUpperCase(),
      href: withQuery(`${ACTIVITY}/export`, { ...entered, format }),
    })),
  });
}

/** Charts are on the first page only: they count the same attempts for every page. */
function readPage(deps: Deps, filter: ActivityFilter, before: string | undefined) {
  return deps.store.longRead(async (slice) => ({
    found: await listLoginActivity(deps.store.db, filter, { limit: PAGE, before, slice }),
    charts: before === undefined ? await loginCharts(deps, filter, slice) : undefined,
  }));
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

function shownOf(count: number, isPart: boolean): string {
  return `${counted(count, 'attempt')}${isPart ? ' on this page' : ''}`;
}
