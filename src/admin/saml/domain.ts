import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import type { FieldErrors } from '../../errors.ts';
import { describeCertificate } from '../../federation/certificate.ts';
import { findSigningKey } from '../../federation/domainKeys.ts';
import { getDomain, saveOwnDetails, setUpDomain } from '../../federation/domains.ts';
import { guides } from '../../federation/guides/guides.ts';
import { findRollover, missingIn } from '../../federation/keyRollover.ts';
import { stateOf } from '../../federation/providerSetups/links.ts';
import { stateOfProvider } from '../../federation/providerState.ts';
import {
  changesOfDetails,
  type DetailsChange,
  type OwnDetails,
  serviceProviderDetails,
  withOwnDetails,
} from '../../federation/serviceProvider.ts';
import { isOpenHttp } from '../../network.ts';
import { domainPath, guidePath, keysPath, providersPath, SAML, setupLinksPath } from '../../paths.ts';
import { listProvidersAt } from '../../store/identityProviders.ts';
import { listProviderSetups } from '../../store/providerSetups.ts';
import { leadTo } from '../../web/flash.ts';
import { field, ticked } from '../../web/form.ts';

const PATH = domainPath(':domain');

/** Setup Domain and Edit domain: its Service Provider Details and certificate. */
export function domainRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (req, res) => show(deps, res, req.params.domain));
  router.post(PATH, (req, res) => save(deps, req, res, req.params.domain));
  router.get(`${PATH}/certificate` as const, (req, res) => sendCertificate(deps, res, req.params.domain));
}

type Page = { entered?: OwnDetails; errors?: FieldErrors; changes?: DetailsChange[] };

async function show(deps: Deps, res: Response, id: string, { entered, errors = {}, changes = [] }: Page = {}) {
  const domain = await getDomain(deps.store.db, id);
  const rollover = await findRollover(deps, domain.id);
  const used = await listProvidersAt(deps.store.db, domain.id);
  const providers = used.filter(
    ({ enabled, settings }) =>
      enabled && changes.some(({ label }) => label === 'ACS URL' || settings.spEntityId === ''),
  );
  res.render('settings/saml/domain', {
    title: domain.setUpAt === null ? 'Setup Domain' : 'Edit domain',
    domain,
    host: new URL(domain.url).host,
    details: serviceProviderDetails(domain),
    entered: entered ?? { entityId: domain.spEntityId ?? '', acsPath: domain.acsPath ?? '' },
    errors,
    changes,
    providers: providers.map(({ name }) => name),
    states: await Promise.all(
      used.map(async (provider) => ({ provider, state: await stateOfProvider(deps.store.db, domain, provider) })),
    ),
    certificate: rollover && describeCertificate(rollover.current.certificate),
    rollover: rollover && { ...rollover, missing: missingIn(rollover).length },
    openHttp: isOpenHttp(domain.url),
    guides,
    arrived: await countArrived(deps, domain.id),
    paths: {
      here: domainPath(domain.id),
      back: SAML,
      providers: providersPath(domain.id),
      guide: guidePath(domain.id),
      setupLinks: setupLinksPath(domain.id),
      keys: keysPath(domain.id),
    },
  });
}

/** Counts what arrived through provider setup links and waits for a decision. */
async function countArrived({ store, now }: Deps, domainId: string): Promise<number> {
  const setups = await listProviderSetups(store.db, domainId);
  return setups.filter((setup) => stateOf(setup, now()) === 'arrived').length;
}

/** Saves the details and, the first time, creates the key. What identity providers know already is shown first and must be confirmed. */
async function save(deps: Deps, req: Request, res: Response, id: string): Promise<void> {
  const before = await getDomain(deps.store.db, id);
  const entered = { entityId: field(req, 'ownEntityId'), acsPath: field(req, 'ownAcsPath') };
  const checked = withOwnDetails(before, entered);
  if (!checked.ok) return show(deps, res.status(422), id, { entered, errors: checked.errors });
  const changes = changesOfDetails(before, checked.value);
  if (before.setUpAt !== null && changes.length > 0 && !ticked(req, 'confirmed'))
    return show(deps, res, id, { entered, changes });
  await saveOwnDetails(deps, id, entered);
  await setUpDomain(deps, id);
  const { host } = new URL(before.url);
  await leadTo(
    res,
    `${SAML}#${id}`,
    `${host} ${before.setUpAt === null ? 'is set up' : 'was saved'}. ${nextStep(changes)}`,
  );
}

function nextStep(changes: DetailsChange[]): string {
  return changes.length === 0 ? 'Next: Identity Providers.' : 'Next: enter the new values at your identity provider.';
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
