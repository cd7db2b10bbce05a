import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { type Checked, Conflict, invalid, NotFound } from '../errors.ts';
import { newId } from '../identifier.ts';
import { hashPassword, passwordFault } from '../login/passwords.ts';
import { deleteSessionsOfUser, deleteSessionsOfUsers } from '../store/sessions.ts';
import { writeSetting } from '../store/settings.ts';
import { countActiveUsers, findUser, findUserByUserName, findUsersById, type User } from '../store/users.ts';
import { deleteUser, insertUser, releaseUsers, updateUser, writePasswordHash } from '../store/writeUsers.ts';
import { nobody, type PersonInput, personInputOf, readPersonInput } from './personInput.ts';
import type { UserAttributes } from './userAttributes.ts';
import { attributesOf, type UserInput } from './userInput.ts';

export { lockUser, writeLastLogin } from '../store/writeUsers.ts';

const TAKEN = 'Somebody has this user name already.';
const STALE = 'Somebody else changed this person while you were editing. Open the page again and repeat your change.';
const NO_MANAGER = 'This person is not in the People Directory.';
export const LAST_POWER_USER = 'This is the last active Power User. Make somebody else a Power User first.';

/** The person with an ID. @throws NotFound */
export async function getUser({ store }: Deps, id: string): Promise<User> {
  return getUserIn(store.db, id);
}

/**
 * Adds a person, with a local password where one is given.
 * @param allowed is asked in the same transaction, when nothing else stands in the way; what it throws is thrown
 */
export async function addUser(
  deps: Deps,
  input: UserInput,
  password?: string,
  allowed?: (trx: Db) => Promise<void>,
): Promise<Checked<User>> {
  const fault = password === undefined ? undefined : passwordFault(password);
  if (fault) return invalid({ password: fault });
  const passwordHash = password === undefined ? null : await hashPassword(deps, password);
  const attributes = attributesOf(input);
  return deps.store.db.transaction().execute(async (trx) => {
    if (await findUserByUserName(trx, input.userName)) return invalid({ userName: TAKEN });
    await allowed?.(trx);
    return { ok: true, value: await insertPerson(trx, deps, attributes, { sourceId: null, passwordHash }) };
  });
}

/** Adds a person with all attributes, and a local password where one is given. */
export async function addPerson(deps: Deps, input: PersonInput, password: string): Promise<Checked<User>> {
  const fault = password === '' ? undefined : passwordFault(password);
  const read = readPersonInput(input, nobody);
  if (!read.ok || fault) return invalid({ ...(read.ok ? {} : read.errors), ...(fault ? { password: fault } : {}) });
  const passwordHash = password === '' ? null : await hashPassword(deps, password);
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

/**
 * Inserts a person within a transaction. Every way of adding people ends here.
 * @throws the engine's error where the user name is taken (see isUniqueViolation)
 */
export async function insertPerson(
  db: Db,
  deps: Pick<Deps, 'now' | 'randomBytes'>,
  attributes: UserAttributes,
  { sourceId, passwordHash }: { sourceId: string | null; passwordHash: string | null },
): Promise<User> {
  const user = newPerson(deps, attributes, sourceId);
  await insertUser(db, user, passwordHash);
  return user;
}

/** A person as a new row holds it. */
export function newPerson(
  deps: Pick<Deps, 'now' | 'randomBytes'>,
  attributes: UserAttributes,
  sourceId: string | null,
): User {
  const now = deps.now();
  const bookkeeping = { sourceId, version: 1, createdAt: now, modifiedAt: now, lastLoginAt: null };
  return { id: newId(deps), ...attributes, ...bookkeeping };
}

/**
 * Writes changes to a person within a transaction, where the version is still the one of `before`; undefined where somebody else was faster.
 * Every way of changing people ends here. Whoever may no longer sign in, and whoever gets a new password, loses their sessions with it.
 * @throws the engine's error where the user name is taken (see isUniqueViolation)
 */
export async function writePerson(
  db: Db,
  deps: Pick<Deps, 'now'>,
  before: User,
  changes: Partial<UserAttributes & Pick<User, 'sourceId'>>,
  passwordHash?: string | null,
): Promise<User | undefined> {
  const changed = { ...before, ...changes, version: before.version + 1, modifiedAt: deps.now() };
  if (!(await updateUser(db, changed, before.version))) return undefined;
  if (passwordHash !== undefined) await writePasswordHash(db, before.id, passwordHash);
  // Also of whom may sign in again: a sign-in that was under way may have written its session after the others were ended.
  const mayStay = mayLogIn(before) && mayLogIn(changed) && passwordHash === undefined;
  if (!mayStay) await deleteSessionsOfUser(db, before.id);
  return changed;
}

/** Whether a person may sign in at all. */
export function mayLogIn({ active, userType }: Pick<User, 'active' | 'userType'>): boolean {
  return active && userType !== 'Non Intranet User';
}

/**
 * Deactivates or activates a person. Deactivating ends the person's sessions in the same transaction; what is so already stays as it is.
 * @throws NotFound, Conflict when it would deactivate the last active Power User
 */
export async function setActive(deps: Deps, id: string, active: boolean): Promise<User> {
  return deps.store.db.transaction().execute(async (trx) => {
    const user = await getUserIn(trx, id);
    if (user.active === active) return user;
    if (!active && (await isLastPowerUser(trx, user))) throw new Conflict(LAST_POWER_USER);
    const changed = await writePerson(trx, deps, user, { active });
    if (!changed) throw new Conflict('Somebody else changed this person at the same moment. Try again.');
    return changed;
  });
}

/** Removes a person with all that belongs to them. @throws NotFound, Conflict for the last active Power User */
export async function removeUser(deps: Deps, id: string): Promise<User> {
  return deps.store.db.transaction().execute(async (trx) => {
    const user = await getUserIn(trx, id);
    if (await isLastPowerUser(trx, user)) throw new Conflict(LAST_POWER_USER);
    await deletePerson(trx, deps, id);
    return user;
  });
}

/** Deletes a person within a transaction, with everything that belongs to them. Every way to delete people ends here. */
export async function deletePerson(db: Db, deps: Pick<Deps, 'now'>, id: string): Promise<void> {
  await deleteUser(db, id, deps.now());
}

/**
 * Makes people of a profile source unmanaged within a transaction. With `deactivate` it also deactivates them and ends their
 * sessions, except for the last active Power User, who stays active.
 * @returns the IDs of those who should have been deactivated and stayed active
 */
export async function releaseFromSource(
  db: Db,
  deps: Pick<Deps, 'now'>,
  ids: string[],
  { deactivate }: { deactivate: boolean },
): Promise<string[]> {
  const kept = deactivate ? await lastPowerUserAmong(db, ids) : [];
  const others = ids.filter((id) => !kept.includes(id));
  await releaseUsers(db, others, deps.now(), deactivate);
  await releaseUsers(db, kept, deps.now(), false);
  if (deactivate) await deleteSessionsOfUsers(db, others);
  return kept;
}

/** Gives a person a local password, or takes it away (undefined). A new password ends the person's sessions. @throws NotFound */
export async function setPassword(deps: Deps, id: string, password: string | undefined): Promise<Checked<void>> {
  const fault = password === undefined ? undefined : passwordFault(password);
  if (fault) return invalid({ password: fault });
  const hash = password === undefined ? null : await hashPassword(deps, password);
  return deps.store.db.transaction().execute(async (trx) => {
    await getUserIn(trx, id);
    await writePasswordHash(trx, id, hash);
    await deleteSessionsOfUser(trx, id);
    return { ok: true, value: undefined };
  });
}

/** The name to call somebody by: the display name, given and family name, or the user name. */
export function nameOf(user: Pick<User, 'userName' | 'displayName' | 'givenName' | 'familyName'>): string {
  return user.displayName ?? ([user.givenName, user.familyName].filter(Boolean).join(' ') || user.userName);
}

/** Whether there would be no active Power User without this one. Ask within the transaction that takes the person away. */
export async function isLastPowerUser(db: Db, user: User): Promise<boolean> {
  if (!user.active || user.userType !== 'Power User') return false;
  await takePowerUserTurn(db);
  return (await countActiveUsers(db, 'Power User')) === 1;
}

/** Returns one of these people if no active Power User would be left without them. */
async function lastPowerUserAmong(db: Db, ids: string[]): Promise<string[]> {
  await takePowerUserTurn(db);
  const people = [...(await findUsersById(db, ids)).values()];
  const powerUsers = people.filter(({ active, userType }) => active && userType === 'Power User');
  const isAll = powerUsers.length > 0 && powerUsers.length === (await countActiveUsers(db, 'Power User'));
  return isAll ? powerUsers.slice(0, 1).map(({ id }) => id) : [];
}

/** Waits until no other transaction removes Power Users: two at once would each count the other's. */
async function takePowerUserTurn(db: Db): Promise<void> {
  await writeSetting(db, 'powerUserTurn', '');
}

async function getUserIn(db: Db, id: string): Promise<User> {
  const user = await findUser(db, id);
  if (!user) throw new NotFound('This person is not in the People Directory.');
  return user;
}

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
