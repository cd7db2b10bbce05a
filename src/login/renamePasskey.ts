import { recordDifference } from '../audit/record.ts';
import type { Deps } from '../deps.ts';
import { type Checked, invalid, NotFound } from '../errors.ts';
import { UNKNOWN_PERSON } from '../people/references.ts';
import { lockUser } from '../people/users.ts';
import { listPasskeys, writePasskeyName } from '../store/secondFactors.ts';

export const PASSKEY_GONE = 'This passkey was already removed.';

const LONGEST_NAME = 60;

/** Returns what was entered as the name of a passkey as it is stored: on one line, and not too long. */
export function passkeyNameIn(entered: string): string {
  return entered
    .replaceAll(/\p{Cc}/gu, ' ')
    .trim()
    .slice(0, LONGEST_NAME);
}

/** Renames a passkey of a person, records it, and returns the new name. Nobody is logged out. @throws NotFound */
export async function renamePasskey(deps: Deps, userId: string, id: string, entered: string): Promise<Checked<string>> {
  const name = passkeyNameIn(entered);
  if (name === '') return invalid({ name: 'Enter a name.' });
  return deps.store.db.transaction().execute(async (trx) => {
    const user = await lockUser(trx, userId);
    if (!user) throw new NotFound(UNKNOWN_PERSON);
    const passkey = (await listPasskeys(trx, userId)).find((one) => one.id === id);
    if (!passkey) throw new NotFound(PASSKEY_GONE);
    await writePasskeyName(trx, id, name);
    const target = { kind: 'person', id: userId, name: user.userName } as const;
    await recordDifference(trx, deps, 'second_factor.changed', target, { passkey: passkey.name }, { passkey: name });
    return { ok: true, value: name };
  });
}
