import type { Request, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { type FoundUsers, listDepartments, searchUsers } from '../../store/userSearch.ts';
import { findUser } from '../../store/users.ts';
import { queryText, withQuery } from '../../web/query.ts';
import { requireLogin } from '../../web/requireLogin.ts';
import { photoOf } from '../facts.ts';

const PATH = '/people';
const PAGE = 48;
const MAX_DEPARTMENTS = 300;

/** The People Directory: active people by name, narrowed to words, a department, or the reports of a manager. */
export function peopleRoutes(router: Router, deps: Deps): void {
  router.get(PATH, requireLogin, async (req, res) => {
    const filter = filterOf(req);
    const { db } = deps.store;
    const [found, manager, departments] = await Promise.all([
      search(deps, req, filter),
      findUser(db, filter.manager),
      listDepartments(db, MAX_DEPARTMENTS),
    ]);
    res.render('intranet/people/list', {
      title: 'People',
      photoOf,
      filter,
      found,
      manager: manager?.active ? manager : undefined,
      departments: departments.sort((one, other) => one.localeCompare(other)),
      isFiltered: Object.values(filter).some((value) => value !== ''),
      previous: found.previous && withQuery(PATH, { ...filter, before: found.previous }),
      next: found.next && withQuery(PATH, { ...filter, after: found.next }),
    });
  });
}

type Filter = { q: string; department: string; manager: string };

function filterOf(req: Request): Filter {
  return { q: queryText(req, 'q'), department: queryText(req, 'department', 256), manager: queryText(req, 'manager') };
}

function search(deps: Deps, req: Request, { q, department, manager }: Filter): Promise<FoundUsers> {
  const [after, before] = [queryText(req, 'after', 1_000), queryText(req, 'before', 1_000)];
  const sought = { text: q, department: department || undefined, managerId: manager || undefined, active: true };
  const page = { limit: PAGE, after: after || undefined, before: before || undefined };
  return deps.store.longRead((slice) => searchUsers(deps.store.db, sought, { ...page, slice }));
}
