import type { Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { SETUP_PATH, setupPath, stateOf } from '../../federation/providerSetups/links.ts';
import { mayChange } from '../../federation/providerSetups/visit.ts';
import { setupOf } from './visitor.ts';

/** The decision about what was sent; before that, the first step. */
export function statusRoutes(router: Router, deps: Deps): void {
  router.get(`${SETUP_PATH}/:setup`, (_req, res) => show(deps, res));
}

function show({ now }: Deps, res: Response): void {
  const setup = setupOf(res);
  const state = stateOf(setup, now());
  const paths = { metadata: setupPath(setup.id, 'metadata'), values: setupPath(setup.id, 'values') };
  if (state === 'started') res.redirect(303, paths.values);
  else
    res.render('intranet/provider-setup/status', {
      title: 'Set up single sign-on',
      host: new URL(res.locals.domain.url).host,
      setup,
      state,
      mayChange: mayChange(setup, now()),
      paths,
    });
}
