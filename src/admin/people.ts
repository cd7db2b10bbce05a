import { type Request, Router } from 'express';
import type { Deps } from '../deps.ts';
import { listSources } from '../store/profileSources.ts';
import { type FoundUsers, searchUsers, type UserSearch } from '../store/userSearch.ts';
import { userTypes } from '../store/users.ts';
import { queryText, withQuery } from '../web/query.ts';

const PATH = '/settings/people';
const PAGE = 50;

/** Application Settings > Manage People > People: the list. */
export function peopleRoutes(deps: Deps): Router {
  const router = Router();
  router.get(PATH, async (req, res) => {
    const filter = peopleFilter(req);
    const page = { limit: PAGE, after: queryText(req, 'after', 1_000), before: queryText(req, 'before', 1_000) };
    const found = await searchUsers(deps.store.db, peopleSearch(filter), {
      limit: page.limit,
      after: page.after || undefined,
      before: page.before || undefined,
    });
    res.render('settings/people/list', {
      title: 'People',
      filter,
      userTypes,
      sources: await listSources(deps.store.db),
      found,
      isFiltered: Object.values(filter).some((value) => value !== ''),
      previous: found.previous && withQuery(PATH, { ...filter, before: found.previous }),
      next: found.next && withQuery(PATH, { ...filter, after: found.next }),
      shown: shownPeople(found),
      exported: withQuery(`${PATH}/export`, filter),
    });
  });
  return router;
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

/** The foot of a list: how many of how many people are shown. */
export function shownPeople({ rows, total, totalIsExact }: FoundUsers): string {
  const all = `${total.toLocaleString('en')} ${total === 1 ? 'person' : 'people'}`;
  if (!totalIsExact) return `${rows.length} of more than ${all}`;
  return rows.length === total ? all : `${rows.length} of ${all}`;
}
