import { type Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import { getUser, nameOf, removeUser } from '../directory/users.ts';
import { Conflict, type FieldErrors } from '../errors.ts';
import { findGroupsOfUsers } from '../store/groups.ts';
import { findSource } from '../store/profileSources.ts';
import { countSessionsOfUsers } from '../store/sessions.ts';
import { searchUsers } from '../store/userSearch.ts';
import { field } from '../web/form.ts';
import { identifierOnly } from '../web/query.ts';
import { flash } from '../web/render.ts';

const PATH = '/settings/people/:id/removal';

/** Deleting a person for good: says what it breaks, and wants the user name typed. */
export function peopleRemovalRoutes(deps: Deps): Router {
  const router = Router();
  router.param('id', identifierOnly);
  router.get(PATH, (req, res) => ask(deps, res, req.params.id, '', {}));
  router.post(PATH, async (req, res) => {
    const typed = field(req, 'typed').trim();
    const person = await getUser(deps, req.params.id);
    const errors =
      typed === person.userName ? await remove(deps, person.id) : { typed: `Type ${person.userName} to delete them.` };
    if (errors) {
      res.status(422);
      return ask(deps, res, person.id, typed, errors);
    }
    flash(req, `${nameOf(person)} is deleted.`);
    res.redirect(303, '/settings/people');
  });
  return router;
}

async function remove(deps: Deps, id: string): Promise<FieldErrors | undefined> {
  try {
    await removeUser(deps, id);
    return undefined;
  } catch (error) {
    if (error instanceof Conflict) return { '': error.message };
    throw error;
  }
}

async function ask(deps: Deps, res: Response, id: string, typed: string, errors: FieldErrors): Promise<void> {
  const { db, relaxed } = deps.store;
  const person = await getUser(deps, id);
  res.render('settings/people/remove', {
    title: `Delete ${nameOf(person)}?`,
    person,
    typed,
    errors,
    source: person.sourceId === null ? undefined : await findSource(db, person.sourceId),
    sessions: await countSessionsOfUsers(relaxed, [id], deps.now()),
    groups: (await findGroupsOfUsers(db, [id])).length,
    reports: (await searchUsers(db, { managerId: id, includeOmitted: true }, { limit: 1 })).total,
  });
}
