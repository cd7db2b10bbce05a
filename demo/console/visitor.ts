import type { Response } from 'express';
import type { Deps } from '../deps.ts';
import type { Visitor } from '../saml/answer.ts';
import { sessionOf } from '../web/session.ts';

/** The person who is logged in to the console with this browser. */
export function sessionVisitor(deps: Deps, res: Response): Visitor {
  return deps.signIns.find(deps.state, sessionOf(res).sessionIndex);
}
