import { type Request, Router } from 'express';
import type { Deps } from '../deps.ts';
import { NotFound } from '../errors.ts';
import { getUser, nameOf } from '../people/users.ts';
import { listDepartments } from '../store/departments.ts';
import { findGroupsOfUsers } from '../store/groups.ts';
import { findProvider } from '../store/identityProviders.ts';
import { type FoundUsers, searchUsers } from '../store/userSearch.ts';
import { findUser, type User } from '../store/users.ts';
import { identifierOnly, queryText, withQuery } from '../web/query.ts';
import { requireLogin } from '../web/requireLogin.ts';
import { allFacts, factsForColleagues, photoOf } from './facts.ts';

const PATH = '/people';
const PAGE = 48;
const MAX_DEPARTMENTS = 300;
const REPORTS_SHOWN = 10;

/** What an employee sees once they are in: home, their own profile, and the People Directory: a search, and a page for each person. */
export function intranetRoutes(deps: Deps): Router {
  const router = Router();
  router.get('/', requireLogin, (_req, res) => {
    res.render('intranet/home', { title: 'Home' });
  });
  router.get('/profile', requireLogin, async (req, res) => {
    const providerId = req.user?.login.providerId;
    const provider = providerId === undefined ? undefined : await findProvider(deps.store.db, providerId);
    const facts = req.user ? allFacts(req.user) : [];
    res.render('intranet/profile', { title: 'My profile', provider, facts, photoOf });
  });
  router.use(PATH, requireLogin);
  router.param('id', identifierOnly);
  router.get(PATH, async (req, res) => {
    const [q, department, managerId] = [
      queryText(req, 'q'),
      queryText(req, 'department', 256),
      queryText(req, 'manager'),
    ];
    const filter = { q, department, manager: managerId };
    const found = await search(deps, req, filter);
    res.render('people/list', {
      title: 'People',
      photoOf,
      filter,
      found,
      manager: await activeOne(deps, managerId),
      departments: (await listDepartments(deps.store.db, MAX_DEPARTMENTS)).sort((one, other) =>
        one.localeCompare(other),
      ),
      isFiltered: Object.values(filter).some((value) => value !== ''),
      previous: found.previous && withQuery(PATH, { ...filter, before: found.previous }),
      next: found.next && withQuery(PATH, { ...filter, after: found.next }),
    });
  });
  router.get(`${PATH}/:id`, async (req, res) => {
    const person = await getUser(deps, req.params.id);
    if (!person.active && req.user?.userType !== 'Power User') throw new NotFound();
    res.render('people/person', { title: nameOf(person), person, ...(await surroundingsOf(deps, person)) });
  });
  return router;
}

type Filter = { q: string; department: string; manager: string };

/** The active people, without those who do not want to be found: among all, or among those who report to somebody. */
function search(deps: Deps, req: Request, { q, department, manager }: Filter): Promise<FoundUsers> {
  const [after, before] = [queryText(req, 'after', 1_000), queryText(req, 'before', 1_000)];
  return searchUsers(
    deps.store.db,
    { text: q, department: department || undefined, managerId: manager || undefined, active: true },
    { limit: PAGE, after: after || undefined, before: before || undefined },
  );
}

async function surroundingsOf(deps: Deps, person: User) {
  const { db } = deps.store;
  const managerId = person.profile.enterprise?.manager?.value;
  const [manager, reports, groups] = await Promise.all([
    activeOne(deps, managerId),
    searchUsers(db, { managerId: person.id, active: true }, { limit: REPORTS_SHOWN }),
    findGroupsOfUsers(db, [person.id]),
  ]);
  return { facts: factsForColleagues(person), photoOf, manager, reports, groups };
}

/** Somebody who is there: the page of somebody who has left is not for colleagues. */
async function activeOne({ store }: Deps, id: string | undefined): Promise<User | undefined> {
  const person = id ? await findUser(store.db, id) : undefined;
  return person?.active ? person : undefined;
}
