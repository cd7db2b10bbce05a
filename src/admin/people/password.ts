import type { Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import type { FieldErrors } from '../../errors.ts';
import { LINK_HOURS, reasonAgainstLink } from '../../login/passwordLinks.ts';
import { reasonToKeep } from '../../people/lastPowerUser.ts';
import { mustChoosePassword, setPassword } from '../../people/localPassword.ts';
import { getUser, nameOf } from '../../people/users.ts';
import { countSessions } from '../../store/sessions.ts';
import { findPasswordHash } from '../../store/users.ts';
import { leadTo } from '../../web/flash.ts';
import { field, ticked } from '../../web/form.ts';

const PATH = '/settings/people/:id/password';

/** Sets or removes a person's local password. */
export function passwordRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (req, res) => show(deps, res, req.params.id, {}));
  router.post(PATH, async (req, res) => {
    const { id } = req.params;
    const removes = field(req, 'action') === 'remove';
    const mustChoose = ticked(req, 'mustChoose');
    const saved = removes
      ? await setPassword(deps, id, undefined)
      : await setPassword(deps, id, field(req, 'password'), mustChoose);
    if (!saved.ok) return show(deps, res.status(422), id, saved.errors, mustChoose);
    await leadTo(
      res,
      `/settings/people/${id}`,
      removes ? 'The local password was removed.' : 'The local password was set.',
    );
  });
}

async function show(deps: Deps, res: Response, id: string, errors: FieldErrors, mustChoose?: boolean): Promise<void> {
  const person = await getUser(deps, id);
  res.render('settings/people/password', {
    title: `Local password of ${nameOf(person)}`,
    person,
    errors,
    mustChoose: mustChoose ?? mustChoosePassword(person),
    reasonAgainstLink: reasonAgainstLink(person),
    linkHours: LINK_HOURS,
    kept: await reasonToKeep(deps.store.db, person, 'password'),
    hasPassword: (await findPasswordHash(deps.store.db, id)) !== undefined,
    sessions: await countSessions(deps.store.db, { userIds: [id] }, deps.now()),
  });
}
