import type { Router } from 'express';
import type { Deps } from '../../deps.ts';
import { getDomain, setEmailFirst } from '../../federation/domains.ts';
import { domainPath, providersPath } from '../../paths.ts';
import { leadTo } from '../../web/flash.ts';
import { field } from '../../web/form.ts';

/** How the Log-In screen of a domain finds the provider. */
export function loginScreenRoutes(router: Router, deps: Deps): void {
  router.post(`${domainPath(':domain')}/log-in-screen` as const, async (req, res) => {
    const domain = await getDomain(deps.store.db, req.params.domain);
    const isFirst = field(req, 'emailFirst') === 'on';
    await setEmailFirst(deps, domain.id, isFirst);
    await leadTo(
      res,
      providersPath(domain.id),
      `The Log-In screen ${isFirst ? 'asks for the e-mail address first' : 'shows the buttons of providers'}.`,
    );
  });
}
