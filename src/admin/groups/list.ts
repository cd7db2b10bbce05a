import type { Request, Response, Router } from 'express';
import { counted } from '../../counted.ts';
import type { Deps } from '../../deps.ts';
import { listGroups } from '../../store/groups.ts';
import { listProviders } from '../../store/identityProviders.ts';
import { listSources } from '../../store/profileSources.ts';
import { queryText, withQuery } from '../../web/query.ts';

const PATH = '/settings/groups';
const PAGE = 50;
const MAX_PAGE = 20_000;
const NONE = 'none'; // of groups that Power Users manage

/** Manage People > Groups: the list. */
export function groupListRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (req, res) => list(deps, req, res));
}

async function list({ store }: Deps, req: Request, res: Response): Promise<void> {
  const [q, source] = [queryText(req, 'q'), queryText(req, 'source')];
  const descending = queryText(req, 'sort') === '-name';
  const sort = descending ? '-name' : '';
  const page = Math.min(Math.max(Number.parseInt(queryText(req, 'page'), 10) || 1, 1), MAX_PAGE);
  const filter = { beginning: q || undefined, sourceId: source === NONE ? null : source || undefined };
  const found = await listGroups(store.db, filter, { limit: PAGE, offset: (page - 1) * PAGE, descending });
  const [sources, providers] = [await listSources(store.db), await listProviders(store.db)];
  const pathOf = (number: number) => withQuery(PATH, { q, source, sort, page: number > 1 ? String(number) : '' });
  res.render('settings/groups/list', {
    title: 'Groups',
    q,
    source,
    managers: [
      ['Profile sources', namesOf(sources)],
      ['Identity providers', namesOf(providers.filter(({ id, people }) => people?.groupsFrom || id === source))],
    ].filter(([, names = []]) => names.length > 0),
    sort,
    byName: {
      href: withQuery(PATH, { q, source, sort: descending ? '' : '-name' }),
      order: descending ? 'descending' : 'ascending',
    },
    groups: found.rows,
    sourceNames: new Map([...sources, ...providers].map(({ id, name }) => [id, name])),
    previous: page > 1 ? pathOf(page - 1) : undefined,
    next: page * PAGE < found.total ? pathOf(page + 1) : undefined,
    shown: counted(found.total, 'group'),
  });
}

function namesOf(managers: { id: string; name: string }[]): [id: string, name: string][] {
  return managers.map(({ id, name }) => [id, name]);
}
