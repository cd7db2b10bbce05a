import type { Deps } from '../deps.ts';
import { allowsMethod, mayLogIn } from '../people/users.ts';
import { findUserByUserName, findUsersByEmail, type User } from '../store/users.ts';
import { readCredentials } from './credentials.ts';
import { limitsFor, mayTry, undoFailure } from './limits.ts';
import { verifyPassword } from './passwords.ts';

export type LocalLogin =
  | { ok: true; user: User; needsSecondFactor: boolean; mark: string } // of the credentials
  | {
      ok: false;
      reason:
        | 'password_wrong'
        | 'too_many_failures'
        | 'local_login_forbidden'
        | 'person_deactivated'
        | 'person_not_intranet_user';
      user?: User;
    };

/**
 * Checks a user name (or e-mail address) and a password. A wrong name, a wrong password and a person whose Authentication Type is SAML look
 * the same and take the same time.
 * Failures are counted by name, by network, and by both. Above a limit, logins are blocked for 15 minutes. A right password still counts
 * as a failure while the second factor is missing (login/secondStep.ts).
 * @param address the client's IP address
 */
export async function logInLocally(deps: Deps, name: string, password: string, address: string): Promise<LocalLogin> {
  const limits = limitsFor(deps, name, address);
  if (!(await mayTry(deps, limits))) return { ok: false, reason: 'too_many_failures' };
  const user = await findPersonToLogIn(deps, name);
  const credentials = user && (await readCredentials(deps.store.db, user.id));
  const isRight = await verifyPassword(deps, password, credentials?.passwordHash);
  if (user && !allowsMethod(user, 'local')) return { ok: false, reason: 'local_login_forbidden', user };
  if (!isRight || !credentials || !user) return { ok: false, reason: 'password_wrong', ...(user ? { user } : {}) };
  const needsSecondFactor = mayLogIn(user) && credentials.hasSecondFactor;
  if (!needsSecondFactor) await undoFailure(deps, limits);
  if (!user.active) return { ok: false, reason: 'person_deactivated', user };
  if (user.userType === 'Non Intranet User') return { ok: false, reason: 'person_not_intranet_user', user };
  return { ok: true, user, needsSecondFactor, mark: credentials.mark };
}

/** Returns the person who logs in with a name: their user name, or else an e-mail address that only one person has. */
export async function findPersonToLogIn(deps: Deps, name: string): Promise<User | undefined> {
  const byName = await findUserByUserName(deps.store.db, name);
  if (byName) return byName;
  const byEmail = await findUsersByEmail(deps.store.db, name);
  return byEmail.length === 1 ? byEmail[0] : undefined;
}
