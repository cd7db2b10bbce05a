import { type Request, type Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import { addGroup } from '../directory/editGroup.ts';
import type { FieldErrors } from '../errors.ts';
import { listGroups } from '../store/groups.ts';
import { listSources } from '../store/profileSources.ts';
import { field } from '../web/form.ts';
import { queryText, withQuery } from '../web/query.ts';
import { flash } from '../web/render.ts';

const PATH = '/settings/groups';
const PAGE = 50;
const MAX_PAGE = 20_000;

/** Application Settings > Manage People > Groups: the list, and adding one. */
export function groupsRoutes(deps: Deps): Router {
  const router = Router();
  router.get(PATH, (req, res) => list(deps, req, res));
  router.get(`${PATH}/new`, (_req, res) => showNew(res, '', {}));
  router.post(`${PATH}/new`, async (req, res) => {
    const displayName = field(req, 'displayName');
    const added = await addGroup(deps, displayName);
    if (!added.ok) {
      res.status(422);
      return showNew(res, displayName, added.errors);
    }
    flash(req, `The group ${added.value.displayName} is made. Next, add people to it.`);
    res.redirect(303, `${PATH}/${added.value.id}`);
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
