import { type Request, type Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import { getDomain } from '../federation/domains.ts';
import { confirmImport, getPreview, proposedName } from '../federation/identityProviders.ts';
import { shortBinding } from '../federation/metadata/metadataEndpoints.ts';
import { changesOf } from '../federation/metadataChanges.ts';
import { identifierOnly } from '../web/query.ts';
import { flash } from '../web/render.ts';
import { providersPath, providersTrail } from './samlPaths.ts';

const PATH = `${providersPath(':domain')}/imports/:import` as const;

/** What was read of a provider's metadata, to be looked at before it is stored. */
export function metadataImportRoutes(deps: Deps): Router {
  const router = Router();
  for (const name of ['domain', 'import']) router.param(name, identifierOnly);
  router.get(PATH, (req, res) => show(deps, res, req.params.domain, req.params.import));
  router.post(PATH, (req, res) => store(deps, req, res, req.params.domain, req.params.import));
  return router;
}

async function show(deps: Deps, res: Response, domainId: string, importId: string): Promise<void> {
  const domain = await getDomain(deps, domainId);
  const preview = await getPreview(deps, importId);
  const { metadata, provider } = preview;
  res.render('settings/saml/import', {
    title: provider ? `Update ${provider.name}?` : 'Import this provider?',
    trail: providersTrail(domain.id),
    preview,
    metadata,
    provider,
    name: provider?.name ?? proposedName(metadata),
    changes: provider && changesOf(provider, metadata),
    shortBinding,
    now: deps.now(),
    paths: { here: `${providersPath(domain.id)}/imports/${preview.id}`, back: providersPath(domain.id) },
  });
}

async function store(deps: Deps, req: Request, res: Response, domainId: string, importId: string): Promise<void> {
  const domain = await getDomain(deps, domainId);
  const { provider: known } = await getPreview(deps, importId);
  const { name } = await confirmImport(deps, importId);
  flash(req, known ? `${name} was updated from its metadata.` : `${name} was imported. Next: Edit it.`);
  res.redirect(303, providersPath(domain.id));
}
