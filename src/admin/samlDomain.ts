import { type Request, type Response, Router } from 'express';
import type { Deps } from '../deps.ts';
import type { FieldErrors } from '../errors.ts';
import { describeCertificate } from '../federation/certificate.ts';
import { addDomain, findSigningKey, getDomain, serviceProviderDetails, setUpDomain } from '../federation/domains.ts';
import { isOpenHttp } from '../federation/metadata/addressPolicy.ts';
import { field } from '../web/form.ts';
import { identifierOnly } from '../web/query.ts';
import { flash } from '../web/render.ts';
import { domainPath, providersPath, SAML, samlTrail } from './samlPaths.ts';

/** Adding a domain; Setup Domain and Edit domain, which are its Service Provider Details. */
export function samlDomainRoutes(deps: Deps): Router {
  const router = Router();
  router.param('domain', identifierOnly);
  router.get(`${SAML}/domains/new`, (_req, res) => showNew(res, '', {}));
  router.post(`${SAML}/domains/new`, (req, res) => add(deps, req, res));
  router.get(domainPath(':domain'), (req, res) => showDetails(deps, res, req.params.domain));
  router.post(domainPath(':domain'), async (req, res) => {
    const before = await getDomain(deps, req.params.domain);
    const domain = await setUpDomain(deps, before.id);
    const { host } = new URL(domain.url);
    const done =
      before.setUpAt === null ? `${host} is set up: it has its key and certificate now.` : `${host} is saved.`;
    flash(req, `${done} Next: Identity Providers.`);
    res.redirect(303, `${SAML}#${domain.id}`);
  });
  router.get(`${domainPath(':domain')}/certificate` as const, async (req, res) => {
    const domain = await getDomain(deps, req.params.domain);
    const key = await findSigningKey(deps, domain.id);
    if (!key) return res.redirect(303, domainPath(domain.id));
    res
      .attachment(`${new URL(domain.url).hostname}.pem`)
      .type('application/x-pem-file')
      .send(key.certificate);
  });
  return router;
}

async function add(deps: Deps, req: Request, res: Response): Promise<void> {
  const entered = field(req, 'url');
  const added = await addDomain(deps, entered);
  if (!added.ok) {
    res.status(422);
    return showNew(res, entered, added.errors);
  }
  flash(req, `${added.value.url} was added. Next: Setup Domain.`);
  res.redirect(303, `${SAML}#${added.value.id}`);
}

function showNew(res: Response, entered: string, errors: FieldErrors): void {
  res.render('settings/saml/newDomain', { title: 'Add a domain', trail: samlTrail, entered, errors, back: SAML });
}

async function showDetails(deps: Deps, res: Response, id: string): Promise<void> {
  const domain = await getDomain(deps, id);
  const key = domain.setUpAt === null ? undefined : await findSigningKey(deps, domain.id);
  res.render('settings/saml/domain', {
    title: domain.setUpAt === null ? 'Setup Domain' : 'Edit domain',
    trail: samlTrail,
    domain,
    host: new URL(domain.url).host,
    details: serviceProviderDetails(domain),
    certificate: key && describeCertificate(key.certificate),
    openHttp: isOpenHttp(domain.url),
    paths: { here: domainPath(domain.id), back: SAML, providers: providersPath(domain.id) },
  });
}
