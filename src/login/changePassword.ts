import type { Deps } from '../deps.ts';
import { type Checked, invalid } from '../errors.ts';
import { localRefusalMessage } from '../federation/refusalMessages.ts';
import { setPassword } from '../people/localPassword.ts';
import { allowsMethod } from '../people/users.ts';
import { findPasswordHash, type User } from '../store/users.ts';
import { readCredentials, requireSameCredentials } from './credentials.ts';
import { limitsFor, mayTry, undoFailure } from './limits.ts';
import { newPasswordErrors, verifyPassword } from './passwords.ts';

/** What a person enters to change their local password. */
export type PasswordChange = { current: string; password: string; repeated: string };

/** Returns whether a person has a local password that they can log in with. */
export async function hasUsablePassword({ store }: Deps, user: User): Promise<boolean> {
  return allowsMethod(user, 'local') && (await findPasswordHash(store.db, user.id)) !== undefined;
}

/**
 * Changes the local password of a person who knows the current one, and ends all of their sessions. Wrong ones count like failed logins.
 * Errors are keyed by field.
 * @param address the client's IP address
 */
export async function changePassword(
  deps: Deps,
  user: User,
  entered: PasswordChange,
  address: string,
): Promise<Checked<void>> {
  const { mark } = await readCredentials(deps.store.db, user.id);
  const fault = await ownPasswordFault(deps, user, entered.current, address);
  const errors = { ...(fault === undefined ? {} : { current: fault }), ...newPasswordErrors(entered, entered.current) };
  if (Object.keys(errors).length > 0) return invalid(errors);
  return setPassword(deps, user.id, entered.password, false, (trx) => requireSameCredentials(trx, user.id, mark));
}

/** Returns what is wrong with the current password as its person entered it, or undefined. Wrong ones count like failed logins. */
export async function ownPasswordFault(
  deps: Deps,
  user: User,
  entered: string,
  address: string,
): Promise<string | undefined> {
  if (entered === '') return 'Enter your current password.'; // no attempt
  const limits = limitsFor(deps, user.userName, address);
  if (!(await mayTry(deps, limits))) return localRefusalMessage('too_many_failures');
  const isRight = await verifyPassword(deps, entered, await findPasswordHash(deps.store.db, user.id));
  if (!isRight) return 'This is not your current password.';
  await undoFailure(deps, limits);
  return undefined;
}
