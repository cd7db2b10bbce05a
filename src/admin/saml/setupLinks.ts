import type { Request, Response, Router } from 'express';
import { counted } from '../../counted.ts';
import type { Deps } from '../../deps.ts';
import { checkedOf, type FieldErrors } from '../../errors.ts';
import { getDomain } from '../../federation/domains.ts';
import { guides } from '../../federation/guides/guides.ts';
import {
  createProviderSetup,
  DEFAULT_DAYS,
  type LinkInput,
  lifetimes,
  stateNames,
  stateOf,
} from '../../federation/providerSetups/links.ts';
import { domainPath, setupLinkPath, setupLinksPath } from '../../paths.ts';
import { listProviderSetups } from '../../store/providerSetups.ts';
import { field } from '../../web/form.ts';
import { authorOf } from '../../web/request.ts';

const PATH = setupLinksPath(':domain');

/** The provider setup links of a domain, and a new one. */
export function setupLinksRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (req, res) => show(deps, res, req.params.domain));
  router.post(PATH, (req, res) => create(deps, req, res, req.params.domain));
}

type Page = { entered?: LinkInput; errors?: FieldErrors; link?: string };

async function show(deps: Deps, res: Response, domainId: string, { entered, errors = {}, link }: Page = {}) {
  const domain = await getDomain(deps.store.db, domainId);
  const setups = await listProviderSetups(deps.store.db, domain.id);
  res.render('settings/saml/setupLinks', {
    title: 'Provider setup links',
    domain,
    host: new URL(domain.url).host,
    setups: setups.map((setup) => ({ ...setup, state: stateOf(setup, deps.now()) })),
    stateNames,
    entered: entered ?? { note: '', days: String(DEFAULT_DAYS), guide: '' },
    days: lifetimes.map((days) => [String(days), counted(days, 'day')]),
    products: [['', 'The visitor selects it'], ...guides.map(({ id, name }) => [id, name])],
    errors,
    link,
    paths: {
      here: setupLinksPath(domain.id),
      back: domainPath(domain.id),
      show: (id: string) => setupLinkPath(domain.id, id),
    },
  });
}

/** Shows the new link once, in response to the form. */
async function create(deps: Deps, req: Request, res: Response, domainId: string): Promise<void> {
  const domain = await getDomain(deps.store.db, domainId);
  const entered = { note: field(req, 'note'), days: field(req, 'days'), guide: field(req, 'guide') };
  const created = await checkedOf(createProviderSetup(deps, domain, entered, authorOf(req)));
  if (!created.ok) return show(deps, res.status(422), domain.id, { entered, errors: created.errors });
  await show(deps, res, domain.id, { link: created.value.link });
}
