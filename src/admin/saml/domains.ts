import type { Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { serviceProviderDetails } from '../../federation/serviceProvider.ts';
import { ACTIVITY, domainPath, providersPath, SAML } from '../../paths.ts';
import { listDomains } from '../../store/domains.ts';
import { findAttention } from '../attention.ts';
import { loginBars } from '../bars.ts';
import { domainProgress } from './progress.ts';

/** The domains with the progress of their setup, and Enable Auto Login. */
export function domainsRoutes(router: Router, deps: Deps): void {
  router.get(SAML, (_req, res) => show(deps, res));
}

async function show(deps: Deps, res: Response): Promise<void> {
  const domains = await listDomains(deps.store.db);
  res.render('settings/saml/domains', {
    title: 'Manage SAML Authentication',
    domains: await Promise.all(domains.map((domain) => domainProgress(deps, domain, res.locals.domain))),
    attention: await findAttention(deps, ['logins']),
    bars: await loginBars(deps),
    paths: { new: `${SAML}/domains/new`, activity: ACTIVITY, domain: domainPath, providers: providersPath },
    serviceProviderDetails,
  });
}
