import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { getDomain } from '../../federation/domains.ts';
import { previewMetadata } from '../../federation/importMetadata.ts';
import { getCollection, searchEntities } from '../../federation/metadataCollections.ts';
import { collectionPath, importPath, providersPath } from '../../paths.ts';
import { field } from '../../web/form.ts';
import { queryText } from '../../web/query.ts';

const PATH = collectionPath(':domain', ':collection');
const MOST_SHOWN = 50;

type Ids = { domain: string; collection: string };

/** A collection of metadata, such as that of a federation: a search, and Select, which leads to the preview of an import. */
export function collectionRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (req, res) => show(deps, req, res, req.params));
  router.post(PATH, (req, res) => select(deps, req, res, req.params));
}

async function show(deps: Deps, req: Request, res: Response, ids: Ids, error?: string): Promise<void> {
  const domain = await getDomain(deps.store.db, ids.domain);
  const { id, source, signers, entities } = await getCollection(deps, ids.collection);
  const search = queryText(req, 'q');
  res.render('settings/saml/collection', {
    title: 'Select an identity provider',
    url: 'url' in source ? source.url : undefined,
    signers,
    all: entities.length,
    search,
    ...searchEntities(entities, search, MOST_SHOWN),
    error,
    paths: { here: collectionPath(domain.id, id), back: providersPath(domain.id) },
  });
}

async function select(deps: Deps, req: Request, res: Response, ids: Ids): Promise<void> {
  const domain = await getDomain(deps.store.db, ids.domain);
  const { source, signers } = await getCollection(deps, ids.collection);
  const preview = await previewMetadata(deps, source, undefined, { signers, entityId: field(req, 'entityId') });
  if (preview.ok) return res.redirect(303, importPath(domain.id, preview.value.id));
  await show(deps, req, res.status(422), ids, Object.values(preview.errors)[0]);
}
