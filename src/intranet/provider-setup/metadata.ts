import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import type { FieldErrors } from '../../errors.ts';
import { findGuide, guides } from '../../federation/guides/guides.ts';
import { SETUP_PATH, setupPath } from '../../federation/providerSetups/links.ts';
import { propose, proposedMetadata } from '../../federation/providerSetups/visit.ts';
import { hasAbout, shortBinding } from '../../federation/providers.ts';
import { field, file } from '../../web/form.ts';
import { setupOf } from './visitor.ts';

export const METADATA_PATH = `${SETUP_PATH}/:setup/metadata`;

/** The second step: the metadata of the provider, by URL or as a file. It is a proposal, which changes nothing. */
export function metadataRoutes(router: Router, deps: Deps): void {
  router.get(METADATA_PATH, (_req, res) => show(deps, res));
  router.post(METADATA_PATH, (req, res) => read(deps, req, res));
}

async function read(deps: Deps, req: Request, res: Response): Promise<void> {
  const setup = setupOf(res);
  const entered = field(req, 'url');
  const bytes = file(req, 'file');
  if (field(req, 'way') === 'file') {
    const result = bytes && (await propose(deps, setup, { xml: bytes }));
    if (result?.ok) return res.redirect(303, setupPath(setup.id, 'metadata'));
    const error = result?.errors.xml ?? 'Select the metadata file that you downloaded from your provider.';
    return show(deps, res.status(422), entered, { file: error });
  }
  const result = entered.trim() === '' ? undefined : await propose(deps, setup, { url: entered });
  if (result?.ok) return res.redirect(303, setupPath(setup.id, 'metadata'));
  return show(deps, res.status(422), entered, {
    url: result?.errors.url ?? 'Paste the metadata URL of your provider.',
  });
}

function show({ now }: Deps, res: Response, entered?: string, errors: FieldErrors = {}): void {
  const setup = setupOf(res);
  res.render('intranet/provider-setup/metadata', {
    title: 'Provide the metadata of your provider',
    host: new URL(res.locals.domain.url).host,
    where: (findGuide(setup.guide) ?? guides.at(-1))?.metadata,
    url: entered ?? setup.metadataUrl ?? '',
    fetchedFrom: setup.metadataUrl,
    errors,
    metadata: proposedMetadata(setup, now()),
    hadMetadata: setup.metadataXml !== null,
    shortBinding,
    hasAbout,
    now: now(),
    paths: {
      here: setupPath(setup.id, 'metadata'),
      values: setupPath(setup.id, 'values'),
      next: setupPath(setup.id, 'test'),
    },
  });
}
