import { type Request, Router } from 'express';
import type { Deps } from '../deps.ts';
import { type FoundUsers, searchUsers, type UserSearch } from '../store/userSearch.ts';
import { userTypes } from '../store/users.ts';
import { queryText, withQuery } from '../web/query.ts';

const PATH = '/settings/people';
const PAGE = 50;

/** Application Settings > Manage People > People: the list. */
export function peopleRoutes(deps: Deps): Router {
  const router = Router();
  router.get(PATH, async (req, res) => {
    const filter = filterOf(req);
    const page = { limit: PAGE, after: queryText(req, 'after', 1_000), before: queryText(req, 'before', 1_000) };
    const found = await searchUsers(deps.store.db, searchOf(filter), {
      limit: page.limit,
      after: page.after || undefined,
      before: page.before || undefined,
    });
    res.render('settings/people/list', {
      title: 'People',
      filter,
      userTypes,
      found,
      isFiltered: Object.values(filter).some((value) => value !== ''),
      previous: found.previous && withQuery(PATH, { ...filter, before: found.previous }),
      next: found.next && withQuery(PATH, { ...filter, after: found.next }),
      shown: shownOf(found),
    });
  });
  return router;
}

type PeopleFilter = { q: string; active: string; type: string };

/** What the list is narrowed to, as it stands in the address. */
function filterOf(req: Request): PeopleFilter {
  return { q: queryText(req, 'q'), active: queryText(req, 'active'), type: queryText(req, 'type') };
}

function searchOf({ q, active, type }: PeopleFilter): UserSearch {
  return {
    text: q,
    active: active === 'yes' ? true : active === 'no' ? false : undefined,
    userType: type || undefined,
    includeOmitted: true,
  };
}

function shownOf({ rows, total, totalIsExact }: FoundUsers): string {
  const all = `${total.toLocaleString('en')} ${total === 1 ? 'person' : 'people'}`;
  if (!totalIsExact) return `${rows.length} of more than ${all}`;
  return rows.length === total ? all : `${rows.length} of ${all}`;
}
