import type { RequestHandler, Response } from 'express';
import type { Deps } from '../../deps.ts';
import { setupPath } from '../../federation/providerSetups/links.ts';
import { findVisit, mayChange } from '../../federation/providerSetups/visit.ts';
import type { ProviderSetup } from '../../store/providerSetups.ts';
import { visitorOf } from '../../web/setupVisitor.ts';
import { showClosed } from './closed.ts';

/** Requires that this browser started the link in the path (see setupOf). Otherwise a page says why not. */
export function requireVisit(deps: Deps): RequestHandler {
  return async (req, res, next) => {
    const id = String(req.params.setup);
    const visit = await findVisit(deps, res.locals.domain.id, id, visitorOf(req, id));
    if (typeof visit === 'string') return showClosed(res, visit);
    res.locals.setup = visit;
    next();
  };
}

/** Requires that the visitor may change what is proposed. After it was sent, their page shows the decision. */
export function requireChangeable({ now }: Deps): RequestHandler {
  return (_req, res, next) => {
    const setup = setupOf(res);
    if (mayChange(setup, now())) next();
    else res.redirect(303, setupPath(setup.id));
  };
}

/** Returns the link that requireVisit found. */
export function setupOf(res: Response): ProviderSetup {
  return res.locals.setup;
}
