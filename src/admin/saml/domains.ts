import { type Request, type Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { conflictOf, type FieldErrors } from '../../errors.ts';
import { describeCertificate } from '../../federation/certificate.ts';
import {
  addDomain,
  consequencesOfRemoval,
  findSigningKey,
  getDomain,
  removeDomain,
  serviceProviderDetails,
  setAutoLogin,
  setUpDomain,
} from '../../federation/domains.ts';
import { isOpenHttp } from '../../network.ts';
import { listDomains } from '../../store/domains.ts';
import { flash } from '../../web/flash.ts';
import { field, ticked } from '../../web/form.ts';
import { identifierOnly } from '../../web/query.ts';
import { findAttention } from '../attention.ts';
import { loginBars } from '../bars.ts';
import { ACTIVITY, domainPath, providersPath, SAML } from './paths.ts';
import { domainProgress } from './progress.ts';

const DOMAIN = domainPath(':domain');
const AT_IT = 'You are at this domain now. Open Application Settings at another domain to remove this one.';

/**
 * Manage Security > Manage SAML Authentication: the domains, how far each is, and their Auto Login; adding a domain, Setup Domain and Edit
 * domain, which are its Service Provider Details, and removing it.
 */
export function samlDomainsRoutes(deps: Deps): Router {
  const router = Router();
  router.param('domain', identifierOnly);
  router.get(SAML, async (_req, res) => {
    const domains = await listDomains(deps.store.db);
    res.render('settings/saml/domains', {
      title: 'Manage SAML Authentication',
      domains: await Promise.all(domains.map((domain) => domainProgress(deps, domain, res.locals.domain))),
      attention: await findAttention(deps),
      bars: await loginBars(deps),
      here: res.locals.domain,
      paths: { new: `${SAML}/domains/new`, activity: ACTIVITY, domain: domainPath, providers: providersPath },
      serviceProviderDetails,
    });
  });
  router.post(`${DOMAIN}/auto-login`, (req, res) => switchAutoLogin(deps, req, res, req.params.domain));
  router.get(`${SAML}/domains/new`, (_req, res) => showNew(res, '', {}));
  router.post(`${SAML}/domains/new`, (req, res) => add(deps, req, res));
  router.get(DOMAIN, (req, res) => showDetails(deps, res, req.params.domain));
  router.post(DOMAIN, async (req, res) => {
    const before = await getDomain(deps, req.params.domain);
    const domain = await setUpDomain(deps, before.id);
    const { host } = new URL(domain.url);
    const done =
      before.setUpAt === null ? `${host} is set up: it has its key and certificate now.` : `${host} is saved.`;
    await flash(req, `${done} Next: Identity Providers.`);
    res.redirect(303, `${SAML}#${domain.id}`);
  });
  router.get(`${DOMAIN}/certificate`, async (req, res) => {
    const domain = await getDomain(deps, req.params.domain);
    const key = await findSigningKey(deps, domain.id);
    if (!key) return res.redirect(303, domainPath(domain.id));
    res
      .attachment(`${new URL(domain.url).hostname}.pem`)
      .type('application/x-pem-file')
      .send(key.certificate);
  });
  router.get(`${DOMAIN}/removal`, (req, res) => askToRemove(deps, res, req.params.domain, '', {}));
  router.post(`${DOMAIN}/removal`, async (req, res) => {
    const typed = field(req, 'typed').trim();
    const errors = await remove(deps, req, res, req.params.domain, typed);
    if (!errors) return res.redirect(303, SAML);
    await askToRemove(deps, res.status(422), req.params.domain, typed, errors);
  });
  return router;
}

async function switchAutoLogin(deps: Deps, req: Request, res: Response, id: string): Promise<void> {
  const on = ticked(req, 'autoLogin');
  const { host } = new URL((await getDomain(deps, id)).url);
  const conflict = await conflictOf(setAutoLogin(deps, id, on));
  if (conflict) await flash(req, conflict[''] ?? '', 'danger');
  else
    await flash(
      req,
      on ? `Auto Login of ${host} is on.` : `Auto Login of ${host} is off. Visitors see the Log-In screen.`,
    );
  res.redirect(303, `${SAML}#${id}`);
}

async function add(deps: Deps, req: Request, res: Response): Promise<void> {
  const entered = field(req, 'url');
  const added = await addDomain(deps, entered);
  if (!added.ok) return showNew(res.status(422), entered, added.errors);
  await flash(req, `${added.value.url} was added. Next: Setup Domain.`);
  res.redirect(303, `${SAML}#${added.value.id}`);
}

function showNew(res: Response, entered: string, errors: FieldErrors): void {
  res.render('settings/saml/newDomain', { title: 'Add a domain', entered, errors, back: SAML });
}

async function showDetails(deps: Deps, res: Response, id: string): Promise<void> {
  const domain = await getDomain(deps, id);
  const key = domain.setUpAt === null ? undefined : await findSigningKey(deps, domain.id);
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

async function remove(
  deps: Deps,
  req: Request,
  res: Response,
  id: string,
  typed: string,
): Promise<FieldErrors | undefined> {
  const { url } = await getDomain(deps, id);
  const { host } = new URL(url);
  if (id === res.locals.domain.id) return {};
  if (typed.toLowerCase() !== host) return { typed: `Type ${host} to confirm.` };
  const conflict = await conflictOf(removeDomain(deps, id));
  if (conflict) return conflict;
  await flash(req, `${host} was removed.`);
  return undefined;
}

/** Says in numbers what it touches, and wants the host typed. */
async function askToRemove(deps: Deps, res: Response, id: string, typed: string, errors: FieldErrors): Promise<void> {
  const domain = await getDomain(deps, id);
  const { host } = new URL(domain.url);
  const here = id === res.locals.domain.id;
  res.render('settings/saml/removeDomain', {
    title: `Remove ${host}?`,
    domain,
    host,
    typed,
    errors: here ? { ...errors, '': AT_IT } : errors,
    back: domainPath(id),
    ...(await consequencesOfRemoval(deps, id)),
  });
}
