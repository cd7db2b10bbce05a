import { changesBetween } from '../audit/changes.ts';
import { recordChange } from '../audit/record.ts';
import type { Deps } from '../deps.ts';
import { type Checked, Forbidden, invalid, NotFound } from '../errors.ts';
import { hashToken, newToken } from '../identifier.ts';
import { setPassword } from '../people/localPassword.ts';
import { personTarget } from '../people/recordPerson.ts';
import { allowsMethod, mayLogIn } from '../people/users.ts';
import { findPasswordLink, takePasswordLink, writePasswordLink } from '../store/passwordLinks.ts';
import { emailsOf, findUser, type User } from '../store/users.ts';
import { forgetFailuresOf } from './limits.ts';
import { newPasswordErrors } from './passwords.ts';

/** How long a link for a new password is valid. */
export const LINK_HOURS = 24;

const LINK_MS = LINK_HOURS * 3_600_000;

const USED = 'This link was already used, has expired, or was replaced by a newer one. Ask for a new one.';
const NO_LOCAL_LOGIN = 'This person cannot log in with a password.';

/** Returns why a person cannot use a link for a new password, or undefined. */
export function reasonAgainstLink(user: User): string | undefined {
  if (!user.active) return 'This person is deactivated. Activate them first.';
  if (!mayLogIn(user)) return 'This person is a Non Intranet User, and cannot log in.';
  return allowsMethod(user, 'local')
    ? undefined
    : 'The Authentication Type of this person is SAML. Change it first, so that they can log in with a password.';
}

/**
 * Creates the link with which a person chooses a new password, once. It replaces the one before; the password stays until it is used.
 * @param url the domain that it is for
 * @param mailed whether it is mailed. Anyone can ask for that, so it replaces only one that was mailed too
 * @throws Forbidden if the person could not log in with a password
 */
export async function createPasswordLink(deps: Deps, user: User, url: string, mailed = false): Promise<string> {
  const reason = reasonAgainstLink(user);
  if (reason !== undefined) throw new Forbidden(reason);
  const token = newToken(deps);
  const now = deps.now();
  const expiresAt = now + LINK_MS;
  const link = {
    userId: user.id,
    tokenHash: hashToken(token),
    createdAt: now,
    expiresAt,
    mailed: mailed ? 1 : 0,
  } as const;
  await deps.store.db.transaction().execute(async (trx) => {
    await writePasswordLink(trx, link);
    const changes = changesBetween(undefined, { expiresAt: new Date(expiresAt).toISOString(), mailed });
    await recordChange(trx, deps, 'password.link_created', personTarget(user), changes);
  });
  return `${url}/new-password/${token}`;
}

/** Returns the person that a link is for. @throws NotFound, Forbidden */
export async function getUserOfLink({ store, now }: Deps, token: string): Promise<User> {
  const link = await findPasswordLink(store.db, hashToken(token), now());
  const user = link && (await findUser(store.db, link.userId));
  if (!user) throw new NotFound(USED, { title: 'This link no longer works' });
  if (reasonAgainstLink(user) !== undefined) throw new Forbidden(NO_LOCAL_LOGIN);
  return user;
}

/**
 * Sets the password that a person chose with a link, uses the link up, and ends their sessions. Failed logins under their names are
 * forgotten: someone else's guesses must not keep them from using it.
 * @param address the client's IP address
 * @throws NotFound, Forbidden
 */
export async function choosePassword(
  deps: Deps,
  token: string,
  entered: { password: string; repeated: string },
  address: string,
): Promise<Checked<void>> {
  const user = await getUserOfLink(deps, token);
  const errors = newPasswordErrors(entered);
  if (Object.keys(errors).length > 0) return invalid(errors);
  const chosen = await setPassword(deps, user.id, entered.password, false, async (trx) => {
    if (!(await takePasswordLink(trx, hashToken(token))))
      throw new NotFound(USED, { title: 'This link no longer works' });
    await recordChange(trx, deps, 'password.link_used', personTarget(user));
  });
  if (chosen.ok) await forgetFailuresOf(deps, [user.userName, ...emailsOf(user)], address);
  return chosen;
}
