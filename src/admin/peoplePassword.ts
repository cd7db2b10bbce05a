import { type Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import { getUser, nameOf, setPassword } from '../directory/users.ts';
import type { FieldErrors } from '../errors.ts';
import { findPasswordHash } from '../store/passwords.ts';
import { countSessionsOfUsers } from '../store/sessions.ts';
import { field } from '../web/form.ts';
import { identifierOnly } from '../web/query.ts';
import { flash } from '../web/render.ts';

const PATH = '/settings/people/:id/password';

/** A person's local password: set, changed or taken away. */
export function peoplePasswordRoutes(deps: Deps): Router {
  const router = Router();
  router.param('id', identifierOnly);
  router.get(PATH, (req, res) => show(deps, res, req.params.id, {}));
  router.post(PATH, async (req, res) => {
    const removes = field(req, 'action') === 'remove';
    const saved = await setPassword(deps, req.params.id, removes ? undefined : field(req, 'password'));
    if (!saved.ok) {
      res.status(422);
      return show(deps, res, req.params.id, saved.errors);
    }
    flash(req, removes ? 'The local password is gone.' : 'The local password is set.');
    res.redirect(303, `/settings/people/${req.params.id}`);
  });
  return router;
}

async function show(deps: Deps, res: Response, id: string, errors: FieldErrors): Promise<void> {
  const person = await getUser(deps, id);
  res.render('settings/people/password', {
    title: `Local password of ${nameOf(person)}`,
    person,
    errors,
    hasPassword: (await findPasswordHash(deps.store.db, id)) !== undefined,
    sessions: await countSessionsOfUsers(deps.store.relaxed, [id], deps.now()),
  });
}
