import { isDeepStrictEqual } from 'node:util';
import type { Request, Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import { type Checked, Conflict, invalid } from '../errors.ts';
import { type PersonInput, personInputOf, readPersonInput } from '../people/form.ts';
import { editableBy, findLocks } from '../people/ownership.ts';
import { changePerson, getUser } from '../people/users.ts';
import type { User } from '../store/users.ts';
import { flash } from '../web/flash.ts';
import { field } from '../web/form.ts';
import { findPeopleIn, peopleNamedIn, type SentPeople } from '../web/personFields.ts';
import { formSections, personInputIn } from '../web/personForm.ts';
import { requireLogin } from '../web/requireLogin.ts';
import { photoOf } from './facts.ts';

const PATH = '/profile/edit';

/** My profile > Edit: what people may change of their own entry, unless a profile source owns it. */
export function editProfileRoutes(router: Router, deps: Deps): void {
  router.get(PATH, requireLogin, async (req, res) => {
    const person = await getUser(deps, req.user?.id ?? '');
    await show(deps, res, person, { input: personInputOf(person, deps.attributes.list) });
  });
  router.post(PATH, requireLogin, async (req, res) => {
    const person = await getUser(deps, req.user?.id ?? '');
    const { list } = deps.attributes;
    const changing = editableBy('self', list, await findLocks(deps.store.db, person, list));
    const input = personInputIn(req, changing, person, list);
    const people = await findPeopleIn(deps.store.db, req, changing, input, { active: true });
    const sent = { ...people, input };
    const saved = await save(deps, req, person, sent);
    if (saved === 'stale') return show(deps, res.status(409), person, { ...sent, stored: personInputOf(person, list) });
    if (!saved.ok)
      return show(deps, res.status(422), person, { ...sent, errors: saved.errors, version: field(req, 'version') });
    await flash(req, isDeepStrictEqual(saved.value.profile, person.profile) ? 'No changes to save.' : 'Saved.');
    res.redirect(303, '/profile');
  });
}

async function save(deps: Deps, req: Request, before: User, sent: Page): Promise<Checked<User> | 'stale'> {
  const { input, errors = {} } = sent;
  if (Object.keys(errors).length > 0) {
    const read = readPersonInput(input, before, deps.attributes.list);
    return invalid({ ...(read.ok ? {} : read.errors), ...errors });
  }
  try {
    return await changePerson(deps, before.id, Number(field(req, 'version')) || 0, input, 'self');
  } catch (error) {
    if (error instanceof Conflict) return 'stale';
    throw error;
  }
}

/** `stored` is what is in the directory, if another change came first. */
type Page = { input: PersonInput; version?: string; stored?: PersonInput } & Partial<SentPeople>;

async function show(deps: Deps, res: Response, person: User, page: Page): Promise<void> {
  const locks = await findLocks(deps.store.db, person, deps.attributes.list);
  res.render('intranet/editProfile', {
    title: 'Edit my profile',
    sections: formSections('self', deps.attributes.list, locks),
    photo: photoOf(person) ?? '',
    shown: personInputOf(person, deps.attributes.list),
    errors: {},
    typed: {},
    choices: {},
    named: await peopleNamedIn(deps.store.db, deps.attributes.list, page.input),
    version: person.version,
    ...page,
  });
}
