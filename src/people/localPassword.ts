import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { type Checked, invalid, NotFound } from '../errors.ts';
import { hashPassword, passwordFault } from '../login/passwords.ts';
import type { User } from '../store/users.ts';
import { personAttributes } from './attributes.ts';
import { refusalOf } from './lastPowerUser.ts';
import { UNKNOWN_PERSON } from './references.ts';
import { lockUser, writePerson } from './users.ts';
import { setValue } from './values.ts';

const mustChooseAttributes = personAttributes.filter(({ name }) => name === 'forcePasswordReset');

/** Whether a person must choose a new password after their next local login. */
export function mustChoosePassword({ profile }: Pick<User, 'profile'>): boolean {
  return profile.interact?.forcePasswordReset === true;
}

/**
 * Sets or removes (undefined) a person's local password. Both end their sessions. The last Power User keeps theirs.
 * @param mustChoose whether the person must choose a new one after the next local login; undefined: as before
 * @param allowed is called in the same transaction; what it throws is thrown
 * @throws NotFound
 */
export async function setPassword(
  deps: Deps,
  id: string,
  password: string | undefined,
  mustChoose?: boolean,
  allowed?: (trx: Db) => Promise<void>,
): Promise<Checked<void>> {
  const fault = password === undefined ? undefined : passwordFault(password);
  if (fault) return invalid({ password: fault });
  const passwordHash = password === undefined ? null : await hashPassword(deps, password);
  return deps.store.db.transaction().execute(async (trx) => {
    const user = await lockUser(trx, id);
    if (!user) throw new NotFound(UNKNOWN_PERSON);
    await allowed?.(trx);
    const changed = { ...user };
    if (mustChoose !== undefined)
      for (const attribute of mustChooseAttributes) setValue(changed, attribute, mustChoose || undefined);
    const { profile } = changed;
    const refused = await writePerson(trx, deps, user, { profile }, { passwordHash }).catch(refusalOf('password'));
    return refused && 'ok' in refused ? refused : { ok: true, value: undefined };
  });
}
