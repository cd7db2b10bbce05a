import type { Response } from 'express';
import type { Deps } from '../deps.ts';
import type { Visitor } from '../saml/respond.ts';
import { sessionOf } from '../web/session.ts';

/** Returns the person who is logged in to the User Console in this browser. */
export function sessionVisitor(deps: Deps, res: Response): Visitor {
  return deps.logins.find(deps.state, sessionOf(res).sessionIndex);
}
