import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import type { FieldErrors } from '../../errors.ts';
import { addSource } from '../../sources/profileSources.ts';
import { tokenStateOf } from '../../sources/tokens.ts';
import { countManaged, listSources, listSourceTokens, type ProfileSource } from '../../store/profileSources.ts';
import { field, ticked } from '../../web/form.ts';
import { baseUrlOf, clientsOf } from './guides.ts';
import { showSource } from './source.ts';

const PATH = '/settings/profile-sources/scim';

/** Manage Profile Sources > SCIM: the list of sources, and Generate Key. */
export function scimSourcesRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (_req, res) => show(deps, res, { name: '', active: true, logBodies: false }, {}));
  router.post(PATH, (req, res) => generateKey(deps, req, res));
}

type Entered = { name: string; active: boolean; logBodies: boolean };

/** The token is only in this response: not in the URL, the session or the database. */
async function generateKey(deps: Deps, req: Request, res: Response): Promise<void> {
  const entered = { name: field(req, 'name'), active: ticked(req, 'active'), logBodies: ticked(req, 'logBodies') };
  const added = await addSource(deps, entered);
  if (!added.ok) return show(deps, res.status(422), entered, added.errors);
  await showSource(deps, res, added.value.source, { key: added.value });
}

async function show(deps: Deps, res: Response, entered: Entered, errors: FieldErrors): Promise<void> {
  const sources = await listSources(deps.store.db);
  res.render('settings/profile-sources/scim', {
    title: 'SCIM',
    sources: await Promise.all(sources.map((source) => withDetails(deps, source))),
    entered,
    errors,
    baseUrl: baseUrlOf(res),
    clients: clientsOf(baseUrlOf(res)),
  });
}

async function withDetails({ store, now }: Deps, source: ProfileSource) {
  const managed = await countManaged(store.db, source.id);
  const tokens = await listSourceTokens(store.db, source.id);
  return { ...source, ...managed, token: tokenStateOf(tokens, now()) };
}
