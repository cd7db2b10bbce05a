import { Router } from 'express';
import type { Deps } from '../deps.ts';
import { addPeopleToGroup, getGroup } from '../directory/editGroup.ts';
import { searchUsers } from '../store/userSearch.ts';
import { fieldValues } from '../web/form.ts';
import { identifierOnly, queryText, withQuery } from '../web/query.ts';
import { flash } from '../web/render.ts';
import { shownPeople } from './people.ts';

const PATH = '/settings/groups/:id/members/new';
const PAGE = 50;

/** Finding people and adding them to a group. */
export function groupsMembersRoutes(deps: Deps): Router {
  const router = Router();
  router.param('id', identifierOnly);
  router.get(PATH, async (req, res) => {
    const group = await getGroup(deps, req.params.id);
    const q = queryText(req, 'q');
    const [after, before] = [queryText(req, 'after', 1_000), queryText(req, 'before', 1_000)];
    const page = { limit: PAGE, after: after || undefined, before: before || undefined };
    const found = await searchUsers(deps.store.db, { text: q, includeOmitted: true }, page);
    const address = `/settings/groups/${group.id}/members/new`;
    res.render('settings/groups/add-members', {
      title: `Add people to ${group.displayName}`,
      group,
      q,
      found,
      previous: found.previous && withQuery(address, { q, before: found.previous }),
      next: found.next && withQuery(address, { q, after: found.next }),
      shown: shownPeople(found),
    });
  });
  router.post(PATH, async (req, res) => {
    const people = fieldValues(req, 'person');
    const added = await addPeopleToGroup(deps, req.params.id, people);
    flash(req, sentence(people.length, added), added > 0 ? 'success' : 'info');
    res.redirect(303, `/settings/groups/${req.params.id}`);
  });
  return router;
}

function sentence(chosen: number, added: number): string {
  if (chosen === 0) return 'Nobody was chosen.';
  if (added === 0) return 'They were in the group already.';
  return added === 1 ? '1 person is in the group now.' : `${added} people came into the group.`;
}
