import type { Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import type { FieldErrors } from '../../errors.ts';
import { addGroup } from '../../people/groups.ts';
import { leadTo } from '../../web/flash.ts';
import { field } from '../../web/form.ts';

const PATH = '/settings/groups/new';

/** Manage People > Groups > Add a group. */
export function newGroupRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (_req, res) => show(res, '', {}));
  router.post(PATH, async (req, res) => {
    const displayName = field(req, 'displayName');
    const added = await addGroup(deps, displayName);
    if (!added.ok) return show(res.status(422), displayName, added.errors);
    await leadTo(
      res,
      `/settings/groups/${added.value.id}`,
      `Added ${added.value.displayName}. Next, add people to it.`,
    );
  });
}

function show(res: Response, displayName: string, errors: FieldErrors): void {
  res.render('settings/groups/new', { title: 'Add a group', displayName, errors });
}
