import type { Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import type { FieldErrors } from '../../errors.ts';
import { getGroup, removeGroup } from '../../people/groups.ts';
import { countMembers } from '../../store/groupMembers.ts';
import type { Group } from '../../store/groups.ts';
import { confirmationOf } from '../../web/confirmation.ts';
import { leadTo } from '../../web/flash.ts';
import { field } from '../../web/form.ts';
import { findOwner } from '../owner.ts';

const PATH = '/settings/groups/:id/removal';
const MAX_COUNTED = 1_000_000;

/** Manage People > Groups > a group > Delete. */
export function removeGroupRoutes(router: Router, deps: Deps): void {
  router.get(PATH, async (req, res) => confirm(deps, res, await getGroup(deps, req.params.id), '', {}));
  router.post(PATH, async (req, res) => {
    const group = await getGroup(deps, req.params.id);
    const typed = field(req, 'typed').trim();
    const word = confirmationOf(group.displayName);
    const errors = { typed: `Type ${word} to delete this group.` };
    if (typed !== word) return confirm(deps, res.status(422), group, typed, errors);
    await removeGroup(deps, group.id);
    await leadTo(res, '/settings/groups', `Deleted ${group.displayName}.`);
  });
}

async function confirm(
  { store }: Deps,
  res: Response,
  group: Group,
  typed: string,
  errors: FieldErrors,
): Promise<void> {
  res.render('settings/groups/remove', {
    title: `Delete ${group.displayName}?`,
    group,
    typed,
    word: confirmationOf(group.displayName),
    errors,
    members: await countMembers(store.db, group.id, MAX_COUNTED),
    source: await findOwner(store.db, group.sourceId),
  });
}
