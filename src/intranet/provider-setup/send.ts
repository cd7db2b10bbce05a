import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import type { FieldErrors } from '../../errors.ts';
import { SETUP_PATH, setupPath } from '../../federation/providerSetups/links.ts';
import { findSetupTest } from '../../federation/providerSetups/testing.ts';
import { proposedMetadata, send } from '../../federation/providerSetups/visit.ts';
import { field } from '../../web/form.ts';
import { setupOf } from './visitor.ts';

const PATH = `${SETUP_PATH}/:setup/send`;

/** The last step: sending the proposal, with a message. */
export function sendRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (_req, res) => show(deps, res, setupOf(res).message));
  router.post(PATH, (req, res) => save(deps, req, res));
}

async function save(deps: Deps, req: Request, res: Response): Promise<void> {
  const setup = setupOf(res);
  const message = field(req, 'message');
  const test = await findSetupTest(deps, setup);
  const sent = await send(deps, setup, message, test?.activity.id ?? null);
  if (!sent.ok) return show(deps, res.status(422), message, sent.errors);
  res.redirect(303, setupPath(setup.id));
}

async function show(deps: Deps, res: Response, message: string, errors: FieldErrors = {}): Promise<void> {
  const setup = setupOf(res);
  const metadata = proposedMetadata(setup, deps.now());
  if (!metadata) return res.redirect(303, setupPath(setup.id, 'metadata'));
  res.render('intranet/provider-setup/send', {
    title: 'Send what you set up',
    host: new URL(res.locals.domain.url).host,
    metadata,
    test: await findSetupTest(deps, setup),
    message,
    errors,
    paths: { here: setupPath(setup.id, 'send'), test: setupPath(setup.id, 'test') },
  });
}
