import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { saveLogo } from '../../federation/logos.ts';
import { providerPath } from '../../paths.ts';
import { leadTo } from '../../web/flash.ts';
import { file, ticked } from '../../web/form.ts';
import { showProvider } from './provider.ts';

const PATH = `${providerPath(':domain', ':provider')}/logo` as const;

/** The picture of a provider's button on the Log-In screen. */
export function logoRoutes(router: Router, deps: Deps): void {
  router.post(PATH, (req, res) => save(deps, req, res, req.params));
}

async function save(deps: Deps, req: Request, res: Response, ids: { domain: string; provider: string }): Promise<void> {
  const picture = ticked(req, 'remove') ? undefined : file(req, 'logo');
  if (!picture && !ticked(req, 'remove')) return refuse({ logo: 'Choose a picture.' });
  const saved = await saveLogo(deps, ids.provider, picture);
  if (!saved.ok) return refuse(saved.errors);
  await leadTo(
    res,
    providerPath(ids.domain, ids.provider),
    picture ? 'The logo is on the Log-In screen now.' : 'The logo was removed.',
  );

  function refuse(errors: Record<string, string>): Promise<void> {
    return showProvider(deps, res.status(422), ids, { errors });
  }
}
