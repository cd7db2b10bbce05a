import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { checkedOf, type FieldErrors, statusOf } from '../../errors.ts';
import {
  addGroupToGroup,
  getGroup,
  removeGroupFromGroup,
  removePeopleFromGroup,
  renameGroup,
} from '../../people/groups.ts';
import { namesOf } from '../../people/names.ts';
import type { Group } from '../../store/groups.ts';
import { listContainingGroups, listNestedGroups } from '../../store/nestedGroups.ts';
import { leadTo, savedText } from '../../web/flash.ts';
import { field, fieldValues } from '../../web/form.ts';
import { queryText } from '../../web/query.ts';
import { findOwner } from '../owner.ts';
import { pageOfPeople } from '../people/list.ts';

const PATH = '/settings/groups/:id';

/** Manage People > Groups > a group: its name and its members. */
export function groupRoutes(router: Router, deps: Deps): void {
  router.get(PATH, async (req, res) => show(deps, req, res, await getGroup(deps, req.params.id), {}));
  router.post(PATH, (req, res) => rename(deps, req, res, req.params.id));
  router.post(`${PATH}/members/removal`, async (req, res) => {
    const removed = await removePeopleFromGroup(deps, req.params.id, fieldValues(req, 'person'));
    const text = `${await namesOf(deps.store.db, removed)} ${removed.length === 1 ? 'was' : 'were'} removed from the group.`;
    await leadTo(
      res,
      `/settings/groups/${req.params.id}`,
      removed.length === 0 ? 'No one was selected.' : text,
      removed.length === 0 ? 'info' : 'success',
    );
  });
  router.post(`${PATH}/groups`, (req, res) => addGroup(deps, req, res, req.params.id));
  router.post(`${PATH}/groups/removal`, async (req, res) => {
    const isRemoved = await removeGroupFromGroup(deps, req.params.id, field(req, 'group'));
    await leadTo(
      res,
      `/settings/groups/${req.params.id}`,
      isRemoved ? 'The group is no longer a member.' : 'This group was not a member.',
    );
  });
}

async function addGroup(deps: Deps, req: Request, res: Response, id: string): Promise<void> {
  const entered = field(req, 'group');
  const added = await addGroupToGroup(deps, id, entered);
  if (!added.ok) return show(deps, req, res.status(422), await getGroup(deps, id), { entered, errors: added.errors });
  await leadTo(res, `/settings/groups/${id}`, `${added.value.displayName} is now a member.`);
}

async function rename(deps: Deps, req: Request, res: Response, id: string): Promise<void> {
  const before = await getGroup(deps, id);
  const displayName = field(req, 'displayName');
  const saved = await checkedOf(renameGroup(deps, id, Number(field(req, 'version')) || 0, displayName));
  if (!saved.ok)
    return show(deps, req, res.status(statusOf(saved.errors)), before, { displayName, errors: saved.errors });
  await leadTo(
    res,
    `/settings/groups/${id}`,
    savedText(before.displayName === saved.value.displayName ? [] : ['name']),
  );
}

async function show(
  deps: Deps,
  req: Request,
  res: Response,
  group: Group,
  page: { displayName?: string; entered?: string; errors?: FieldErrors },
): Promise<void> {
  const { db } = deps.store;
  const q = queryText(req, 'q');
  const search = { text: q, groupId: group.id, includeOmitted: true };
  const unknownSource = { name: 'a profile source' };
  res.render('settings/groups/edit', {
    title: group.displayName,
    group,
    displayName: page.displayName ?? group.displayName,
    entered: page.entered ?? '',
    errors: page.errors ?? {},
    nested: q ? [] : await listNestedGroups(db, [group.id]),
    containing: await listContainingGroups(db, group.id),
    q,
    ...(await pageOfPeople(deps, req, `/settings/groups/${group.id}`, search, { q })),
    source: group.sourceId === null ? undefined : ((await findOwner(db, group.sourceId)) ?? unknownSource),
  });
}
