import { isDeepStrictEqual } from 'node:util';
import { type Request, type Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import { type Checked, Conflict, type FieldErrors } from '../errors.ts';
import { type PersonInput, personInputOf } from '../people/form.ts';
import { editableBy, findLocks } from '../people/ownership.ts';
import { changePerson, getUser } from '../people/users.ts';
import type { User } from '../store/users.ts';
import { flash } from '../web/flash.ts';
import { field } from '../web/form.ts';
import { formSections, personInputIn } from '../web/personForm.ts';
import { requireLogin } from '../web/requireLogin.ts';
import { photoOf } from './facts.ts';

const PATH = '/profile/edit';

/** My profile > Edit: what people may change of their own entry, unless a profile source owns it. */
export function editProfileRoutes(deps: Deps): Router {
  const router = Router();
  router.get(PATH, requireLogin, async (req, res) => {
    const person = await getUser(deps, req.user?.id ?? '');
    await show(deps, res, person, { input: personInputOf(person, deps.attributes.list) });
  });
  router.post(PATH, requireLogin, async (req, res) => {
    const person = await getUser(deps, req.user?.id ?? '');
    const { list } = deps.attributes;
    const changing = editableBy('self', list, await findLocks(deps.store.db, person, list));
    const input = personInputIn(req, changing, person, list);
    const saved = await save(deps, req, person, input);
    if (saved === 'stale')
      return show(deps, res.status(409), person, { input, stored: personInputOf(person, deps.attributes.list) });
    if (!saved.ok)
      return show(deps, res.status(422), person, { input, errors: saved.errors, version: field(req, 'version') });
    await flash(req, isDeepStrictEqual(saved.value.profile, person.profile) ? 'No changes to save.' : 'Saved.');
    res.redirect(303, '/profile');
  });
  return router;
}

async function save(deps: Deps, req: Request, { id }: User, input: PersonInput): Promise<Checked<User> | 'stale'> {
  try {
    return await changePerson(deps, id, Number(field(req, 'version')) || 0, input, 'self');
  } catch (error) {
    if (error instanceof Conflict) return 'stale';
    throw error;
  }
}

/** `stored` is what is in the directory, if another change came first. */
type Page = { input: PersonInput; errors?: FieldErrors; version?: string; stored?: PersonInput };

async function show(deps: Deps, res: Response, person: User, page: Page): Promise<void> {
  const locks = await findLocks(deps.store.db, person, deps.attributes.list);
  res.render('intranet/editProfile', {
    title: 'Edit my profile',
    sections: formSections('self', deps.attributes.list, locks),
    photo: photoOf(person) ?? '',
    shown: personInputOf(person, deps.attributes.list),
    errors: {},
    version: person.version,
    ...page,
  });
}
