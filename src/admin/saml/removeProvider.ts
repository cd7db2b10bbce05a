import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import type { FieldErrors } from '../../errors.ts';
import { getDomain } from '../../federation/domains.ts';
import { consequencesOf, getProvider, removeProvider } from '../../federation/providers.ts';
import { providerPath, providersPath } from '../../paths.ts';
import { confirmationOf } from '../../web/confirmation.ts';
import { leadTo } from '../../web/flash.ts';
import { field } from '../../web/form.ts';

const PATH = `${providerPath(':domain', ':provider')}/removal` as const;

type Ids = { domain: string; provider: string };

/** Removing an identity provider, after a confirmation. */
export function removeProviderRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (req, res) => show(deps, res, req.params, '', {}));
  router.post(PATH, (req, res) => remove(deps, req, res, req.params));
}

async function remove(deps: Deps, req: Request, res: Response, ids: Ids): Promise<void> {
  const { name } = await getProvider(deps.store.db, ids.provider);
  const typed = field(req, 'typed');
  const word = confirmationOf(name);
  if (typed.trim() !== word) return show(deps, res.status(422), ids, typed, { typed: `Type ${word} to confirm.` });
  await removeProvider(deps, ids.provider);
  await leadTo(res, providersPath(ids.domain), `${name} was removed.`);
}

async function show(deps: Deps, res: Response, ids: Ids, typed: string, errors: FieldErrors): Promise<void> {
  const domain = await getDomain(deps.store.db, ids.domain);
  const provider = await getProvider(deps.store.db, ids.provider);
  res.render('settings/saml/removeProvider', {
    title: `Remove ${provider.name}?`,
    provider,
    typed,
    word: confirmationOf(provider.name),
    errors,
    paths: { back: providerPath(domain.id, provider.id), list: providersPath(domain.id) },
    ...(await consequencesOf(deps, provider.id)),
  });
}
