import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { groupsOf } from '../directory/groups.ts';
import {
  addPerson,
  changePerson,
  checkPerson,
  deletePerson,
  displayName,
  findPerson,
  type PersonInput,
  setPersonActive,
} from '../directory/people.ts';
import { properties, propertyKeys } from '../directory/properties.ts';
import type { Person } from '../directory/types.ts';
import { fieldErrors, line, queryText } from '../web/fields.ts';
import { sendPortalPage } from './page.ts';
import { saved } from './saved.ts';

const personForm = z.object({
  ...Object.fromEntries(propertyKeys.map((key) => [key, line])),
  password: z.string().max(200, 'Use at most 200 characters.').default(''),
});

const initial = { employeeType: 'Intranet User', company: 'Acme', preferredLanguage: 'en', locale: 'en-GB' };

/** USER MANAGEMENT > Users: add, edit, suspend, activate and delete people. */
export function userRoutes(deps: Deps): Router {
  const router = express.Router();
  router.get('/', (req, res) => sendList(deps, res, queryText(req.query.search)));
  router
    .route('/new')
    .get((_req, res) => sendForm(deps, res, undefined, initial, {}))
    .post(async (req, res) => {
      const read = readForm(deps, req.body, undefined);
      if (!read.ok) return sendForm(deps, res.status(422), undefined, req.body, read.errors);
      const person = addPerson(deps, read.input, read.password);
      await saved(deps, res, '/admin/users', `${displayName(person)} was added.`);
    });
  router
    .route('/:id')
    .get(withPerson(deps, (person, _req, res) => sendForm(deps, res, person, person, {})))
    .post(
      withPerson(deps, async (person, req, res) => {
        const read = readForm(deps, req.body, person.id);
        if (!read.ok) return sendForm(deps, res.status(422), person, req.body, read.errors);
        changePerson(deps, person, read.input, read.password);
        const passwords = read.password ? new Map([[person.id, read.password]]) : undefined;
        await saved(deps, res, `/admin/users/${person.id}`, `${displayName(person)} was saved.`, passwords);
      }),
    );
  router.post('/:id/suspension', changeActive(deps, false));
  router.post('/:id/activation', changeActive(deps, true));
  router.post(
    '/:id/deletion',
    withPerson(deps, async (person, _req, res) => {
      deletePerson(deps, person);
      await saved(deps, res, '/admin/users', `${displayName(person)} was deleted.`);
    }),
  );
  return router;
}

function withPerson(
  deps: Deps,
  handle: (person: Person, req: Request, res: Response) => Promise<void>,
): RequestHandler {
  return async (req, res, next) => {
    const person = findPerson(deps.state, String(req.params.id));
    await (person ? handle(person, req, res) : next());
  };
}

function changeActive(deps: Deps, active: boolean): RequestHandler {
  return withPerson(deps, async (person, _req, res) => {
    setPersonActive(deps, person, active);
    await saved(
      deps,
      res,
      `/admin/users/${person.id}`,
      `${displayName(person)} was ${active ? 'activated' : 'suspended'}.`,
    );
  });
}

function readForm(deps: Deps, body: unknown, id: string | undefined) {
  const form = personForm.safeParse(body ?? {});
  if (!form.success) return { ok: false as const, errors: fieldErrors(form.error) };
  const { password, ...input } = form.data as PersonInput & { password: string };
  const errors = checkPerson(deps.state, input, id);
  return Object.keys(errors).length ? { ok: false as const, errors } : { ok: true as const, input, password };
}

async function sendList(deps: Deps, res: Response, search: string): Promise<void> {
  const wanted = search.toLowerCase();
  const people = deps.state.people
    .filter((person) => `${displayName(person)} ${person.username} ${person.email}`.toLowerCase().includes(wanted))
    .map((person) => ({ ...person, name: displayName(person), groups: groupsOf(deps.state, person.id) }));
  await sendPortalPage(res, 'users', { title: 'Users', people, search, total: deps.state.people.length });
}

async function sendForm(
  deps: Deps,
  res: Response,
  person: Person | undefined,
  form: unknown,
  errors: Record<string, string>,
): Promise<void> {
  const groups = person ? groupsOf(deps.state, person.id) : [];
  const title = person ? displayName(person) : 'Add a user';
  await sendPortalPage(res, 'user', { title, person, form, errors, properties, groups });
}
