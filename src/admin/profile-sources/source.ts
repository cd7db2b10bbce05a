import { type Request, type Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { type Checked, type FieldErrors, invalid } from '../../errors.ts';
import {
  changeSource,
  getSource,
  rotateToken,
  type ShownKey,
  type SourceInput,
  setSourceActive,
  sourceEffects,
  sourceRemoval,
} from '../../sources/profileSources.ts';
import { caseKey } from '../../store/caseKey.ts';
import { countManaged, listSources, listSourceTokens, type ProfileSource } from '../../store/profileSources.ts';
import { countSessionsOfSource } from '../../store/sessions.ts';
import { flash } from '../../web/flash.ts';
import { field, ticked } from '../../web/form.ts';
import { identifierOnly } from '../../web/query.ts';
import { callBars } from '../bars.ts';
import { startNewJob } from '../jobs/job.ts';
import { baseUrlOf, clientsOf } from './guides.ts';
import { lifetimes, momentOf, overlaps, tokenStateOf } from './tokens.ts';

const PATH = '/settings/profile-sources/scim/:id';

/** One SCIM source: its settings, its tokens, what it does, and removing it. */
export function profileSourceRoutes(deps: Deps): Router {
  const router = Router();
  router.param('id', identifierOnly);
  router.get(PATH, async (req, res) => showSource(deps, res, await getSource(deps, req.params.id), {}));
  router.post(PATH, (req, res) => change(deps, req, res, req.params.id));
  // The new token is in this one answer and nowhere else.
  router.post(`${PATH}/token`, async (req, res) => {
    const now = deps.now();
    const key = await rotateToken(deps, req.params.id, {
      overlapUntil: momentOf(overlaps, field(req, 'overlap'), now),
      expiresAt: momentOf(lifetimes, field(req, 'lifetime'), now) ?? null,
    });
    await showSource(deps, res, key.source, { key });
  });
  router.get(`${PATH}/removal`, async (req, res) =>
    askToRemove(deps, res, await getSource(deps, req.params.id), { typed: '', people: '' }, {}),
  );
  router.post(`${PATH}/removal`, async (req, res) => {
    const source = await getSource(deps, req.params.id);
    const entered = { typed: field(req, 'typed').trim(), people: field(req, 'people') };
    const errors = faultsOf(source, entered);
    if (Object.keys(errors).length > 0) return askToRemove(deps, res.status(422), source, entered, errors);
    const people = entered.people === 'deactivate' ? 'deactivate' : 'keep';
    res.redirect(303, await startNewJob(deps, req, await sourceRemoval(deps, source.id, people)));
  });
  return router;
}

type Entered = Required<Omit<SourceInput, 'networks' | 'patchAnswer'>> & {
  active: boolean;
  networks: string;
  patchAnswer: string;
};
type Page = { key?: ShownKey; entered?: Entered; errors?: FieldErrors };

/** The page of a source. With `key` it shows Client ID and token, this once. */
export async function showSource(deps: Deps, res: Response, source: ProfileSource, page: Page): Promise<void> {
  const { db } = deps.store;
  const now = deps.now();
  const tokens = await listSourceTokens(db, source.id);
  res.setHeader('cache-control', 'no-store');
  res.render('settings/profile-sources/source', {
    title: source.name,
    source,
    key: page.key,
    entered: page.entered ?? { ...source, networks: source.networks.join('\n') },
    errors: page.errors ?? {},
    managed: await countManaged(db, source.id),
    tokens,
    tokenState: tokenStateOf(tokens, now),
    now,
    bars: await callBars(deps, source.id),
    overlaps,
    lifetimes,
    baseUrl: baseUrlOf(res),
    clients: clientsOf(baseUrlOf(res)),
  });
}

/**
 * Why a source cannot have a name, or undefined. Two sources of one name could not be told apart in lists; it also keeps the page of a
 * new key from making a second source when it is reloaded.
 */
export async function nameTaken({ store }: Deps, name: string, except?: string): Promise<string | undefined> {
  const key = caseKey(name.trim());
  const sources = await listSources(store.db);
  const taken = sources.some((source) => caseKey(source.name) === key && source.id !== except);
  return taken ? 'There is a source of this name already.' : undefined;
}

async function change(deps: Deps, req: Request, res: Response, id: string): Promise<void> {
  const before = await getSource(deps, id);
  const entered: Entered = {
    name: field(req, 'name'),
    active: ticked(req, 'active'),
    logBodies: ticked(req, 'logBodies'),
    readOnly: ticked(req, 'readOnly'),
    patchAnswer: field(req, 'patchAnswer'),
    networks: field(req, 'networks'),
  };
  const saved = await save(deps, before, entered);
  if (!saved.ok) return showSource(deps, res.status(422), before, { entered, errors: saved.errors });
  const changes = changedLabels(before, saved.value);
  await flash(req, changes.length > 0 ? `Saved: ${changes.join(', ')}.` : 'Saved. Nothing was different.');
  res.redirect(303, `/settings/profile-sources/scim/${id}`);
}

/** Writes only what differs, so that the log says nothing of what was not changed. */
async function save(deps: Deps, before: ProfileSource, entered: Entered): Promise<Checked<ProfileSource>> {
  const taken = await nameTaken(deps, entered.name, before.id);
  if (taken) return invalid({ name: taken });
  const { active, networks, patchAnswer, ...rest } = entered;
  const input = {
    ...rest,
    networks: networks.split(/[\s,]+/).filter((network) => network !== ''),
    patchAnswer: patchAnswer as ProfileSource['patchAnswer'],
  };
  const differs = changedLabels(before, { ...before, ...input }).length > 0;
  const saved = differs ? await changeSource(deps, before.id, input) : { ok: true as const, value: before };
  if (!saved.ok || active === before.active) return saved;
  return { ok: true, value: await setSourceActive(deps, before.id, active) };
}

function changedLabels(before: ProfileSource, after: ProfileSource): string[] {
  const labels: [string, boolean][] = [
    ['name', before.name !== after.name],
    [after.active ? 'activated' : 'deactivated', before.active !== after.active],
    ['Log Request Body', before.logBodies !== after.logBodies],
    ['read-only', before.readOnly !== after.readOnly],
    ['answer to PATCH', before.patchAnswer !== after.patchAnswer],
    ['allowed networks', before.networks.join() !== after.networks.join()],
  ];
  return labels.filter(([, differs]) => differs).map(([label]) => label);
}

type Removal = { typed: string; people: string };

function faultsOf({ name }: ProfileSource, { typed, people }: Removal): FieldErrors {
  return {
    ...(people === 'keep' || people === 'deactivate' ? {} : { people: 'Choose what becomes of its people.' }),
    ...(typed === name ? {} : { typed: `Type ${name} to remove it.` }),
  };
}

/** Says in numbers what it touches, asks what becomes of its people, and wants the name typed. */
async function askToRemove(
  deps: Deps,
  res: Response,
  source: ProfileSource,
  entered: Removal,
  errors: FieldErrors,
): Promise<void> {
  res.render('settings/profile-sources/remove', {
    title: `Remove ${source.name}?`,
    source,
    entered,
    errors,
    effects: await sourceEffects(deps, source.id),
    sessions: await countSessionsOfSource(deps.store.db, source.id, deps.now()),
  });
}
