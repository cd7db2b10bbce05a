import type { Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { getDomain } from '../../federation/domains.ts';
import { MAX_VERSIONS, versionOrigins, versionsOf } from '../../federation/metadataVersions.ts';
import { getProvider } from '../../federation/providers.ts';
import { providerPath, providersPath, versionsPath } from '../../paths.ts';

const PATH = versionsPath(':domain', ':provider');

/** The versions of a provider's metadata. */
export function versionsRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (req, res) => show(deps, res, req.params));
}

async function show(deps: Deps, res: Response, ids: { domain: string; provider: string }): Promise<void> {
  const domain = await getDomain(deps.store.db, ids.domain);
  const provider = await getProvider(deps.store.db, ids.provider);
  res.render('settings/saml/versions', {
    title: 'Versions of the metadata',
    provider,
    versions: await versionsOf(deps, provider),
    origins: versionOrigins,
    most: MAX_VERSIONS,
    now: deps.now(),
    paths: {
      here: versionsPath(domain.id, provider.id),
      back: providerPath(domain.id, provider.id),
      list: providersPath(domain.id),
    },
  });
}
