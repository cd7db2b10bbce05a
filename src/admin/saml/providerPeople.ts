import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import type { FieldErrors } from '../../errors.ts';
import { getDomain } from '../../federation/domains.ts';
import { changePeopleRules, noPeopleRules } from '../../federation/peopleRules.ts';
import { getProvider } from '../../federation/providers.ts';
import { withSentManager } from '../../federation/sentPerson.ts';
import { findLastSent, previewOf, warningsAbout } from '../../federation/sentPreview.ts';
import { providerPath, providersPath } from '../../paths.ts';
import { personSections } from '../../people/attribute.ts';
import { sentColumns } from '../../people/csv.ts';
import type { PeopleRules, ValueRule } from '../../store/peopleRules.ts';
import { leadTo } from '../../web/flash.ts';
import { field, ticked } from '../../web/form.ts';

const PATH = `${providerPath(':domain', ':provider')}/people` as const;
const NEW_LINES = 3;
const MOST_LINES = 70;

type Ids = { domain: string; provider: string };

/** Identity Providers > a provider > People: the people that it creates and updates at their logins. */
export function providerPeopleRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (req, res) => show(deps, res, req.params));
  router.post(PATH, (req, res) => save(deps, req, res, req.params));
}

async function save(deps: Deps, req: Request, res: Response, ids: Ids): Promise<void> {
  const entered = enteredIn(req);
  const saved = await changePeopleRules(deps, ids.provider, entered);
  if (!saved.ok) return show(deps, res.status(422), ids, { entered, errors: saved.errors });
  await leadTo(res, `${providerPath(ids.domain, ids.provider)}/people`, 'Saved.');
}

async function show(
  deps: Deps,
  res: Response,
  ids: Ids,
  page: { entered?: PeopleRules; errors?: FieldErrors } = {},
): Promise<void> {
  const domain = await getDomain(deps.store.db, ids.domain);
  const provider = await getProvider(deps.store.db, ids.provider);
  const { list } = deps.attributes;
  const rules = page.entered ?? provider.people ?? noPeopleRules;
  const last = await findLastSent(deps.store.db, provider.id);
  const sent = last && (await withSentManager(deps.store.db, rules, last));
  const empty = Array.from({ length: NEW_LINES }, () => ({ from: '', to: '' }));
  const columns = sentColumns(list);
  const targets = Object.entries(personSections).map(([id, title]) => [
    title,
    columns.filter(({ attribute }) => attribute.section === id).map(({ header, label }) => [header, label]),
  ]);
  res.render('settings/saml/providerPeople', {
    title: 'People',
    provider,
    rules: { ...rules, mapping: [...rules.mapping, ...empty] },
    targets,
    labels: Object.fromEntries(columns.map(({ header, label }) => [header, label])),
    errors: page.errors ?? {},
    warnings: page.errors ? [] : warningsAbout(provider, sent),
    preview: sent && !page.errors ? previewOf(provider, rules, sent, list) : undefined,
    paths: {
      list: providersPath(domain.id),
      provider: providerPath(domain.id, provider.id),
      here: `${providerPath(domain.id, provider.id)}/people`,
    },
  });
}

function enteredIn(req: Request): PeopleRules {
  const count = Math.min(Number(field(req, 'lines')) || 0, MOST_LINES);
  const lines = Array.from({ length: count }, (_, index) => ({
    from: field(req, `${index}.from`).trim(),
    to: field(req, `${index}.to`),
  }));
  return {
    create: ticked(req, 'create'),
    update: ticked(req, 'update'),
    userNameFrom: field(req, 'userNameFrom'),
    // The lines keep their places on the form only if the empty ones are left out before they are checked.
    mapping: lines.filter(({ from, to }) => from !== '' || to !== ''),
    required: ruleIn(req, 'required'),
    powerUser: ruleIn(req, 'powerUser'),
    groupsFrom: field(req, 'groupsFrom'),
  };
}

function ruleIn(req: Request, name: string): ValueRule {
  return { attribute: field(req, `${name}.attribute`), values: field(req, `${name}.values`).split(/\r?\n/) };
}
