import type { Router } from 'express';
import type { Deps } from '../../deps.ts';
import { getDomain, pauseAutoLogin } from '../../federation/domains.ts';
import { autoLoginPath, SAML } from '../../paths.ts';
import { leadTo } from '../../web/flash.ts';

const PATH = autoLoginPath(':domain');

/** Needs attention > Pause Auto Login. It is resumed like it is enabled. */
export function pauseRoutes(router: Router, deps: Deps): void {
  router.post(`${PATH}/pause` as const, async (req, res) => {
    const { id, url } = await getDomain(deps.store.db, req.params.domain);
    await pauseAutoLogin(deps, id);
    const text = 'Visitors see the Log-In screen. Resume it below as soon as logins work again.';
    await leadTo(res, `${SAML}#${id}`, `Auto Login for ${new URL(url).host} is paused. ${text}`);
  });
}
