import { counted } from '../counted.ts';
import type { Db } from '../db/open.ts';
import type { AuthenticatorAppRow, PasskeyRow } from '../db/schema.ts';
import type { Deps } from '../deps.ts';
import { NotFound } from '../errors.ts';
import { readIntranetSettings } from '../people/intranetSettings.ts';
import { publishSecondFactors } from '../people/recordPerson.ts';
import { UNKNOWN_PERSON } from '../people/references.ts';
import { lockUser } from '../people/users.ts';
import {
  countRecoveryCodes,
  deleteAuthenticatorApp,
  deletePasskey,
  deleteSecondFactors,
  findAuthenticatorApp,
  hasSecondFactor,
  listPasskeys,
  replaceRecoveryCodes,
} from '../store/secondFactors.ts';
import { deleteSecondStepsOf } from '../store/secondSteps.ts';
import { deleteAllSessions } from '../store/sessions.ts';
import type { User } from '../store/users.ts';
import { requireSameCredentials } from './credentials.ts';
import { recordSecondFactors } from './recordSecondFactors.ts';

/** What a person has beside their password, and how many recovery codes are left. */
export type SecondFactors = { app: AuthenticatorAppRow | undefined; passkeys: PasskeyRow[]; recoveryCodes: number };

/** Returns a person's second factors. */
export async function findSecondFactors(db: Db, userId: string): Promise<SecondFactors> {
  return {
    app: await findAuthenticatorApp(db, userId),
    passkeys: await listPasskeys(db, userId),
    recoveryCodes: await countRecoveryCodes(db, userId),
  };
}

/** Returns whether there is an authenticator app or a passkey: recovery codes alone are none. */
export function isProtected({ app, passkeys }: SecondFactors): boolean {
  return app !== undefined || passkeys.length > 0;
}

/** Returns a person's second factors in words: 'authenticator app and 2 passkeys', or 'none'. */
export function secondFactorsText({ app, passkeys }: SecondFactors): string {
  const count = passkeys.length;
  const parts = [...(app ? ['authenticator app'] : []), ...(count > 0 ? [counted(count, 'passkey')] : [])];
  return parts.join(' and ') || 'none';
}

/** Removes all second factors of a person, ends their sessions, and reports it. @throws NotFound */
export async function resetSecondFactors(deps: Deps, userId: string): Promise<User> {
  return changeSecondFactors(deps, userId, undefined, async (trx, user) => {
    await deleteSecondFactors(trx, userId);
    return user;
  });
}

/**
 * Removes a person's authenticator app ('app') or a passkey (its ID), and ends their sessions. With the last one, the recovery codes go too.
 * @param mark see changeSecondFactors
 * @throws NotFound, Conflict
 */
export async function removeSecondFactor(
  deps: Deps,
  userId: string,
  id: string,
  mark: string | undefined,
): Promise<void> {
  await changeSecondFactors(deps, userId, mark, async (trx) => {
    const removed = id === 'app' ? await deleteAuthenticatorApp(trx, userId) : await deletePasskey(trx, userId, id);
    if (!removed) throw new NotFound('This second factor was already removed.');
    if (!(await hasSecondFactor(trx, userId))) await replaceRecoveryCodes(trx, userId, []);
  });
}

/**
 * Changes a person's second factors in a transaction. As with a new password, all of their sessions end, and logins that wait start again.
 * @param mark of the credentials that the person who asks logged in with; undefined: it is another person, or a login of a provider
 * @throws NotFound, Conflict if the credentials have changed since
 */
export async function changeSecondFactors<T>(
  deps: Deps,
  userId: string,
  mark: string | undefined,
  change: (trx: Db, user: User) => Promise<T>,
): Promise<T> {
  return deps.store.db.transaction().execute(async (trx) => {
    const user = await lockUser(trx, userId);
    if (!user) throw new NotFound(UNKNOWN_PERSON);
    if (mark !== undefined) await requireSameCredentials(trx, userId, mark);
    const before = await findSecondFactors(trx, userId);
    const result = await change(trx, user);
    await deleteSecondStepsOf(trx, userId);
    const sessions = await deleteAllSessions(trx, { userIds: [userId] });
    const after = await findSecondFactors(trx, userId);
    await recordSecondFactors(trx, deps, user, { before, after, sessions });
    await publishSecondFactors(trx, deps, user);
    return result;
  });
}

/** Returns whether a person needs a second factor for local logins: a Power User, if the settings require one. */
export async function mustHaveSecondFactor({ store }: Deps, { userType }: User): Promise<boolean> {
  return userType === 'Power User' && (await readIntranetSettings(store.db)).secondFactor === 'required';
}

/**
 * Returns whether a person must set up a second factor before anything else, because they need one and have none. It is never a refusal, so
 * it cannot keep the last Power User out.
 */
export async function mustSetUpSecondFactor(deps: Deps, user: User): Promise<boolean> {
  return (await mustHaveSecondFactor(deps, user)) && !(await hasSecondFactor(deps.store.db, user.id));
}
