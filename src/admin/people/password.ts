import type { Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import type { FieldErrors } from '../../errors.ts';
import { getUser, nameOf, setPassword } from '../../people/users.ts';
import { countSessionsOfUsers } from '../../store/sessions.ts';
import { findPasswordHash } from '../../store/users.ts';
import { flash } from '../../web/flash.ts';
import { field } from '../../web/form.ts';

const PATH = '/settings/people/:id/password';

/** Sets or removes a person's local password. */
export function passwordRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (req, res) => show(deps, res, req.params.id, {}));
  router.post(PATH, async (req, res) => {
    const { id } = req.params;
    const removes = field(req, 'action') === 'remove';
    const saved = await setPassword(deps, id, removes ? undefined : field(req, 'password'));
    if (!saved.ok) return show(deps, res.status(422), id, saved.errors);
    await flash(req, removes ? 'The local password was removed.' : 'The local password was set.');
    res.redirect(303, `/settings/people/${id}`);
  });
}

async function show(deps: Deps, res: Response, id: string, errors: FieldErrors): Promise<void> {
  const person = await getUser(deps, id);
  res.render('settings/people/password', {
    title: `Local password of ${nameOf(person)}`,
    person,
    errors,
    hasPassword: (await findPasswordHash(deps.store.db, id)) !== undefined,
    sessions: await countSessionsOfUsers(deps.store.db, [id], deps.now()),
  });
}
