import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { type Checked, Conflict, invalid } from '../errors.ts';
import { findUser, findUserByUserName, type User } from '../store/users.ts';
import { hashPassword, passwordFault } from './password.ts';
import { nobody, type PersonInput, personInputOf, readPersonInput } from './personInput.ts';
import { getUserIn, insertPerson, isLastPowerUser, LAST_POWER_USER, TAKEN, writePerson } from './users.ts';

/** Adds a person with all attributes, and a local password where one is given. */
export async function addPerson(deps: Deps, input: PersonInput, password: string): Promise<Checked<User>> {
  const fault = password === '' ? undefined : passwordFault(password);
  const read = readPersonInput(input, nobody);
  if (!read.ok || fault) return invalid({ ...(read.ok ? {} : read.errors), ...(fault ? { password: fault } : {}) });
  const passwordHash = password === '' ? null : await hashPassword(password, deps.randomBytes);
  return deps.store.db.transaction().execute(async (trx) => {
    if (await findUserByUserName(trx, read.value.userName)) return invalid({ userName: TAKEN });
    if (await hasNoSuchManager(trx, input.managerId)) return invalid({ manager: NO_MANAGER });
    return { ok: true, value: await insertPerson(trx, deps, read.value, { sourceId: null, passwordHash }) };
  });
}

/**
 * Changes all that is known of a person, as far as it is managed here: of a person of a profile source only what they may do, and
 * whether they are found.
 * @throws NotFound, Conflict when somebody else changed the person since `readVersion`
 */
export async function changePerson(
  deps: Deps,
  id: string,
  readVersion: number,
  input: PersonInput,
): Promise<Checked<User>> {
  return deps.store.db.transaction().execute(async (trx) => {
    const user = await getUserIn(trx, id);
    if (user.version !== readVersion) throw new Conflict(STALE);
    const read = readPersonInput(user.sourceId === null ? input : onlyOurs(user, input), user);
    if (!read.ok) return read;
    const { userName, userType } = read.value;
    const namesake = await findUserByUserName(trx, userName);
    if (namesake && namesake.id !== id) return invalid({ userName: TAKEN });
    if (userType !== 'Power User' && (await isLastPowerUser(trx, user))) return invalid({ userType: LAST_POWER_USER });
    const manager = read.value.profile.enterprise?.manager?.value;
    if (manager === id) return invalid({ manager: 'Nobody is their own manager.' });
    if (manager !== user.profile.enterprise?.manager?.value && (await hasNoSuchManager(trx, manager)))
      return invalid({ manager: NO_MANAGER });
    const changed = await writePerson(trx, deps, user, read.value);
    if (!changed) throw new Conflict(STALE);
    return { ok: true, value: changed };
  });
}

const STALE = 'Somebody else changed this person while you were editing. Open the page again and repeat your change.';
const NO_MANAGER = 'This person is not in the People Directory.';

/** What may be changed here of somebody whom a profile source manages. */
function onlyOurs(user: User, input: PersonInput): PersonInput {
  const stored = personInputOf(user);
  return {
    ...stored,
    texts: { ...stored.texts, userType: input.texts.userType },
    omitFromSearch: input.omitFromSearch,
  };
}

async function hasNoSuchManager(db: Db, id: string | undefined): Promise<boolean> {
  return id !== undefined && id !== '' && (await findUser(db, id)) === undefined;
}
