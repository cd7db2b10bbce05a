import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { allowsMethod } from '../people/users.ts';
import type { Domain } from '../store/domains.ts';
import { findUser, type User } from '../store/users.ts';
import { readCredentials } from './credentials.ts';
import { type Binding, checkAssertion, usePasskeyOnce } from './passkeys.ts';

/** What a login with a passkey alone asks for. */
export const anyPasskey = { userId: undefined, mustVerify: true };

/** How a login with a passkey alone ended. `detail` is for the log. */
export type PasskeyLogin =
  | { ok: true; user: User; mark: string } // of the credentials
  | {
      ok: false;
      reason:
        | 'passkey_unknown'
        | 'passkey_invalid'
        | 'passkey_copied'
        | 'local_login_forbidden'
        | 'person_deactivated'
        | 'person_not_intranet_user';
      user?: User | undefined;
      detail?: string;
    };

/**
 * Logs in with a passkey alone, which proves possession and, because the authenticator must verify the person, a PIN or biometrics as well
 * (docs/decisions/second-factors.md). It is a local login: the person must have a local password and be allowed to use it. In `finish`, the
 * login is recorded in the same transaction.
 */
export async function logInWithPasskey(
  deps: Deps,
  domain: Domain,
  binding: Binding,
  response: string,
  finish: (trx: Db, user: User) => Promise<void>,
): Promise<PasskeyLogin> {
  const { db } = deps.store;
  const assertion = await checkAssertion(deps, domain, binding, response, anyPasskey);
  const userId = assertion.ok ? assertion.passkey.userId : assertion.userId;
  const user = userId === undefined ? undefined : await findUser(db, userId);
  if (!assertion.ok) return { ok: false, reason: assertion.reason, user, detail: assertion.detail };
  if (!user) return { ok: false, reason: 'passkey_unknown' };
  const { passwordHash, mark } = await readCredentials(db, user.id);
  if (!allowsMethod(user, 'local') || passwordHash === undefined)
    return { ok: false, reason: 'local_login_forbidden', user };
  if (!user.active) return { ok: false, reason: 'person_deactivated', user };
  if (user.userType === 'Non Intranet User') return { ok: false, reason: 'person_not_intranet_user', user };
  const isFirst = await db.transaction().execute(async (trx) => {
    const used = await usePasskeyOnce(trx, deps, assertion);
    if (used) await finish(trx, user);
    return used;
  });
  return isFirst ? { ok: true, user, mark } : { ok: false, reason: 'passkey_copied', user };
}
