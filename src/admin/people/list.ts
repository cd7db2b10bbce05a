import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import { type Request, type Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { csvHeaders, exportPeople } from '../../people/csv.ts';
import { listJobs } from '../../store/jobs.ts';
import { listSources } from '../../store/profileSources.ts';
import { type FoundUsers, searchUsers, type UserSearch } from '../../store/userSearch.ts';
import { userTypes } from '../../store/users.ts';
import { queryText, withQuery } from '../../web/query.ts';
import { titleOf } from '../jobs/list.ts';

const PATH = '/settings/people';
const PAGE = 50;
const RUNNING_SHOWN = 5;

/** Application Settings > Manage People > People: the list, and its export. */
export function peopleRoutes(deps: Deps): Router {
  const router = Router();
  router.get(PATH, async (req, res) => {
    const filter = peopleFilter(req);
    res.render('settings/people/list', {
      title: 'People',
      filter,
      userTypes,
      sources: await listSources(deps.store.db),
      running: await listJobs(deps.store.db, RUNNING_SHOWN, 'running'),
      titleOf,
      isFiltered: Object.values(filter).some((value) => value !== ''),
      ...(await pageOfPeople(deps, req, PATH, peopleSearch(filter), filter)),
      exported: withQuery(`${PATH}/export`, filter),
    });
  });
  router.get(`${PATH}/export`, (req, res) => sendCsv(deps, req, res));
  return router;
}

/**
 * One page of people, as a list shows it: the one that the address names.
 * @param path the address of the list
 * @param query what of the list's query stays from page to page
 */
export async function pageOfPeople(
  { store }: Deps,
  req: Request,
  path: string,
  search: UserSearch,
  query: Record<string, string>,
) {
  const [after, before] = [queryText(req, 'after', 1_000), queryText(req, 'before', 1_000)];
  const page = { limit: PAGE, after: after || undefined, before: before || undefined };
  const found = await searchUsers(store.db, search, page);
  return {
    found,
    previous: found.previous && withQuery(path, { ...query, before: found.previous }),
    next: found.next && withQuery(path, { ...query, after: found.next }),
    shown: shownPeople(found),
  };
}

/** What the list is narrowed to, as it stands in the address. `source` is 'none' for people whom no source manages. */
export type PeopleFilter = { q: string; active: string; type: string; source: string };

/** What Power Users are shown under a filter. */
export function peopleSearch({ q, active, type, source }: PeopleFilter): UserSearch {
  return {
    text: q,
    active: active === 'yes' ? true : active === 'no' ? false : undefined,
    userType: type || undefined,
    sourceId: source === 'none' ? null : source || undefined,
    includeOmitted: true,
  };
}

/** The filter out of the address. */
export function peopleFilter(req: Request): PeopleFilter {
  const [q, active, type, source] = ['q', 'active', 'type', 'source'].map((name) => queryText(req, name));
  return { q: q ?? '', active: active ?? '', type: type ?? '', source: source ?? '' };
}

/** Row by row. A spreadsheet would run what begins with '=' and the like: such values get an apostrophe, which an import takes off again. */
async function sendCsv(deps: Deps, req: Request, res: Response): Promise<void> {
  res.attachment(`people-${new Date(deps.now()).toISOString().slice(0, 10)}.csv`);
  res.type('text/csv');
  await pipeline(
    Readable.from(exportPeople(deps, peopleSearch(peopleFilter(req)))),
    stringify({ header: true, columns: csvHeaders, escape_formulas: true, bom: true }),
    res,
  );
}

/** The foot of a list: how many of how many people are shown. */
function shownPeople({ rows, total, totalIsExact }: FoundUsers): string {
  const all = `${total.toLocaleString('en')} ${total === 1 ? 'person' : 'people'}`;
  if (!totalIsExact) return `${rows.length} of more than ${all}`;
  return rows.length === total ? all : `${rows.length} of ${all}`;
}
