import type { Request, Response } from 'express';
import type { Deps } from '../../deps.ts';
import { NotFound } from '../../errors.ts';
import { hasUsablePassword } from '../../login/changePassword.ts';
import type { Proof } from '../../login/proof.ts';
import { mustSetUpSecondFactor } from '../../login/secondFactors.ts';
import type { LoggedInUser } from '../../web/request.ts';
import { SECURITY_PAGE } from '../../web/requireLogin.ts';
import { returnPath } from '../../web/returnPath.ts';
import { continueSession } from '../../web/session.ts';

/** Returns the person who is logged in. @throws NotFound if they have no local password: second factors belong to it */
export async function getPasswordOwner(deps: Deps, req: Request): Promise<LoggedInUser> {
  const { user } = req;
  if (!user || !(await hasUsablePassword(deps, user)))
    throw new NotFound('Second factors protect local passwords, and you do not log in with one.', {
      title: 'No second factors',
    });
  return user;
}

/** Returns what the pages have in common: whether a second factor must be set up first, and the page to return to. */
export async function frameOf(deps: Deps, res: Response, user: LoggedInUser, wanted: unknown) {
  const isForced = user.login.method === 'local' && (await mustSetUpSecondFactor(deps, user));
  const returnTo = wanted ? returnPath(wanted, res.locals.domain.url) : '';
  return { isForced, returnTo, path: SECURITY_PAGE };
}

/** Starts a new session after the second factors of a person changed. A local login counts as proven in this way from then on. */
export async function continueProven(deps: Deps, req: Request, res: Response, user: LoggedInUser, proof: Proof) {
  await continueSession(deps, req, res, user, user.login.method === 'local' ? { proof } : {});
}
