import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { type Checked, NotFound } from '../errors.ts';
import { hashToken, newToken } from '../identifier.ts';
import type { PersonInput } from '../people/form.ts';
import { addPerson } from '../people/users.ts';
import { findSetting, takeSetting, writeSetting } from '../store/settings.ts';
import { countActiveUsers, type User } from '../store/users.ts';

const SETTING = 'setupLink';

/** Returns a new one-time setup link, or undefined if there is a Power User. Earlier links become invalid. */
export async function createSetupLink(deps: Deps): Promise<string | undefined> {
  const { db } = deps.store;
  if ((await countActiveUsers(db, 'Power User')) > 0) return undefined;
  const token = newToken(deps);
  await writeSetting(db, SETTING, hashToken(token));
  return `${deps.config.publicUrl}/setup/${token}`;
}

/** Returns whether people cannot log in yet, because the setup link waits to be used. */
export async function isWaitingForSetup({ store }: Deps): Promise<boolean> {
  return (await findSetting(store.db, SETTING)) !== undefined && (await countActiveUsers(store.db, 'Power User')) === 0;
}

/** Returns whether the token of a setup link is valid. */
export async function isSetupLink(deps: Deps, token: string): Promise<boolean> {
  return isOpen(deps.store.db, token);
}

/** Creates the first Power User with a password, and invalidates the link. @throws NotFound if the link is not valid */
export async function addFirstPowerUser(
  deps: Deps,
  token: string,
  input: PersonInput,
  password: string,
): Promise<Checked<User>> {
  const powerUser = { ...input, userType: 'Power User' };
  return addPerson(deps, powerUser, password, async (trx) => {
    const open = await isOpen(trx, token);
    // If two people use the link at the same time, only one succeeds.
    if (!open || !(await takeSetting(trx, SETTING, hashToken(token))))
      throw new NotFound('This setup link was already used.');
  });
}

async function isOpen(db: Db, token: string): Promise<boolean> {
  if ((await findSetting(db, SETTING)) !== hashToken(token)) return false;
  return (await countActiveUsers(db, 'Power User')) === 0;
}
