import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { conflictOf } from '../../errors.ts';
import { getDomain, setAutoLogin } from '../../federation/domains.ts';
import { serviceProviderDetails } from '../../federation/serviceProvider.ts';
import { listDomains } from '../../store/domains.ts';
import { flash } from '../../web/flash.ts';
import { ticked } from '../../web/form.ts';
import { findAttention } from '../attention.ts';
import { loginBars } from '../bars.ts';
import { ACTIVITY, domainPath, providersPath, SAML } from './paths.ts';
import { domainProgress } from './progress.ts';

/** The domains with the progress of their setup, and Enable Auto Login. */
export function domainsRoutes(router: Router, deps: Deps): void {
  router.get(SAML, (_req, res) => show(deps, res));
  router.post(`${domainPath(':domain')}/auto-login` as const, (req, res) =>
    switchAutoLogin(deps, req, res, req.params.domain),
  );
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

async function switchAutoLogin(deps: Deps, req: Request, res: Response, id: string): Promise<void> {
  const on = ticked(req, 'autoLogin');
  const { host } = new URL((await getDomain(deps.store.db, id)).url);
  const conflict = await conflictOf(setAutoLogin(deps, id, on));
  if (conflict) await flash(req, conflict[''] ?? '', 'danger');
  else
    await flash(
      req,
      on ? `Auto Login is on for ${host}.` : `Auto Login is off for ${host}. Visitors see the Log-In screen.`,
    );
  res.redirect(303, `${SAML}#${id}`);
}
