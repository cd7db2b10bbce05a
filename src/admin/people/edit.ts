import { type Request, type Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { type Checked, Conflict, type FieldErrors, invalid } from '../../errors.ts';
import { nobody, type PersonInput, personInputOf, readPersonInput } from '../../people/personInput.ts';
import type { UserAttributes } from '../../people/userAttributes.ts';
import { addPerson, changePerson, getUser, nameOf } from '../../people/users.ts';
import { findSource } from '../../store/profileSources.ts';
import { countSessionsOfUsers } from '../../store/sessions.ts';
import { searchUsers } from '../../store/userSearch.ts';
import {
  findPasswordHash,
  findUser,
  findUserByUserName,
  findUsersByEmail,
  type User,
  userTypes,
} from '../../store/users.ts';
import { flash } from '../../web/flash.ts';
import { field, ticked } from '../../web/form.ts';
import { identifierOnly } from '../../web/query.ts';
import { changedLabels, personInputIn, personSections } from './fields.ts';

const PATH = '/settings/people';
const MAX_CHOICES = 8;

/** Adding a person, and changing one. */
export function peopleEditRoutes(deps: Deps): Router {
  const router = Router();
  router.param('id', identifierOnly);
  router.get(`${PATH}/new`, (_req, res) => showNew(deps, res, { input: personInputOf(nobody) }));
  router.post(`${PATH}/new`, (req, res) => add(deps, req, res));
  router.get(`${PATH}/:id`, async (req, res) => {
    const person = await getUser(deps, req.params.id);
    await showEdit(deps, res, person, { input: personInputOf(person) });
  });
  router.post(`${PATH}/:id`, (req, res) => change(deps, req, res, req.params.id));
  return router;
}

/** The form as it is shown; `manager` is what stands in the search for one. */
type Page = {
  input: PersonInput;
  manager?: string;
  choices?: User[];
  errors?: FieldErrors;
  stored?: PersonInput; // what is in the directory, where somebody else was faster
  readVersion?: string;
};

async function add(deps: Deps, req: Request, res: Response): Promise<void> {
  const entered = await entry(deps, req);
  const added = entered.errors
    ? allErrors(entered, nobody)
    : await addPerson(deps, entered.input, field(req, 'password'));
  if (!added.ok) return showNew(deps, res.status(422), { ...entered, errors: added.errors });
  await flash(req, `${nameOf(added.value)} is in the People Directory now.`);
  res.redirect(303, `${PATH}/${added.value.id}`);
}

async function change(deps: Deps, req: Request, res: Response, id: string): Promise<void> {
  const before = await getUser(deps, id);
  const entered = { ...(await entry(deps, req)), readVersion: field(req, 'version') };
  const saved = await save(deps, req, before, entered);
  if (saved === 'stale')
    return showEdit(deps, res.status(409), before, {
      ...entered,
      stored: personInputOf(before),
      readVersion: String(before.version),
    });
  if (!saved.ok) return showEdit(deps, res.status(422), before, { ...entered, errors: saved.errors });
  const changes = changedLabels(personInputOf(before), personInputOf(saved.value));
  await flash(req, changes.length > 0 ? `Saved: ${changes.join(', ')}.` : 'Saved. Nothing was different.');
  res.redirect(303, `${PATH}/${id}`);
}

async function save(deps: Deps, req: Request, before: User, entered: Page): Promise<Checked<User> | 'stale'> {
  const { input, errors } = entered;
  if (errors && before.sourceId === null) return allErrors(entered, before);
  const givesUpPower = before.id === req.user?.id && input.texts.userType !== 'Power User';
  if (givesUpPower && !ticked(req, 'givesUpPower'))
    return invalid({
      userType: 'This is you. Without Power User you cannot come back to this page.',
      givesUpPower: '',
    });
  try {
    return await changePerson(deps, before.id, Number(field(req, 'version')) || 0, input);
  } catch (error) {
    if (error instanceof Conflict) return 'stale';
    throw error;
  }
}

/** What is wrong besides the manager, so that all of it can be mended at once. */
function allErrors({ input, errors }: Page, before: UserAttributes): Checked<never> {
  const read = readPersonInput({ ...input, managerId: '' }, before);
  return invalid({ ...(read.ok ? {} : read.errors), ...errors });
}

/** What was typed, with the manager who was meant. */
async function entry(deps: Deps, req: Request): Promise<Page> {
  const { manager, ...input } = personInputIn(req);
  const found = await findManager(deps, manager, input.managerId);
  if ('id' in found) return { input: { ...input, managerId: found.id }, manager };
  return { input, manager, choices: found.choices, errors: { manager: found.error } };
}

/** What a search for a manager came to: an id ('' for nobody), or a sentence and the people to choose from. */
type FoundManager = { id: string } | { error: string; choices: User[] };

/** Finds the manager who was typed: a user name, an e-mail address, or words that only one person has. `chosen` is one of the choices given before. */
async function findManager({ store }: Deps, typed: string, chosen: string): Promise<FoundManager> {
  if (typed === '') return { id: '' };
  if (chosen !== '' && (await findUser(store.db, chosen))) return { id: chosen };
  const named = await findUserByUserName(store.db, typed);
  if (named) return { id: named.id };
  const mailed = await findUsersByEmail(store.db, typed);
  if (mailed.length === 1 && mailed[0]) return { id: mailed[0].id };
  const found = await searchUsers(store.db, { text: typed, includeOmitted: true }, { limit: MAX_CHOICES });
  const [first, second] = found.rows;
  if (!first)
    return { error: 'Nobody matches. Enter a user name, an e-mail address or the beginning of a name.', choices: [] };
  if (!second) return { id: first.id };
  const more = found.total > found.rows.length ? ' There are more: enter more of the name to find them.' : '';
  return { error: `Several people match: choose one.${more}`, choices: found.rows };
}

async function showNew(deps: Deps, res: Response, page: Page): Promise<void> {
  res.render('settings/people/new', { title: 'Add a person', source: undefined, ...(await formOf(deps, page)) });
}

async function showEdit(deps: Deps, res: Response, person: User, page: Page): Promise<void> {
  const { db } = deps.store;
  res.render('settings/people/edit', {
    title: nameOf(person),
    person,
    ...(await formOf(deps, page)),
    version: page.readVersion ?? person.version,
    source:
      person.sourceId === null ? undefined : ((await findSource(db, person.sourceId)) ?? { name: 'a profile source' }),
    hasPassword: (await findPasswordHash(db, person.id)) !== undefined,
    sessions: await countSessionsOfUsers(db, [person.id], deps.now()),
  });
}

async function formOf({ store }: Deps, page: Page) {
  const { managerId } = page.input;
  const manager = managerId === '' ? undefined : await findUser(store.db, managerId);
  return {
    sections: personSections,
    userTypes,
    input: page.input,
    errors: page.errors ?? {},
    stored: page.stored,
    manager: page.manager ?? manager?.userName ?? managerId,
    managerPerson: manager,
    choices: page.choices ?? [],
  };
}
