import { type Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { conflictOf, type FieldErrors } from '../../errors.ts';
import { getUser, nameOf, removeUser, setActive, setPassword } from '../../people/users.ts';
import { findGroupsOfUsers } from '../../store/groups.ts';
import { findSource } from '../../store/profileSources.ts';
import { countSessionsOfUsers } from '../../store/sessions.ts';
import { searchUsers } from '../../store/userSearch.ts';
import { findPasswordHash } from '../../store/users.ts';
import { field, ticked } from '../../web/form.ts';
import { identifierOnly } from '../../web/query.ts';
import { flash } from '../../web/render.ts';

const PATH = '/settings/people';
const PERSON = `${PATH}/:id` as const;
const EVERYBODY = 10_000_000; // what is deleted says in exact numbers what it touches
const MYSELF = 'Tick this first: you are about to lock yourself out.';

/** What is done to one person beside their form: a local password, deactivating them after asking, activating them again, and deleting them for good. */
export function peopleAccessRoutes(deps: Deps): Router {
  const router = Router();
  router.param('id', identifierOnly);
  router.get(`${PERSON}/password`, (req, res) => showPassword(deps, res, req.params.id, {}));
  router.post(`${PERSON}/password`, async (req, res) => {
    const removes = field(req, 'action') === 'remove';
    const saved = await setPassword(deps, req.params.id, removes ? undefined : field(req, 'password'));
    if (!saved.ok) return showPassword(deps, res.status(422), req.params.id, saved.errors);
    flash(req, removes ? 'The local password is gone.' : 'The local password is set.');
    res.redirect(303, `${PATH}/${req.params.id}`);
  });
  router.get(`${PERSON}/deactivation`, (req, res) => askToDeactivate(deps, res, req.params.id, {}));
  router.post(`${PERSON}/deactivation`, async (req, res) => {
    const { id } = req.params;
    const errors =
      id === req.user?.id && !ticked(req, 'myself') ? { myself: MYSELF } : await conflictOf(setActive(deps, id, false));
    if (errors) return askToDeactivate(deps, res.status(422), id, errors);
    flash(req, `${nameOf(await getUser(deps, id))} is deactivated and signed out everywhere.`);
    res.redirect(303, `${PATH}/${id}`);
  });
  router.post(`${PERSON}/activation`, async (req, res) => {
    const person = await setActive(deps, req.params.id, true);
    flash(req, `${nameOf(person)} is active and may sign in again.`);
    res.redirect(303, `${PATH}/${person.id}`);
  });
  router.get(`${PERSON}/removal`, (req, res) => askToRemove(deps, res, req.params.id, '', {}));
  router.post(`${PERSON}/removal`, async (req, res) => {
    const typed = field(req, 'typed').trim();
    const person = await getUser(deps, req.params.id);
    const errors =
      typed === person.userName
        ? await conflictOf(removeUser(deps, person.id))
        : { typed: `Type ${person.userName} to delete them.` };
    if (errors) return askToRemove(deps, res.status(422), person.id, typed, errors);
    flash(req, `${nameOf(person)} is deleted.`);
    res.redirect(303, PATH);
  });
  return router;
}

async function showPassword(deps: Deps, res: Response, id: string, errors: FieldErrors): Promise<void> {
  const person = await getUser(deps, id);
  res.render('settings/people/password', {
    title: `Local password of ${nameOf(person)}`,
    person,
    errors,
    hasPassword: (await findPasswordHash(deps.store.db, id)) !== undefined,
    sessions: await countSessionsOfUsers(deps.store.relaxed, [id], deps.now()),
  });
}

async function askToDeactivate(deps: Deps, res: Response, id: string, errors: FieldErrors): Promise<void> {
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

/** Says what it breaks, and wants the user name typed. */
async function askToRemove(deps: Deps, res: Response, id: string, typed: string, errors: FieldErrors): Promise<void> {
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
    reports: (await searchUsers(db, { managerId: id, includeOmitted: true }, { limit: 1, countTo: EVERYBODY })).total,
  });
}
