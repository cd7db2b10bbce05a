import type { Request, Response } from 'express';
import type { Deps } from '../../deps.ts';
import { AppError } from '../../errors.ts';
import type { User } from '../../store/users.ts';
import type { LoginFacts } from '../../web/request.ts';
import { endSession, startSession } from '../../web/session.ts';
import { isLoggedOut, type SessionAtProvider } from '../verify/loggedOut.ts';

/**
 * Starts the session of a login through a provider, unless a logout has ended it there since the assertion was checked: the logout may come
 * at the same moment, or while the person is asked whether to switch.
 * @throws AppError
 */
export async function startSamlSession(
  deps: Deps,
  req: Request,
  res: Response,
  user: User,
  { login, session }: { login: LoginFacts; session: SessionAtProvider },
): Promise<void> {
  await startSession(deps, req, res, user, login);
  if (!(await isLoggedOut(deps.store.db, deps.now(), session))) return;
  await endSession(req, res);
  throw new AppError(403, 'You were logged out at the identity provider in the meantime. Log in again.', {
    title: 'You are logged out',
    tryAgain: `/saml/login/${session.providerId}`,
  });
}
