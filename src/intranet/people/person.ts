import type { Router } from 'express';
import type { Deps } from '../../deps.ts';
import { NotFound } from '../../errors.ts';
import { referencesOf } from '../../people/references.ts';
import { getUser, nameOf } from '../../people/users.ts';
import { findGroupsOfUsers } from '../../store/groups.ts';
import { searchUsers } from '../../store/userSearch.ts';
import { findUser, findUsersById } from '../../store/users.ts';
import { requireLogin } from '../../web/requireLogin.ts';
import { factsForColleagues, photoOf } from '../facts.ts';

const REPORTS_SHOWN = 10;

/** A colleague's profile, with manager, reports and groups. Only Power Users see the profile of a deactivated person. */
export function personRoutes(router: Router, deps: Deps): void {
  const { db } = deps.store;
  router.use('/people', requireLogin);
  router.get('/people/:id', async (req, res) => {
    const person = await getUser(deps, req.params.id);
    if (!person.active && req.user?.userType !== 'Power User') throw new NotFound();
    const { list } = deps.attributes;
    const [manager, reports, groups, named] = await Promise.all([
      findUser(db, person.profile.enterprise?.manager?.value ?? ''),
      searchUsers(db, { managerId: person.id, active: true }, { limit: REPORTS_SHOWN }),
      findGroupsOfUsers(db, [person.id]),
      findUsersById(db, referencesOf(person, list)),
    ]);
    res.render('intranet/people/person', {
      title: nameOf(person),
      person,
      facts: factsForColleagues(person, list, named),
      photoOf,
      manager: manager?.active ? manager : undefined,
      reports,
      groups,
    });
  });
}
