import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { conflictOf } from '../../errors.ts';
import { getDomain } from '../../federation/domains.ts';
import { getVersion, rollBack, versionOrigins } from '../../federation/metadataVersions.ts';
import { getProvider } from '../../federation/providers.ts';
import { providerPath, providersPath, versionsPath } from '../../paths.ts';
import { leadTo } from '../../web/flash.ts';
import { authorOf } from '../../web/request.ts';

const PATH = `${versionsPath(':domain', ':provider')}/:version` as const;

type Ids = { domain: string; provider: string; version: string };

/** One version of a provider's metadata, compared with the one in use, and Roll back. */
export function versionRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (req, res) => show(deps, res, req.params));
  router.post(PATH, (req, res) => save(deps, req, res, req.params));
}

async function show(deps: Deps, res: Response, ids: Ids, error?: string): Promise<void> {
  const domain = await getDomain(deps.store.db, ids.domain);
  const provider = await getProvider(deps.store.db, ids.provider);
  const versions = versionsPath(domain.id, provider.id);
  res.render('settings/saml/version', {
    title: 'Roll back the metadata?',
    provider,
    ...(await getVersion(deps.store.db, provider, ids.version)),
    origins: versionOrigins,
    error,
    now: deps.now(),
    paths: {
      here: `${versions}/${ids.version}`,
      versions,
      back: providerPath(domain.id, provider.id),
      list: providersPath(domain.id),
    },
  });
}

async function save(deps: Deps, req: Request, res: Response, ids: Ids): Promise<void> {
  const author = authorOf(req);
  const errors = await conflictOf(rollBack(deps, ids.provider, ids.version, author));
  if (errors) return show(deps, res.status(409), ids, errors['']);
  const { name } = await getProvider(deps.store.db, ids.provider);
  await leadTo(res, providerPath(ids.domain, ids.provider), `The metadata of ${name} was rolled back.`);
}
