import { type Request, type Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { type Checked, Conflict, type FieldErrors, invalid } from '../../errors.ts';
import {
  addGroup,
  addPeopleToGroup,
  getGroup,
  removeGroup,
  removePeopleFromGroup,
  renameGroup,
} from '../../people/groups.ts';
import { countMembers, type Group, listGroups } from '../../store/groups.ts';
import { findSource, listSources } from '../../store/profileSources.ts';
import { flash } from '../../web/flash.ts';
import { field, fieldValues } from '../../web/form.ts';
import { identifierOnly, queryText, withQuery } from '../../web/query.ts';
import { pageOfPeople } from '../people/list.ts';

const PATH = '/settings/groups';
const GROUP = `${PATH}/:id` as const;
const PAGE = 50;
const MAX_PAGE = 20_000;
const MOST_COUNTED = 1_000_000;

/** Application Settings > Manage People > Groups: the list, adding one; its name, its members, and deleting it. */
export function groupsRoutes(deps: Deps): Router {
  const router = Router();
  router.param('id', identifierOnly);
  router.get(PATH, (req, res) => list(deps, req, res));
  router.get(`${PATH}/new`, (_req, res) => showNew(res, '', {}));
  router.post(`${PATH}/new`, async (req, res) => {
    const displayName = field(req, 'displayName');
    const added = await addGroup(deps, displayName);
    if (!added.ok) return showNew(res.status(422), displayName, added.errors);
    await flash(req, `The group ${added.value.displayName} is made. Next, add people to it.`);
    res.redirect(303, `${PATH}/${added.value.id}`);
  });
  router.get(GROUP, async (req, res) => show(deps, req, res, await getGroup(deps, req.params.id), {}));
  router.post(GROUP, (req, res) => rename(deps, req, res, req.params.id));
  router.post(`${GROUP}/members/removal`, async (req, res) => {
    const removed = await removePeopleFromGroup(deps, req.params.id, fieldValues(req, 'person'));
    await flash(req, removed === 1 ? '1 person is out of the group.' : `${removed} people are out of the group.`);
    res.redirect(303, `${PATH}/${req.params.id}`);
  });
  router.get(`${GROUP}/removal`, async (req, res) => ask(deps, res, await getGroup(deps, req.params.id), '', {}));
  router.post(`${GROUP}/removal`, async (req, res) => {
    const group = await getGroup(deps, req.params.id);
    const typed = field(req, 'typed').trim();
    if (typed !== group.displayName)
      return ask(deps, res.status(422), group, typed, { typed: `Type ${group.displayName} to delete it.` });
    await removeGroup(deps, group.id);
    await flash(req, `The group ${group.displayName} is deleted.`);
    res.redirect(303, PATH);
  });
  router.get(`${GROUP}/members/new`, (req, res) => choosePeople(deps, req, res, req.params.id));
  router.post(`${GROUP}/members/new`, async (req, res) => {
    const people = fieldValues(req, 'person');
    const added = await addPeopleToGroup(deps, req.params.id, people);
    await flash(req, sentence(people.length, added), added > 0 ? 'success' : 'info');
    res.redirect(303, `${PATH}/${req.params.id}`);
  });
  return router;
}

async function list({ store }: Deps, req: Request, res: Response): Promise<void> {
  const [q, source] = [queryText(req, 'q'), queryText(req, 'source')];
  const page = Math.min(Math.max(Number.parseInt(queryText(req, 'page'), 10) || 1, 1), MAX_PAGE);
  const found = await listGroups(
    store.db,
    { beginning: q || undefined, sourceId: source || undefined },
    { limit: PAGE, offset: (page - 1) * PAGE },
  );
  const sources = await listSources(store.db);
  const address = (number: number) => withQuery(PATH, { q, source, page: number > 1 ? String(number) : '' });
  res.render('settings/groups/list', {
    title: 'Groups',
    q,
    source,
    sources,
    groups: found.rows,
    sourceNames: new Map(sources.map((source) => [source.id, source.name])),
    previous: page > 1 ? address(page - 1) : undefined,
    next: page * PAGE < found.total ? address(page + 1) : undefined,
    shown: `${found.total.toLocaleString('en')} ${found.total === 1 ? 'group' : 'groups'}`,
  });
}

function showNew(res: Response, displayName: string, errors: FieldErrors): void {
  res.render('settings/groups/new', { title: 'Add a group', displayName, errors });
}

async function rename(deps: Deps, req: Request, res: Response, id: string): Promise<void> {
  const before = await getGroup(deps, id);
  const saved = await renamed(deps, before, Number(field(req, 'version')) || 0, field(req, 'displayName'));
  if (!saved.ok)
    return show(deps, req, res.status('' in saved.errors ? 409 : 422), before, {
      displayName: field(req, 'displayName'),
      errors: saved.errors,
    });
  await flash(req, before.displayName === saved.value.displayName ? 'Saved. Nothing was different.' : 'Saved: name.');
  res.redirect(303, `${PATH}/${id}`);
}

async function renamed(deps: Deps, { id }: Group, version: number, name: string): Promise<Checked<Group>> {
  try {
    return await renameGroup(deps, id, version, name);
  } catch (error) {
    if (error instanceof Conflict) return invalid({ '': error.message });
    throw error;
  }
}

async function show(
  deps: Deps,
  req: Request,
  res: Response,
  group: Group,
  page: { displayName?: string; errors?: FieldErrors },
): Promise<void> {
  const { db } = deps.store;
  const q = queryText(req, 'q');
  const members = { text: q, groupId: group.id, includeOmitted: true };
  res.render('settings/groups/edit', {
    title: group.displayName,
    group,
    displayName: page.displayName ?? group.displayName,
    errors: page.errors ?? {},
    q,
    ...(await pageOfPeople(deps, req, `${PATH}/${group.id}`, members, { q })),
    source:
      group.sourceId === null ? undefined : ((await findSource(db, group.sourceId)) ?? { name: 'a profile source' }),
  });
}

async function ask({ store }: Deps, res: Response, group: Group, typed: string, errors: FieldErrors): Promise<void> {
  res.render('settings/groups/remove', {
    title: `Delete ${group.displayName}?`,
    group,
    typed,
    errors,
    members: await countMembers(store.db, group.id, MOST_COUNTED),
    source: group.sourceId === null ? undefined : await findSource(store.db, group.sourceId),
  });
}

/** Finding people, to add them to a group. */
async function choosePeople(deps: Deps, req: Request, res: Response, id: string): Promise<void> {
  const group = await getGroup(deps, id);
  const q = queryText(req, 'q');
  const address = `${PATH}/${group.id}/members/new`;
  res.render('settings/groups/add-members', {
    title: `Add people to ${group.displayName}`,
    group,
    q,
    ...(await pageOfPeople(deps, req, address, { text: q, includeOmitted: true }, { q })),
  });
}

function sentence(chosen: number, added: number): string {
  if (chosen === 0) return 'Nobody was chosen.';
  if (added === 0) return 'They were in the group already.';
  return added === 1 ? '1 person is in the group now.' : `${added} people came into the group.`;
}
