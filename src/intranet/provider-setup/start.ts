import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { SETUP_PATH, setupPath } from '../../federation/providerSetups/links.ts';
import { startVisit } from '../../federation/providerSetups/visit.ts';
import { field } from '../../web/form.ts';
import { clientOf } from '../../web/request.ts';
import { rememberVisitor, visitorOf } from '../../web/setupVisitor.ts';
import { showClosed } from './closed.ts';

/** The page of every provider setup link. The token is in the fragment, so that this page does not know it until Start is clicked. */
export function startRoutes(router: Router, deps: Deps): void {
  router.get(SETUP_PATH, (_req, res) => show(res));
  router.post(SETUP_PATH, (req, res) => start(deps, req, res));
}

async function start(deps: Deps, req: Request, res: Response): Promise<void> {
  const entered = field(req, 'link');
  if (entered.trim() === '') return show(res.status(422), 'Open the link from the message again, or paste it here.');
  const started = await startVisit(deps, res.locals.domain.id, entered, {
    from: clientOf(req).network,
    visitorOf: (id) => visitorOf(req, id),
  });
  if (typeof started === 'string') return showClosed(res, started);
  const { setup, visitor } = started;
  if (visitor) rememberVisitor(req, res, setup, visitor, deps.now());
  res.redirect(303, setupPath(setup.id));
}

function show(res: Response, error?: string): void {
  res.render('intranet/provider-setup/start', {
    title: 'Set up single sign-on',
    host: new URL(res.locals.domain.url).host,
    error,
    paths: { here: SETUP_PATH },
  });
}
