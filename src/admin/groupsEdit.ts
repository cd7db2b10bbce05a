import { type Request, type Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import { getGroup, removeGroup, removePeopleFromGroup, renameGroup } from '../directory/editGroup.ts';
import { type Checked, Conflict, type FieldErrors, invalid } from '../errors.ts';
import { countMembers, type Group } from '../store/groups.ts';
import { findSource } from '../store/profileSources.ts';
import { type FoundUsers, searchUsers } from '../store/userSearch.ts';
import { field, fieldValues } from '../web/form.ts';
import { identifierOnly, queryText, withQuery } from '../web/query.ts';
import { flash } from '../web/render.ts';
import { shownPeople } from './people.ts';

const PATH = '/settings/groups/:id';
const PAGE = 50;
const MOST = 1_000_000;

/** A group: its name, its members, and deleting it. */
export function groupsEditRoutes(deps: Deps): Router {
  const router = Router();
  router.param('id', identifierOnly);
  router.get(PATH, async (req, res) => show(deps, req, res, await getGroup(deps, req.params.id), {}));
  router.post(PATH, (req, res) => rename(deps, req, res, req.params.id));
  router.post(`${PATH}/members/removal`, async (req, res) => {
    const removed = await removePeopleFromGroup(deps, req.params.id, fieldValues(req, 'person'));
    flash(req, removed === 1 ? '1 person is out of the group.' : `${removed} people are out of the group.`);
    res.redirect(303, `/settings/groups/${req.params.id}`);
  });
  router.get(`${PATH}/removal`, async (req, res) => ask(deps, res, await getGroup(deps, req.params.id), '', {}));
  router.post(`${PATH}/removal`, async (req, res) => {
    const group = await getGroup(deps, req.params.id);
    const typed = field(req, 'typed').trim();
    if (typed !== group.displayName) {
      res.status(422);
      return ask(deps, res, group, typed, { typed: `Type ${group.displayName} to delete it.` });
    }
    await removeGroup(deps, group.id);
    flash(req, `The group ${group.displayName} is deleted.`);
    res.redirect(303, '/settings/groups');
  });
  return router;
}

async function rename(deps: Deps, req: Request, res: Response, id: string): Promise<void> {
  const before = await getGroup(deps, id);
  const saved = await renamed(deps, before, Number(field(req, 'version')) || 0, field(req, 'displayName'));
  if (!saved.ok) {
    res.status('' in saved.errors ? 409 : 422);
    return show(deps, req, res, before, { displayName: field(req, 'displayName'), errors: saved.errors });
  }
  flash(req, before.displayName === saved.value.displayName ? 'Saved. Nothing was different.' : 'Saved: name.');
  res.redirect(303, `/settings/groups/${id}`);
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
  const address = `/settings/groups/${group.id}`;
  const found = await membersOf(deps, req, group.id, q);
  res.render('settings/groups/edit', {
    title: group.displayName,
    group,
    displayName: page.displayName ?? group.displayName,
    errors: page.errors ?? {},
    q,
    found,
    source:
      group.sourceId === null ? undefined : ((await findSource(db, group.sourceId)) ?? { name: 'a profile source' }),
    previous: found.previous && withQuery(address, { q, before: found.previous }),
    next: found.next && withQuery(address, { q, after: found.next }),
    shown: shownPeople(found),
  });
}

function membersOf({ store }: Deps, req: Request, groupId: string, text: string): Promise<FoundUsers> {
  const [after, before] = [queryText(req, 'after', 1_000), queryText(req, 'before', 1_000)];
  const search = { text, groupId, includeOmitted: true };
  return searchUsers(store.db, search, { limit: PAGE, after: after || undefined, before: before || undefined });
}

async function ask({ store }: Deps, res: Response, group: Group, typed: string, errors: FieldErrors): Promise<void> {
  res.render('settings/groups/remove', {
    title: `Delete ${group.displayName}?`,
    group,
    typed,
    errors,
    members: await countMembers(store.db, group.id, MOST),
    source: group.sourceId === null ? undefined : await findSource(store.db, group.sourceId),
  });
}
