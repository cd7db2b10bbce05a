import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { findSigningKey } from '../../federation/domainKeys.ts';
import { expectations, fillIn, findGuide, guides, setupValues } from '../../federation/guides/guides.ts';
import { SETUP_PATH, setupPath } from '../../federation/providerSetups/links.ts';
import { chooseGuide, mayChange } from '../../federation/providerSetups/visit.ts';
import { reasons } from '../../federation/reasons.ts';
import { field } from '../../web/form.ts';
import { setupOf } from './visitor.ts';

const PATH = `${SETUP_PATH}/:setup/values`;

/** The first step: what to enter at the provider. */
export function valuesRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (_req, res) => show(deps, res));
  router.post(PATH, (req, res) => choose(deps, req, res));
  router.get(`${SETUP_PATH}/:setup/certificate`, (_req, res) => sendCertificate(deps, res));
}

async function choose(deps: Deps, req: Request, res: Response): Promise<void> {
  await chooseGuide(deps, setupOf(res), field(req, 'guide'));
  res.redirect(303, setupPath(setupOf(res).id, 'values'));
}

function show({ now }: Deps, res: Response): void {
  const [setup, { domain }] = [setupOf(res), res.locals];
  const guide = findGuide(setup.guide);
  const values = setupValues(domain);
  res.render('intranet/provider-setup/values', {
    title: 'Enter the values at your provider',
    host: values.host,
    guides,
    guide,
    forms: guide && fillIn(guide, values),
    expectations,
    reasons,
    mayChange: mayChange(setup, now()),
    downloads: { certificate: setupPath(setup.id, 'certificate'), metadata: `${values.metadataUrl}?download` },
    paths: {
      values: setupPath(setup.id, 'values'),
      metadata: setupPath(setup.id, 'metadata'),
      status: setupPath(setup.id),
    },
  });
}

async function sendCertificate(deps: Deps, res: Response): Promise<void> {
  const { domain } = res.locals;
  const key = await findSigningKey(deps, domain.id);
  if (!key) return res.redirect(303, setupPath(setupOf(res).id, 'values'));
  res
    .attachment(`${new URL(domain.url).hostname}.pem`)
    .type('application/x-pem-file')
    .send(key.certificate);
}
