import { type Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import { getUser, nameOf, setActive } from '../directory/users.ts';
import { Conflict, type FieldErrors } from '../errors.ts';
import { findSource } from '../store/profileSources.ts';
import { countSessionsOfUsers } from '../store/sessions.ts';
import { ticked } from '../web/form.ts';
import { identifierOnly } from '../web/query.ts';
import { flash } from '../web/render.ts';

const PATH = '/settings/people/:id';
const MYSELF = 'Tick this first: you are about to lock yourself out.';

/** Deactivating a person, after asking, and activating them again. */
export function peopleActivationRoutes(deps: Deps): Router {
  const router = Router();
  router.param('id', identifierOnly);
  router.get(`${PATH}/deactivation`, (req, res) => ask(deps, res, req.params.id, {}));
  router.post(`${PATH}/deactivation`, async (req, res) => {
    const { id } = req.params;
    const errors = id === req.user?.id && !ticked(req, 'myself') ? { myself: MYSELF } : await deactivate(deps, id);
    if (errors) {
      res.status(422);
      return ask(deps, res, id, errors);
    }
    flash(req, `${nameOf(await getUser(deps, id))} is deactivated and signed out everywhere.`);
    res.redirect(303, `/settings/people/${id}`);
  });
  router.post(`${PATH}/activation`, async (req, res) => {
    const person = await setActive(deps, req.params.id, true);
    flash(req, `${nameOf(person)} is active and may sign in again.`);
    res.redirect(303, `/settings/people/${person.id}`);
  });
  return router;
}

async function deactivate(deps: Deps, id: string): Promise<FieldErrors | undefined> {
  try {
    await setActive(deps, id, false);
    return undefined;
  } catch (error) {
    if (error instanceof Conflict) return { '': error.message };
    throw error;
  }
}

async function ask(deps: Deps, res: Response, id: string, errors: FieldErrors): Promise<void> {
  const person = await getUser(deps, id);
  const sessions = await countSessionsOfUsers(deps.store.relaxed, [id], deps.now());
  const source = person.sourceId === null ? undefined : await findSource(deps.store.db, person.sourceId);
  res.render('settings/people/deactivate', {
    title: `Deactivate ${nameOf(person)}?`,
    person,
    sessions,
    source,
    errors,
  });
}
