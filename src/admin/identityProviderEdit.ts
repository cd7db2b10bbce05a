import { type Request, type Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import type { FieldErrors } from '../errors.ts';
import { getDomain } from '../federation/domains.ts';
import {
  changeProvider,
  consequencesOf,
  getProvider,
  previewMetadata,
  setProviderEnabled,
  singleSignOnFor,
} from '../federation/identityProviders.ts';
import { shortBinding } from '../federation/metadata/metadataEndpoints.ts';
import { readProviderInput } from '../federation/providerInput.ts';
import { hasWorked } from '../store/signInActivity.ts';
import { field, ticked } from '../web/form.ts';
import { identifierOnly } from '../web/query.ts';
import { flash } from '../web/render.ts';
import { changedLabels, type Entered, enteredIn, enteredOf } from './identityProviderForm.ts';
import { domainPath, providerPath, providersPath, providersTrail } from './samlPaths.ts';

const PATH = providerPath(':domain', ':provider');

/** Edit identity provider: its settings, fetching its metadata again, and switching it on and off. */
export function identityProviderEditRoutes(deps: Deps): Router {
  const router = Router();
  for (const name of ['domain', 'provider']) router.param(name, identifierOnly);
  router.get(PATH, (req, res) => show(deps, res, req.params));
  router.post(PATH, (req, res) => save(deps, req, res, req.params));
  router.post(`${PATH}/metadata` as const, (req, res) => fetchAgain(deps, req, res, req.params));
  router.post(`${PATH}/activation` as const, async (req, res) => {
    const enabled = ticked(req, 'enabled');
    const { name, id } = await setProviderEnabled(deps, req.params.provider, enabled);
    flash(req, enabled ? `${name} is enabled.` : `${name} is disabled. Whoever came in through it is signed out.`);
    res.redirect(303, providerPath(req.params.domain, id));
  });
  return router;
}

type Ids = { domain: string; provider: string };

async function save(deps: Deps, req: Request, res: Response, ids: Ids): Promise<void> {
  const before = await getProvider(deps, ids.provider);
  const entered = enteredIn(req);
  const input = readProviderInput(entered);
  const saved = input.ok ? await changeProvider(deps, before.id, input.value) : input;
  if (!saved.ok) {
    res.status(422);
    return show(deps, res, ids, { entered, errors: saved.errors });
  }
  const changes = changedLabels(before, saved.value);
  const { name } = saved.value;
  flash(req, changes.length > 0 ? `${name} is saved: ${changes.join(', ')}.` : `${name} is as it was.`);
  res.redirect(303, providersPath(ids.domain));
}

/** Goes through the same preview as an import. Another entity's metadata is refused. */
async function fetchAgain(deps: Deps, req: Request, res: Response, ids: Ids): Promise<void> {
  const metadataUrl = field(req, 'metadataUrl');
  const preview =
    metadataUrl.trim() === '' ? undefined : await previewMetadata(deps, { url: metadataUrl }, ids.provider);
  if (preview?.ok) return res.redirect(303, `${providersPath(ids.domain)}/imports/${preview.value.id}`);
  const message = preview ? preview.errors.url : 'Paste the metadata URL of this provider.';
  res.status(422);
  await show(deps, res, ids, { metadataUrl, errors: { metadataUrl: message ?? '' } });
}

type EditPage = { entered?: Entered; metadataUrl?: string; errors?: FieldErrors };

async function show(deps: Deps, res: Response, ids: Ids, page: EditPage = {}): Promise<void> {
  const domain = await getDomain(deps, ids.domain);
  const provider = await getProvider(deps, ids.provider);
  const here = providerPath(domain.id, provider.id);
  res.render('settings/saml/provider', {
    title: provider.name,
    trail: providersTrail(domain.id),
    domain,
    host: new URL(domain.url).host,
    provider,
    entered: page.entered ?? enteredOf(provider),
    errors: page.errors ?? {},
    metadataUrl: page.metadataUrl ?? provider.metadataUrl ?? '',
    bindings: (['redirect', 'post'] as const).filter((binding) => singleSignOnFor(provider, binding)),
    isHere: domain.id === res.locals.domain.id,
    worked: await hasWorked(deps.store.db, domain.id, provider.id),
    consequences: await consequencesOf(deps, provider.id),
    shortBinding,
    now: deps.now(),
    paths: {
      here,
      elsewhere: `${domain.url}${here}`,
      back: providersPath(domain.id),
      defaultProvider: `${domainPath(domain.id)}/default-provider`,
    },
  });
}
