import type { Db } from '../db/open.ts';
import { Conflict } from '../errors.ts';
import { hashToken } from '../identifier.ts';
import { findCredentials } from '../store/secondFactors.ts';

/** What a person can log in with here, apart from identity providers. `mark` is another one after each change. */
export type Credentials = { passwordHash: string | undefined; hasSecondFactor: boolean; mark: string };

/**
 * Returns what a person can log in with. A login keeps the mark that it was proven with, and its session is valid only with the same one: a
 * login that is in progress while the password or the second factors change must not outlive the change.
 */
export async function readCredentials(db: Db, userId: string): Promise<Credentials> {
  const { passwordHash, appSealed, passkeys, newestPasskey } = await findCredentials(db, userId);
  return {
    passwordHash: passwordHash ?? undefined,
    hasSecondFactor: appSealed !== null || passkeys > 0,
    mark: hashToken(JSON.stringify([passwordHash, appSealed, passkeys, newestPasskey])),
  };
}

/**
 * Checks that the credentials of a person are still those with a mark, in the transaction that changes them and has locked the person: who
 * knows an old password must not take back a new one.
 * @throws Conflict
 */
export async function requireSameCredentials(db: Db, userId: string, mark: string): Promise<void> {
  if ((await readCredentials(db, userId)).mark !== mark)
    throw new Conflict('Your password or second factor was changed in the meantime. Log in again.');
}
