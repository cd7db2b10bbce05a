import { type Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import type { FieldErrors } from '../errors.ts';
import { getDomain } from '../federation/domains.ts';
import { consequencesOf, getProvider, removeProvider } from '../federation/identityProviders.ts';
import { field } from '../web/form.ts';
import { identifierOnly } from '../web/query.ts';
import { flash } from '../web/render.ts';
import { providerPath, providersPath, providersTrail } from './samlPaths.ts';

const PATH = `${providerPath(':domain', ':provider')}/removal` as const;

type Ids = { domain: string; provider: string };

/** Removing an identity provider: says in numbers what it breaks, and wants its name typed. */
export function identityProviderRemovalRoutes(deps: Deps): Router {
  const router = Router();
  for (const name of ['domain', 'provider']) router.param(name, identifierOnly);
  router.get(PATH, (req, res) => ask(deps, res, req.params, '', {}));
  router.post(PATH, async (req, res) => {
    const { name } = await getProvider(deps, req.params.provider);
    const typed = field(req, 'typed');
    if (typed.trim() !== name.trim()) {
      res.status(422);
      return ask(deps, res, req.params, typed, { typed: `Type ${name} to confirm.` });
    }
    await removeProvider(deps, req.params.provider);
    flash(req, `${name} was removed.`);
    res.redirect(303, providersPath(req.params.domain));
  });
  return router;
}

async function ask(deps: Deps, res: Response, ids: Ids, typed: string, errors: FieldErrors): Promise<void> {
  const domain = await getDomain(deps, ids.domain);
  const provider = await getProvider(deps, ids.provider);
  const here = providerPath(domain.id, provider.id);
  res.render('settings/saml/removeProvider', {
    title: `Remove ${provider.name}?`,
    trail: [...providersTrail(domain.id), { text: provider.name, href: here }],
    provider,
    typed,
    errors,
    back: here,
    ...(await consequencesOf(deps, provider.id)),
  });
}
