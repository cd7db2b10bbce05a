import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../errors.ts';
import { asSentence, explain, reasons } from '../../federation/reasons.ts';
import { isId } from '../../identifier.ts';
import { exportActivity } from '../../login/activityExport.ts';
import { activityFilters, type EnteredFilter, LOCAL, readActivityFilter } from '../../login/activityFilter.ts';
import { outcomeNames, startedText } from '../../login/activityNames.ts';
import { ACTIVITY } from '../../paths.ts';
import { listDomains } from '../../store/domains.ts';
import { listProviders } from '../../store/identityProviders.ts';
import type { LoginActivity } from '../../store/loginActivity.ts';
import { type ActivityFilter, listLoginActivity } from '../../store/loginSearch.ts';
import { findUsersById } from '../../store/users.ts';
import { queryText, withQuery } from '../../web/query.ts';
import { sendExport } from '../../web/sendExport.ts';
import { logPage } from '../logPage.ts';
import { loginCharts } from './charts.ts';

const PAGE = 50;

/** Manage Security > Login activity: every attempt, the newest first. */
export function loginActivityRoutes(router: Router, deps: Deps): void {
  router.get(ACTIVITY, (req, res) => show(deps, req, res));
  router.get(`${ACTIVITY}/export`, (req, res) => send(deps, req, res));
}

/** Reads the filters from the query of the URL. */
function enteredFilterOf(req: Request): EnteredFilter {
  return Object.fromEntries(activityFilters.map((name) => [name, queryText(req, name)])) as EnteredFilter;
}

async function show(deps: Deps, req: Request, res: Response): Promise<void> {
  const { db } = deps.store;
  const entered = enteredFilterOf(req);
  const before = queryText(req, 'before', 36);
  const filter = await readActivityFilter(deps, entered);
  const page = filter.ok ? await readPage(deps, filter.value, isId(before) ? before : undefined) : undefined;
  res.status(filter.ok ? 200 : 422).render('settings/activity/list', {
    title: 'Login activity',
    ...logPage(ACTIVITY, entered, {
      before,
      next: page?.found.next,
      rows: page?.found.rows.length ?? 0,
      one: 'attempt',
    }),
    errors: filter.ok ? {} : filter.errors,
    outcomeNames,
    startedText,
    reasonCodes: Object.keys(reasons).sort(),
    local: LOCAL,
    providers: await listProviders(db),
    domains: await listDomains(db),
    link: (more: Record<string, string>) => withQuery(ACTIVITY, { ...entered, ...more }),
    rows: await withNames(deps, page?.found.rows ?? []),
    charts: page?.charts,
    searchedTo: page?.found.searchedTo,
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

/** Sends the filtered list as a CSV or NDJSON file of any size. */
async function send(deps: Deps, req: Request, res: Response): Promise<void> {
  const filter = await readActivityFilter(deps, enteredFilterOf(req));
  if (!filter.ok) throw new AppError(422, Object.values(filter.errors).join(' '));
  await sendExport(deps, res, 'login-activity', (format, stop) => exportActivity(deps, filter.value, format, stop));
}
