import type { Request, Router } from 'express';
import { counted } from '../../counted.ts';
import type { Deps } from '../../deps.ts';
import { shownState, titleOf } from '../../jobs/jobs.ts';
import { csvHeaders, exportPeople } from '../../people/csv.ts';
import { type Job, listJobs } from '../../store/jobs.ts';
import { listSources } from '../../store/profileSources.ts';
import { isSortable, type UserSort } from '../../store/userOrder.ts';
import type { UserSearch } from '../../store/userPlan.ts';
import { type FoundUsers, searchUsers } from '../../store/userSearch.ts';
import { userTypes } from '../../store/users.ts';
import { queryText, withQuery } from '../../web/query.ts';
import { sendCsv } from '../../web/sendExport.ts';

const PATH = '/settings/people';
const PAGE = 50;
const RUNNING_SHOWN = 5;

/** Lists and exports people. */
export function peopleRoutes(router: Router, deps: Deps): void {
  router.get(PATH, async (req, res) => {
    const filter = peopleFilter(req);
    res.render('settings/people/list', {
      title: 'People',
      filter,
      userTypes,
      sources: await listSources(deps.store.db),
      running: await listJobs(deps.store.db, RUNNING_SHOWN, 'running'),
      titleOf,
      isInterrupted: (job: Job) => shownState(job, deps.now()) === 'interrupted',
      isFiltered: Object.entries(filter).some(([name, value]) => name !== 'sort' && value !== ''),
      sorts: sortLinks(filter),
      ...(await pageOfPeople(deps, req, PATH, peopleSearch(filter), filter)),
      exported: withQuery(`${PATH}/export`, filter),
    });
  });
  router.get(`${PATH}/export`, async (req, res) => {
    const people = exportPeople(deps, peopleSearch(peopleFilter(req)));
    await sendCsv(deps, res, 'people', csvHeaders(deps.attributes.list), people);
  });
}

/**
 * Returns the page of people that a request asks for, with links to the pages before and after.
 * @param path the path of the list
 * @param query the part of its query that stays from page to page
 */
export async function pageOfPeople(
  { store }: Deps,
  req: Request,
  path: string,
  search: UserSearch,
  query: Record<string, string>,
) {
  const [after, before] = [queryText(req, 'after', 1_000), queryText(req, 'before', 1_000)];
  const sort = sortOf(query.sort ?? '');
  const page = { limit: PAGE, sort, after: after || undefined, before: before || undefined };
  const found = await store.longRead((slice) => searchUsers(store.db, search, { ...page, slice }));
  return {
    found,
    previous: found.previous && withQuery(path, { ...query, before: found.previous }),
    next: found.next && withQuery(path, { ...query, after: found.next }),
    shown: shownPeople(found),
  };
}

/** The filter of the list, from its query. `source` is 'none' for people that no source manages; `sort` is '-name' for descending. */
export type PeopleFilter = { q: string; active: string; type: string; source: string; sort: string };

/** Returns the search for a filter. Power Users also find people who are hidden from search. */
export function peopleSearch({ q, active, type, source }: PeopleFilter): UserSearch {
  return {
    text: q,
    active: active === 'yes' ? true : active === 'no' ? false : undefined,
    userType: type || undefined,
    sourceId: source === 'none' ? null : source || undefined,
    includeOmitted: true,
  };
}

/** Returns the filter of a request. */
function peopleFilter(req: Request): PeopleFilter {
  const [q, active, type, source] = ['q', 'active', 'type', 'source'].map((name) => queryText(req, name));
  const sort = queryText(req, 'sort', 20);
  return { q: q ?? '', active: active ?? '', type: type ?? '', source: source ?? '', sort: sortOf(sort) ? sort : '' };
}

function sortOf(sort: string): UserSort | undefined {
  const descending = sort.startsWith('-');
  const by = descending ? sort.slice(1) : sort;
  return isSortable(by) ? { by, descending } : undefined;
}

/** The links above the columns: one that sorts a list already reverses it. The latest changes come first. */
function sortLinks(filter: PeopleFilter) {
  const shown = filter.sort || (filter.q ? '' : 'name');
  const link = (by: UserSort['by'], first: string) => ({
    href: withQuery(PATH, { ...filter, sort: shown === first ? (first === by ? `-${by}` : by) : first }),
    order: shown === by ? 'ascending' : shown === `-${by}` ? 'descending' : undefined,
  });
  return { name: link('name', 'name'), userName: link('userName', 'userName'), changed: link('changed', '-changed') };
}

/** Returns how many people of how many are shown. */
function shownPeople({ rows, total, totalIsExact }: FoundUsers): string {
  const all = counted(total, 'person', 'people');
  if (!totalIsExact) return `${rows.length} of at least ${all}`;
  return rows.length === total ? all : `${rows.length} of ${all}`;
}
