import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { addPeopleToGroup, getGroup } from '../../people/groups.ts';
import { namesOf } from '../../people/names.ts';
import { leadTo } from '../../web/flash.ts';
import { fieldValues } from '../../web/form.ts';
import { queryText } from '../../web/query.ts';
import { pageOfPeople } from '../people/list.ts';

const PATH = '/settings/groups/:id/members/new';

/** Manage People > Groups > a group > Add people. */
export function addMembersRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (req, res) => show(deps, req, res, req.params.id));
  router.post(PATH, async (req, res) => {
    const people = fieldValues(req, 'person');
    const added = await addPeopleToGroup(deps, req.params.id, people);
    await leadTo(
      res,
      `/settings/groups/${req.params.id}`,
      resultOf(people.length, await namesOf(deps.store.db, added), added.length),
      added.length > 0 ? 'success' : 'info',
    );
  });
}

async function show(deps: Deps, req: Request, res: Response, id: string): Promise<void> {
  const group = await getGroup(deps, id);
  const q = queryText(req, 'q');
  const path = `/settings/groups/${group.id}/members/new`;
  res.render('settings/groups/addMembers', {
    title: `Add people to ${group.displayName}`,
    group,
    q,
    ...(await pageOfPeople(deps, req, path, { text: q, includeOmitted: true }, { q })),
  });
}

function resultOf(selected: number, names: string, added: number): string {
  if (selected === 0) return 'No one was selected.';
  if (added === 0) return 'The selected people were already members.';
  return `${names} ${added === 1 ? 'was' : 'were'} added to the group.`;
}
