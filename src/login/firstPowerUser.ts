import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { type Checked, NotFound } from '../errors.ts';
import { hashToken, newToken } from '../identifier.ts';
import type { PersonInput } from '../people/form.ts';
import { addPerson } from '../people/users.ts';
import { findSetting, takeSetting, writeSetting } from '../store/settings.ts';
import { countActiveUsers, type User } from '../store/users.ts';

const SETTING = 'setupLink';

/** While there is no Power User: a new one-time link to make the first one. The link of an earlier start ends. */
export async function makeSetupLink(deps: Deps): Promise<string | undefined> {
  const { db } = deps.store;
  if ((await countActiveUsers(db, 'Power User')) > 0) return undefined;
  const token = newToken(deps);
  await writeSetting(db, SETTING, hashToken(token));
  return `${deps.config.publicUrl}/setup/${token}`;
}

/** Whether a token is that of the set-up link, and there is still no Power User. */
export async function isSetupLink(deps: Deps, token: string): Promise<boolean> {
  return isOpen(deps.store.db, token);
}

/** Makes the first Power User, with a password, and ends the link. @throws NotFound where the link has ended */
export async function addFirstPowerUser(
  deps: Deps,
  token: string,
  input: PersonInput,
  password: string,
): Promise<Checked<User>> {
  const powerUser = { ...input, texts: { ...input.texts, userType: 'Power User' } };
  return addPerson(deps, powerUser, password, async (trx) => {
    const open = await isOpen(trx, token);
    // Of two who come with the link at once, one takes it.
    if (!open || !(await takeSetting(trx, SETTING, hashToken(token))))
      throw new NotFound('This set-up link was used already.');
  });
}

async function isOpen(db: Db, token: string): Promise<boolean> {
  if ((await findSetting(db, SETTING)) !== hashToken(token)) return false;
  return (await countActiveUsers(db, 'Power User')) === 0;
}
