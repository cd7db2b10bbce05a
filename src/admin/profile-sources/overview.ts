import { type Request, type Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { type FieldErrors, invalid } from '../../errors.ts';
import { addSource, setSourceActive } from '../../sources/profileSources.ts';
import { countManaged, listSources, listSourceTokens, type ProfileSource } from '../../store/profileSources.ts';
import { field, ticked } from '../../web/form.ts';
import { baseUrlOf, clientsOf } from './guides.ts';
import { nameTaken, showSource } from './source.ts';
import { tokenStateOf } from './tokens.ts';

const PATH = '/settings/profile-sources';

/** Manage People > Manage Profile Sources, and its SCIM screen: the sources, and adding one. */
export function profileSourcesRoutes(deps: Deps): Router {
  const router = Router();
  router.get(PATH, async (_req, res) => {
    const sources = await listSources(deps.store.db);
    res.render('settings/profile-sources/overview', { title: 'Manage Profile Sources', sources });
  });
  router.get(`${PATH}/scim`, (_req, res) => show(deps, res, { name: '', active: true, logBodies: false }, {}));
  router.post(`${PATH}/scim`, (req, res) => generateKey(deps, req, res));
  return router;
}

type Entered = { name: string; active: boolean; logBodies: boolean };

/** The token is in this one answer and nowhere else: not in the address, not in the session, not in the database. */
async function generateKey(deps: Deps, req: Request, res: Response): Promise<void> {
  const entered = { name: field(req, 'name'), active: ticked(req, 'active'), logBodies: ticked(req, 'logBodies') };
  const added = await add(deps, entered);
  if (!added.ok) return show(deps, res.status(422), entered, added.errors);
  await showSource(deps, res, added.value.source, { key: added.value });
}

async function add(deps: Deps, { name, active, logBodies }: Entered): ReturnType<typeof addSource> {
  const taken = await nameTaken(deps, name);
  if (taken) return invalid({ name: taken });
  const added = await addSource(deps, { name, logBodies });
  if (!added.ok || active) return added;
  return { ok: true, value: { ...added.value, source: await setSourceActive(deps, added.value.source.id, false) } };
}

async function show(deps: Deps, res: Response, entered: Entered, errors: FieldErrors): Promise<void> {
  const sources = await listSources(deps.store.db);
  res.render('settings/profile-sources/scim', {
    title: 'SCIM',
    sources: await Promise.all(sources.map((source) => withFacts(deps, source))),
    entered,
    errors,
    baseUrl: baseUrlOf(res),
    clients: clientsOf(baseUrlOf(res)),
  });
}

async function withFacts({ store, now }: Deps, source: ProfileSource) {
  const [managed, tokens] = await Promise.all([
    countManaged(store.db, source.id),
    listSourceTokens(store.db, source.id),
  ]);
  return { ...source, ...managed, token: tokenStateOf(tokens, now()) };
}
