import { type Request, type Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import {
  changeSource,
  rotateToken,
  type ShownKey,
  type SourceInput,
  setSourceActive,
} from '../directory/profileSources.ts';
import { type Checked, type FieldErrors, invalid, NotFound } from '../errors.ts';
import { countManaged, findSource, listCalls, listSourceTokens, type ProfileSource } from '../store/profileSources.ts';
import { field, ticked } from '../web/form.ts';
import { identifierOnly } from '../web/query.ts';
import { flash } from '../web/render.ts';
import { barsOf, CHART, lastDays } from './profileSourcesChart.ts';
import { baseUrlOf, clientsOf } from './profileSourcesClients.ts';
import { nameTaken } from './profileSourcesName.ts';
import { lifetimes, momentOf, overlaps, tokenStateOf } from './profileSourcesTokens.ts';

const PATH = '/settings/profile-sources/scim/:id';
const CHART_DAYS = 14;
const DAY_MS = 86_400_000;

/** One SCIM source: its settings, its tokens, and what it does. */
export function profileSourcesEditRoutes(deps: Deps): Router {
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
  const days = lastDays(await listCalls(db, source.id, now - CHART_DAYS * DAY_MS), now, CHART_DAYS);
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
    days,
    bars: barsOf(days),
    chart: CHART,
    overlaps,
    lifetimes,
    baseUrl: baseUrlOf(res),
    clients: clientsOf(baseUrlOf(res)),
  });
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
  if (!saved.ok) {
    res.status(422);
    return showSource(deps, res, before, { entered, errors: saved.errors });
  }
  const changes = changedLabels(before, saved.value);
  flash(req, changes.length > 0 ? `Saved: ${changes.join(', ')}.` : 'Saved. Nothing was different.');
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

async function getSource({ store }: Deps, id: string): Promise<ProfileSource> {
  const source = await findSource(store.db, id);
  if (!source) throw new NotFound('There is no such profile source.');
  return source;
}
