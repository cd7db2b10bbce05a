import { type Request, type Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import { readUserInput, type UserInput } from '../directory/userInput.ts';
import { addUser, changeUser, getUser, nameOf } from '../directory/users.ts';
import { type Checked, Conflict, type FieldErrors, invalid } from '../errors.ts';
import { countSessionsOfUsers } from '../store/sessions.ts';
import { findPasswordHash, type User, userTypes } from '../store/users.ts';
import { field, ticked } from '../web/form.ts';
import { identifierOnly } from '../web/query.ts';
import { flash } from '../web/render.ts';
import { changedLabels, type Entered, enteredIn, enteredOf, personSections } from './peopleFields.ts';

const PATH = '/settings/people';

/** Adding a person, and changing one. */
export function peopleEditRoutes(deps: Deps): Router {
  const router = Router();
  router.param('id', identifierOnly);
  router.get(`${PATH}/new`, (_req, res) => showNew(res, { ...blank, userType: 'Intranet User' }, {}));
  router.post(`${PATH}/new`, (req, res) => add(deps, req, res));
  router.get(`${PATH}/:id`, async (req, res) => {
    const user = await getUser(deps, req.params.id);
    await showEdit(deps, res, user, { entered: enteredOf(user), errors: {} });
  });
  router.post(`${PATH}/:id`, (req, res) => change(deps, req, res, req.params.id));
  return router;
}

const blank = Object.fromEntries(
  personSections.flatMap((section) => section.fields.map(({ name }) => [name, ''])),
) as Entered;

async function add(deps: Deps, req: Request, res: Response): Promise<void> {
  const entered = enteredIn(req);
  const input = readUserInput(entered);
  const added = input.ok ? await addUser(deps, input.value, field(req, 'password') || undefined) : input;
  if (!added.ok) {
    res.status(422);
    return showNew(res, entered, added.errors);
  }
  flash(req, `${nameOf(added.value)} is in the People Directory now.`);
  res.redirect(303, `${PATH}/${added.value.id}`);
}

async function change(deps: Deps, req: Request, res: Response, id: string): Promise<void> {
  const before = await getUser(deps, id);
  const entered = enteredIn(req);
  const input = readUserInput(entered);
  const saved = input.ok ? await save(deps, req, before, input.value) : input;
  if (saved === 'stale') {
    res.status(409);
    return showEdit(deps, res, before, { entered, errors: {}, stored: enteredOf(before) });
  }
  if (!saved.ok) {
    res.status(422);
    return showEdit(deps, res, before, { entered, errors: saved.errors, readVersion: field(req, 'version') });
  }
  const changes = changedLabels(before, saved.value);
  flash(req, changes.length > 0 ? `Saved: ${changes.join(', ')}.` : 'Saved. Nothing was different.');
  res.redirect(303, `${PATH}/${id}`);
}

async function save(deps: Deps, req: Request, before: User, input: UserInput): Promise<Checked<User> | 'stale'> {
  const givesUpPower = before.id === req.user?.id && input.userType !== 'Power User';
  if (givesUpPower && !ticked(req, 'givesUpPower'))
    return invalid({
      userType: 'This is you. Without Power User you cannot come back to this page.',
      givesUpPower: '',
    });
  try {
    return await changeUser(deps, before.id, Number(field(req, 'version')) || 0, input);
  } catch (error) {
    if (error instanceof Conflict) return 'stale';
    throw error;
  }
}

function showNew(res: Response, entered: Entered, errors: FieldErrors): void {
  res.render('settings/people/new', { title: 'Add a person', sections: personSections, userTypes, entered, errors });
}

type EditPage = { entered: Entered; errors: FieldErrors; stored?: Entered; readVersion?: string };

/** `stored` is shown beside what was typed where somebody else was faster. */
async function showEdit(deps: Deps, res: Response, person: User, page: EditPage): Promise<void> {
  const { db, relaxed } = deps.store;
  res.render('settings/people/edit', {
    title: nameOf(person),
    sections: personSections,
    userTypes,
    person,
    stored: undefined,
    ...page,
    version: page.readVersion ?? person.version,
    hasPassword: (await findPasswordHash(db, person.id)) !== undefined,
    sessions: await countSessionsOfUsers(relaxed, [person.id], deps.now()),
  });
}
