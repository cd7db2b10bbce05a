import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { type Checked, type FieldErrors, invalid } from '../../errors.ts';
import { personSections } from '../../people/attribute.ts';
import { checkMapping } from '../../scim/mapping/checkMapping.ts';
import { findAttempt, type Outcome, tryOut } from '../../scim/mapping/tryOut.ts';
import { changeMapping, mappingOf } from '../../sources/ownership.ts';
import { getSource } from '../../sources/profileSources.ts';
import type { MappingRule, ProfileSource } from '../../store/profileSources.ts';
import { findScimLogEntry } from '../../store/scimLog.ts';
import { leadTo, savedText } from '../../web/flash.ts';
import { field } from '../../web/form.ts';
import { queryText } from '../../web/query.ts';
import { changesShown } from './logEntry.ts';

const PATH = '/settings/profile-sources/scim/:id/mapping';
const NEW_RULES = 3;
const MAX_RULES = 60;
const IGNORE = 'ignore';

/** Manage Profile Sources > SCIM > a source > Mapping: where what it sends goes, and a try-out that stores nothing. */
export function sourceMappingRoutes(router: Router, deps: Deps): void {
  router.get(PATH, async (req, res) => {
    const source = await getSource(deps, req.params.id);
    const entry = await findScimLogEntry(deps.store.db, queryText(req, 'request'));
    const attempt = entry?.body
      ? { request: `${entry.method} ${entry.path}`, text: entry.body }
      : { request: '', text: '' };
    show(deps, res, source, { rules: mappingOf(source), attempt });
  });
  router.post(PATH, async (req, res) => {
    const { source, rules, attempt } = await entered(deps, req, req.params.id);
    const checked = checkMapping(deps.attributes.list, source, rules);
    if (!checked.ok) return show(deps, res.status(422), source, { rules, attempt, errors: checked.errors });
    const saved = await changeMapping(deps, source.id, checked.value);
    await leadTo(
      res,
      `/settings/profile-sources/scim/${source.id}/mapping`,
      savedText(saved.mappingJson === source.mappingJson ? [] : ['mapping']),
    );
  });
  router.post(`${PATH}/try-out`, async (req, res) => {
    const { source, rules, attempt } = await entered(deps, req, req.params.id);
    const tried = await tryRules(deps, source, rules, attempt);
    if (!tried.ok) return show(deps, res.status(422), source, { rules, attempt, errors: tried.errors });
    show(deps, res, source, { rules, attempt, outcome: tried.value });
  });
}

/** `request` is its method and path, or the user name of the person that it changes; `text` its body. */
type Attempt = { request: string; text: string };
type Page = { rules: MappingRule[]; attempt: Attempt; errors?: FieldErrors; outcome?: Outcome };

async function entered(deps: Deps, req: Request, id: string): Promise<Page & { source: ProfileSource }> {
  const count = Math.min(Number(field(req, 'rules')) || 0, MAX_RULES);
  const rules = Array.from({ length: count }, (_, index) => {
    const to = field(req, `${index}.to`);
    return { from: field(req, `${index}.from`).trim(), to: to === IGNORE ? '' : to };
  }).filter(({ from, to }) => from !== '' || to !== '');
  const attempt = { request: field(req, 'request').trim(), text: field(req, 'text') };
  return { source: await getSource(deps, id), rules, attempt };
}

/** Tries out the rules as entered: they need not be saved. */
async function tryRules(
  deps: Deps,
  source: ProfileSource,
  entered: MappingRule[],
  attempt: Attempt,
): Promise<Checked<Outcome>> {
  const rules = checkMapping(deps.attributes.list, source, entered);
  if (!rules.ok) return rules;
  const found = await findAttempt(deps, attempt.request, attempt.text);
  if (!found.ok) return invalid(found.errors);
  return tryOut(deps, { ...source, mappingJson: JSON.stringify(rules.value) }, found.value);
}

function show(deps: Deps, res: Response, source: ProfileSource, { rules, attempt, errors = {}, outcome }: Page): void {
  const empty = Array.from({ length: NEW_RULES }, () => ({ from: '', to: '' }));
  const targets = Object.entries({ ...personSections, none: 'Only in SCIM' }).map(([id, title]) => [
    title,
    deps.attributes.list
      .filter(({ section, identity }) => section === id && !identity)
      .map(({ name, label }) => [name, label]),
  ]);
  res.render('settings/profile-sources/mapping', {
    title: `Mapping of ${source.name}`,
    source,
    rules: [...rules, ...empty],
    count: rules.length,
    targets,
    attempt,
    errors,
    outcome: outcome && { ...outcome, changes: changesShown(outcome.changes) },
  });
}
