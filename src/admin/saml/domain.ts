import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { describeCertificate } from '../../federation/certificate.ts';
import { findSigningKey, getDomain, serviceProviderDetails, setUpDomain } from '../../federation/domains.ts';
import { isOpenHttp } from '../../network.ts';
import { flash } from '../../web/flash.ts';
import { domainPath, providersPath, SAML } from './paths.ts';

const PATH = domainPath(':domain');

/** Setup Domain and Edit domain: its Service Provider Details and certificate. */
export function domainRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (req, res) => show(deps, res, req.params.domain));
  router.post(PATH, (req, res) => setUp(deps, req, res, req.params.domain));
  router.get(`${PATH}/certificate` as const, (req, res) => sendCertificate(deps, res, req.params.domain));
}

async function show(deps: Deps, res: Response, id: string): Promise<void> {
  const domain = await getDomain(deps.store.db, id);
  const key = await findSigningKey(deps, domain.id);
  res.render('settings/saml/domain', {
    title: domain.setUpAt === null ? 'Setup Domain' : 'Edit domain',
    domain,
    host: new URL(domain.url).host,
    details: serviceProviderDetails(domain),
    certificate: key && describeCertificate(key.certificate),
    openHttp: isOpenHttp(domain.url),
    paths: { here: domainPath(domain.id), back: SAML, providers: providersPath(domain.id) },
  });
}

async function setUp(deps: Deps, req: Request, res: Response, id: string): Promise<void> {
  const { setUpAt } = await getDomain(deps.store.db, id);
  const domain = await setUpDomain(deps, id);
  const { host } = new URL(domain.url);
  await flash(req, `${host} ${setUpAt === null ? 'is set up' : 'was saved'}. Next: Identity Providers.`);
  res.redirect(303, `${SAML}#${domain.id}`);
}

async function sendCertificate(deps: Deps, res: Response, id: string): Promise<void> {
  const domain = await getDomain(deps.store.db, id);
  const key = await findSigningKey(deps, domain.id);
  if (!key) return res.redirect(303, domainPath(domain.id));
  res
    .attachment(`${new URL(domain.url).hostname}.pem`)
    .type('application/x-pem-file')
    .send(key.certificate);
}
