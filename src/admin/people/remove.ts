import type { Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { conflictOf, type FieldErrors } from '../../errors.ts';
import { reasonToKeep } from '../../people/lastPowerUser.ts';
import { erasePerson } from '../../people/personData.ts';
import { getUser, nameOf, removeUser } from '../../people/users.ts';
import { findGroupsOfUsers } from '../../store/groups.ts';
import { findSource } from '../../store/profileSources.ts';
import { countSessions } from '../../store/sessions.ts';
import { searchUsers } from '../../store/userSearch.ts';
import { confirmationOf } from '../../web/confirmation.ts';
import { leadTo } from '../../web/flash.ts';
import { field, ticked } from '../../web/form.ts';

const PATH = '/settings/people/:id/removal';
const ALL = 10_000_000; // the number of reports is shown exactly

/** Deletes a person for good, after a confirmation. */
export function removePersonRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (req, res) => show(deps, res, req.params.id, { typed: '', erase: false }, {}));
  router.post(PATH, async (req, res) => {
    const typed = field(req, 'typed').trim();
    const person = await getUser(deps, req.params.id);
    const errors =
      typed === confirmationOf(person.userName)
        ? await conflictOf(removeUser(deps, person.id))
        : { typed: `Type ${confirmationOf(person.userName)} to delete this person.` };
    if (errors) return show(deps, res.status(422), person.id, { typed, erase: ticked(req, 'erase') }, errors);
    const erases = ticked(req, 'erase');
    if (erases) await erasePerson(deps, person);
    await leadTo(res, '/settings/people', `${nameOf(person)} is deleted${erases ? ', also from the logs' : ''}.`);
  });
}

type Entered = { typed: string; erase: boolean };

async function show(deps: Deps, res: Response, id: string, entered: Entered, errors: FieldErrors): Promise<void> {
  const { db } = deps.store;
  const person = await getUser(deps, id);
  const kept = await reasonToKeep(db, person, 'power');
  res.render('settings/people/remove', {
    title: `Delete ${nameOf(person)}?`,
    person,
    ...entered,
    word: confirmationOf(person.userName),
    isKept: kept !== undefined,
    errors: kept ? { ...errors, '': kept } : errors,
    source: person.sourceId === null ? undefined : await findSource(db, person.sourceId),
    sessions: await countSessions(db, { userIds: [id] }, deps.now()),
    groups: (await findGroupsOfUsers(db, [id])).filter(({ type }) => type === 'direct').length,
    reports: (await searchUsers(db, { managerId: id, includeOmitted: true }, { limit: 1, countTo: ALL })).total,
  });
}
