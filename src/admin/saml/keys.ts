import type { Request, Response, Router } from 'express';
import { counted } from '../../counted.ts';
import type { Deps } from '../../deps.ts';
import { NotFound } from '../../errors.ts';
import { describeCertificate } from '../../federation/certificate.ts';
import { cancelNextKey, createNextKey, switchBack } from '../../federation/domainKeys.ts';
import { getDomain } from '../../federation/domains.ts';
import { findRollover, markGiven, missingIn, type Rollover } from '../../federation/keyRollover.ts';
import { domainPath, keysPath } from '../../paths.ts';
import type { Domain, DomainKey } from '../../store/domains.ts';
import { leadAfter, leadTo } from '../../web/flash.ts';
import { field, ticked } from '../../web/form.ts';

const PATH = keysPath(':domain');

/** The keys of a domain: which one signs, the next or old one, and which providers know them. The steps that affect no login have one button. */
export function keysRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (req, res) => show(deps, res, req.params.domain));
  router.get(`${PATH}/:key/certificate` as const, (req, res) => sendCertificate(deps, res, req.params));
  router.post(`${PATH}/next` as const, (req, res) =>
    step(
      deps,
      req,
      res,
      (domain) => createNextKey(deps, domain),
      'The next key is published. Wait until the providers have it.',
    ),
  );
  router.post(`${PATH}/cancellation` as const, (req, res) =>
    step(deps, req, res, (domain) => cancelNextKey(deps, domain), 'The next key is no longer published.'),
  );
  router.post(`${PATH}/return` as const, (req, res) =>
    step(deps, req, res, (domain) => switchBack(deps, domain), 'The old key signs again.'),
  );
  router.post(`${PATH}/deliveries` as const, (req, res) => mark(deps, req, res, req.params.domain));
}

/** Runs a step, and leads back to the keys with its result. */
export async function step(
  deps: Deps,
  req: Request,
  res: Response,
  work: (domain: Domain) => Promise<void>,
  done: string,
): Promise<void> {
  const domain = await getDomain(deps.store.db, String(req.params.domain));
  await leadAfter(
    res,
    keysPath(domain.id),
    work(domain).then(() => done),
  );
}

async function show(deps: Deps, res: Response, id: string): Promise<void> {
  const domain = await getDomain(deps.store.db, id);
  const rollover = await findRollover(deps, domain.id);
  if (!rollover) return res.redirect(303, domainPath(domain.id));
  const { host } = new URL(domain.url);
  res.render('settings/saml/keys', {
    title: 'Keys',
    host,
    rollover,
    missing: missingIn(rollover),
    keys: [rollover.current, ...(rollover.second ? [rollover.second] : [])].map(shownKey),
    steps: stepsOf(rollover),
    now: deps.now(),
    metadataOf: (providerId: string) => `${domain.url}/saml/metadata/${providerId}`,
    paths: { here: keysPath(domain.id), back: domainPath(domain.id), metadata: `${domain.url}/saml/metadata` },
  });
}

const roleTexts = {
  current: 'Signs login requests, and decrypts',
  next: 'Published, decrypts, and signs after the switch',
  old: 'Published, and decrypts',
  cancelled: 'Not published, but decrypts until it is retired',
};

function shownKey({ id, role, roleSince, certificate }: DomainKey) {
  return { id, role, text: roleTexts[role], since: roleSince, certificate: describeCertificate(certificate) };
}

/** The steps of a rollover. */
function stepsOf(rollover: Rollover): { title: string; text: string; done: boolean }[] {
  const { step: at, deliveries } = rollover;
  const [all, known] = [deliveries.length, deliveries.length - missingIn(rollover).length];
  const hasNext = at === 'published' || at === 'switched';
  return [
    {
      title: 'Create the next key',
      text: 'It is published in the metadata at once, and decrypts. The current key still signs.',
      done: hasNext,
    },
    {
      title: 'Wait until the providers have it',
      text: hasNext
        ? `${known} of ${counted(all, 'provider has', 'providers have')} it.`
        : 'They fetch the metadata, or you give it to them.',
      done: hasNext && known === all,
    },
    { title: 'Switch', text: 'The next key signs from then on. You can switch back.', done: at === 'switched' },
    { title: 'Retire the old key', text: 'It is deleted, and decrypts nothing any more.', done: false },
  ];
}

async function mark(deps: Deps, req: Request, res: Response, domainId: string): Promise<void> {
  const given = ticked(req, 'given');
  const domain = await getDomain(deps.store.db, domainId);
  const { name } = await markGiven(deps, domain, field(req, 'provider'), given);
  await leadTo(
    res,
    keysPath(domain.id),
    given ? `${name} is marked as given by hand.` : `${name} is no longer marked.`,
  );
}

async function sendCertificate(deps: Deps, res: Response, ids: { domain: string; key: string }): Promise<void> {
  const domain = await getDomain(deps.store.db, ids.domain);
  const rollover = await findRollover(deps, domain.id);
  const key = [rollover?.current, rollover?.second].find((one) => one?.id === ids.key);
  if (!key) throw new NotFound('There is no such key.');
  res
    .attachment(`${new URL(domain.url).hostname}-${key.role}.pem`)
    .type('application/x-pem-file')
    .send(key.certificate);
}
