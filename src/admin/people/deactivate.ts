import type { Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { conflictOf, type FieldErrors } from '../../errors.ts';
import { reasonToKeep } from '../../people/lastPowerUser.ts';
import { getUser, nameOf, setActive } from '../../people/users.ts';
import { findSource } from '../../store/profileSources.ts';
import { countSessions } from '../../store/sessions.ts';
import { leadTo } from '../../web/flash.ts';
import { ticked } from '../../web/form.ts';

const PERSON = '/settings/people/:id';
const MYSELF = 'Select this first: you are about to lock yourself out.';

/** Deactivates a person after a confirmation, and activates them again. */
export function deactivatePersonRoutes(router: Router, deps: Deps): void {
  router.get(`${PERSON}/deactivation`, (req, res) => show(deps, res, req.params.id, {}));
  router.post(`${PERSON}/deactivation`, async (req, res) => {
    const { id } = req.params;
    const unconfirmed = id === req.user?.id && !ticked(req, 'myself');
    const errors = unconfirmed ? { myself: MYSELF } : await conflictOf(setActive(deps, id, false));
    if (errors) return show(deps, res.status(422), id, errors);
    await leadTo(
      res,
      `/settings/people/${id}`,
      `${nameOf(await getUser(deps, id))} is deactivated and logged out everywhere.`,
    );
  });
  router.post(`${PERSON}/activation`, async (req, res) => {
    const person = await setActive(deps, req.params.id, true);
    await leadTo(res, `/settings/people/${person.id}`, `${nameOf(person)} is active and can log in again.`);
  });
}

async function show(deps: Deps, res: Response, id: string, errors: FieldErrors): Promise<void> {
  const { db } = deps.store;
  const person = await getUser(deps, id);
  const kept = await reasonToKeep(db, person, 'power');
  res.render('settings/people/deactivate', {
    title: `Deactivate ${nameOf(person)}?`,
    person,
    isKept: kept !== undefined,
    errors: kept ? { ...errors, '': kept } : errors,
    sessions: await countSessions(db, { userIds: [id] }, deps.now()),
    source: person.sourceId === null ? undefined : await findSource(db, person.sourceId),
  });
}
