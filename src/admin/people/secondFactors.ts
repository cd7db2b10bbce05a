import type { Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import {
  findSecondFactors,
  isProtected,
  mustHaveSecondFactor,
  resetSecondFactors,
  secondFactorsText,
} from '../../login/secondFactors.ts';
import { getUser, nameOf } from '../../people/users.ts';
import { countSessions } from '../../store/sessions.ts';
import { leadTo } from '../../web/flash.ts';

const PATH = '/settings/people/:id/second-factors';

/** Removes all second factors of a person after a confirmation: they lost their phone, or someone else has it. */
export function personFactorsRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (req, res) => show(deps, res, req.params.id));
  router.post(PATH, async (req, res) => {
    const person = await resetSecondFactors(deps, req.params.id);
    deps.log.info({ person: person.id, by: req.user?.id }, 'second factors removed');
    if (person.id === req.user?.id) return res.redirect(303, '/login');
    await leadTo(
      res,
      `/settings/people/${person.id}`,
      `The second factors of ${nameOf(person)} were removed, and they are logged out everywhere.`,
    );
  });
}

async function show(deps: Deps, res: Response, id: string): Promise<void> {
  const person = await getUser(deps, id);
  const factors = await findSecondFactors(deps.store.db, id);
  res.render('settings/people/secondFactors', {
    title: `Remove the second factors of ${nameOf(person)}?`,
    person,
    isProtected: isProtected(factors),
    factors: secondFactorsText(factors),
    isRequired: await mustHaveSecondFactor(deps, person),
    sessions: await countSessions(deps.store.db, { userIds: [id] }, deps.now()),
  });
}
