import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { addGroup, changeGroup, checkGroup, deleteGroup, findGroup, type GroupInput } from '../directory/groups.ts';
import { displayName } from '../directory/people.ts';
import type { Group } from '../directory/types.ts';
import { fieldErrors, line, list } from '../web/fields.ts';
import { sendPortalPage } from './page.ts';
import { saved } from './saved.ts';

const groupForm = z.object({ name: line, description: line, memberIds: list });
const emptyGroup: GroupInput = { name: '', description: '', memberIds: [] };

/** USER MANAGEMENT > User Groups: add, rename and delete groups, and select their members. */
export function groupRoutes(deps: Deps): Router {
  const router = express.Router();
  router.get('/', (_req, res) =>
    sendPortalPage(res, 'groups', { title: 'User Groups', groups: withApplications(deps) }),
  );
  router
    .route('/new')
    .get((_req, res) => sendForm(deps, res, undefined, emptyGroup, {}))
    .post(async (req, res) => {
      const { input, errors } = readForm(deps, req.body, undefined);
      if (errors) return sendForm(deps, res.status(422), undefined, input, errors);
      const group = addGroup(deps, input);
      await saved(deps, res, '/admin/groups', `The group ${group.name} was added.`);
    });
  router
    .route('/:id')
    .get(withGroup(deps, (group, _req, res) => sendForm(deps, res, group, group, {})))
    .post(
      withGroup(deps, async (group, req, res) => {
        const { input, errors } = readForm(deps, req.body, group.id);
        if (errors) return sendForm(deps, res.status(422), group, input, errors);
        changeGroup(deps, group, input);
        await saved(deps, res, `/admin/groups/${group.id}`, `The group ${group.name} was saved.`);
      }),
    );
  router.post(
    '/:id/deletion',
    withGroup(deps, async (group, _req, res) => {
      deleteGroup(deps, group);
      await saved(deps, res, '/admin/groups', `The group ${group.name} was deleted.`);
    }),
  );
  return router;
}

function withGroup(deps: Deps, handle: (group: Group, req: Request, res: Response) => Promise<void>): RequestHandler {
  return async (req, res, next) => {
    const group = findGroup(deps.state, String(req.params.id));
    await (group ? handle(group, req, res) : next());
  };
}

function readForm(deps: Deps, body: unknown, id: string | undefined) {
  const form = groupForm.safeParse(body ?? {});
  if (!form.success) return { input: emptyGroup, errors: fieldErrors(form.error) };
  const name = checkGroup(deps.state, form.data, id);
  return { input: form.data, errors: name ? { name } : undefined };
}

function withApplications(deps: Deps) {
  return deps.state.groups.map((group) => {
    const applications = deps.state.applications.filter((application) => application.groupIds.includes(group.id));
    return { ...group, applications: applications.map((application) => application.label) };
  });
}

async function sendForm(
  deps: Deps,
  res: Response,
  group: Group | undefined,
  form: GroupInput,
  errors: Record<string, string>,
): Promise<void> {
  const people = deps.state.people.map((person) => ({ ...person, name: displayName(person) }));
  await sendPortalPage(res, 'group', { title: group?.name ?? 'Add a group', group, form, errors, people });
}
