import { type Request, type Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import { Conflict } from '../errors.ts';
import { getDomain, serviceProviderDetails, setAutoLogin } from '../federation/domains.ts';
import { listDomains } from '../store/domains.ts';
import { ticked } from '../web/form.ts';
import { identifierOnly } from '../web/query.ts';
import { flash } from '../web/render.ts';
import { findAttention } from './attention.ts';
import { domainProgress } from './domainProgress.ts';
import { ACTIVITY, domainPath, providersPath, SAML, securityTrail } from './samlPaths.ts';
import { signInBars } from './signInBars.ts';

/** Manage Security > Manage SAML Authentication: the domains, how far each is, and their Auto Login. */
export function samlAuthenticationRoutes(deps: Deps): Router {
  const router = Router();
  router.param('domain', identifierOnly);
  router.get(SAML, async (_req, res) => {
    const domains = await listDomains(deps.store.db);
    res.render('settings/saml/domains', {
      title: 'Manage SAML Authentication',
      trail: securityTrail,
      domains: await Promise.all(domains.map((domain) => domainProgress(deps, domain, res.locals.domain))),
      attention: await findAttention(deps),
      bars: await signInBars(deps),
      here: res.locals.domain,
      paths: { new: `${SAML}/domains/new`, activity: ACTIVITY, domain: domainPath, providers: providersPath },
      serviceProviderDetails,
    });
  });
  router.post(`${SAML}/domains/:domain/auto-login`, (req, res) => switchAutoLogin(deps, req, res, req.params.domain));
  return router;
}

async function switchAutoLogin(deps: Deps, req: Request, res: Response, id: string): Promise<void> {
  const on = ticked(req, 'autoLogin');
  const { url } = await getDomain(deps, id);
  const { host } = new URL(url);
  try {
    await setAutoLogin(deps, id, on);
    flash(req, on ? `Auto Login of ${host} is on.` : `Auto Login of ${host} is off. Visitors see the Log-In screen.`);
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    flash(req, error.message, 'danger');
  }
  res.redirect(303, `${SAML}#${id}`);
}
