import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { type Checked, Conflict, invalid, NotFound } from '../errors.ts';
import { newId } from '../identifier.ts';
import { hashPassword, passwordFault } from '../login/passwords.ts';
import { updateGroupsOfUser } from '../store/groups.ts';
import { findMarked } from '../store/marked.ts';
import { deletePasswordLinks } from '../store/passwordLinks.ts';
import { markOf, nameKeyOf } from '../store/searchWords.ts';
import { deleteSecondFactors } from '../store/secondFactors.ts';
import { deleteAllSessions } from '../store/sessions.ts';
import { findUser, findUsersById, type User } from '../store/users.ts';
import {
  deleteUser,
  insertUsers,
  lockUser,
  releaseUsers,
  type SearchKeys,
  updateUser,
  writePasswordHash,
} from '../store/writeUsers.ts';
import { type AttributeList, emptyPerson, type Origin, type UserAttributes } from './attribute.ts';
import { onlyChangesOf, type PersonInput, readPersonInput } from './form.ts';
import { isPowerful, lastPowerUserAmong, refusalOf, requirePowerUserLeft } from './lastPowerUser.ts';
import { findNameOwners, takenNames, withStoredNames } from './loginNames.ts';
import { type Editor, editableBy, findLocks } from './ownership.ts';
import { recordDeletedPerson, recordNewPerson, recordPersonChange, type WritingDeps } from './recordPerson.ts';
import { marksOf, personReferences, referenceErrors, UNKNOWN_PERSON, withoutReference } from './references.ts';
import { searchWordsOf } from './search.ts';

export { lockUser, writeLastLogin } from '../store/writeUsers.ts';

export const CHANGED_MEANWHILE = 'This person was changed in the meantime. Try again.';
const STALE =
  'Another change to this person was saved while you were editing. Open the page again and repeat your change.';
export const OWN_MANAGER = 'A person cannot be their own manager.';

/** Returns the person with an ID. @throws NotFound */
export async function getUser({ store }: Deps, id: string): Promise<User> {
  return getUserIn(store.db, id);
}

/**
 * Checks what was entered for a new person and adds them, with a local password if one is given. Errors are keyed by field.
 * @param allowed is called in the same transaction, after all other checks; what it throws is thrown
 */
export async function addPerson(
  deps: Deps,
  input: PersonInput,
  password?: string,
  allowed?: (trx: Db) => Promise<void>,
): Promise<Checked<User>> {
  const fault = password === undefined ? undefined : passwordFault(password);
  const read = readPersonInput(input, emptyPerson, deps.attributes.list);
  if (!read.ok || fault) return invalid({ ...(read.ok ? {} : read.errors), ...(fault ? { password: fault } : {}) });
  const passwordHash = password === undefined ? null : await hashPassword(deps, password);
  return deps.store.db.transaction().execute(async (trx) => {
    const taken = takenNames(await findNameOwners(trx, [read.value]), read.value);
    if (Object.keys(taken).length > 0) return invalid(taken);
    const unknown = await referenceErrors(trx, read.value, undefined, deps.attributes.list);
    if (Object.keys(unknown).length > 0) return invalid(unknown);
    await allowed?.(trx);
    return { ok: true, value: await insertPerson(trx, deps, read.value, { sourceId: null, passwordHash }) };
  });
}

/**
 * Checks and saves a person's form. Only what the editor may change is saved: nothing that a profile source owns.
 * @throws NotFound, Conflict if the person was changed since `readVersion`
 */
export async function changePerson(
  deps: Deps,
  id: string,
  readVersion: number,
  input: PersonInput,
  editor: Editor = 'powerUser',
): Promise<Checked<User>> {
  return deps.store.db.transaction().execute(async (trx) => {
    const user = await getUserIn(trx, id);
    if (user.version !== readVersion) throw new Conflict(STALE);
    const { list } = deps.attributes;
    const changing = editableBy(editor, list, await findLocks(trx, user, list));
    const read = readPersonInput(onlyChangesOf(changing, input, user, list), user, list);
    if (!read.ok) return read;
    const taken = takenNames(await findNameOwners(trx, [read.value]), read.value, user);
    if (Object.keys(taken).length > 0) return invalid(taken);
    if (read.value.profile.enterprise?.manager?.value === id) return invalid({ manager: OWN_MANAGER });
    const unknown = await referenceErrors(trx, read.value, user, list);
    if (Object.keys(unknown).length > 0) return invalid(unknown);
    const changed = await writePerson(trx, deps, user, read.value).catch(refusalOf('userType'));
    if (!changed) throw new Conflict(STALE);
    return 'ok' in changed ? changed : { ok: true, value: changed };
  });
}

/**
 * Inserts a person within a transaction. Every way to add people ends here.
 * @throws the engine's error if the user name is taken (see isUniqueViolation)
 */
export async function insertPerson(
  db: Db,
  deps: WritingDeps,
  attributes: UserAttributes,
  { sourceId, creatorId = sourceId, passwordHash }: Origin,
): Promise<User> {
  const now = deps.now();
  const bookkeeping = { sourceId, creatorId, version: 1, createdAt: now, modifiedAt: now, lastLoginAt: null };
  const user: User = { id: newId(deps), ...withStoredNames(attributes), ...bookkeeping };
  await insertUsers(db, [{ user, keys: searchKeysOf(user, deps.attributes.list), passwordHash }]);
  await recordNewPerson(db, deps, user, { hasPassword: passwordHash !== null });
  return user;
}

/**
 * Writes changes to a person within a transaction if the version is still the one of `before`; returns undefined if another change
 * came first. Every way to change people ends here. Groups of a person with another name get a new version. Sessions end with the permission to log in and with a new password.
 * @param options `passwordHash`: null removes the password and the second factors; `force`: even the last Power User may lose their power
 * @throws LastPowerUser, or the engine's error if the user name is taken (see isUniqueViolation)
 */
export async function writePerson(
  db: Db,
  deps: WritingDeps,
  before: User,
  changes: Partial<UserAttributes & Pick<User, 'sourceId'>>,
  { passwordHash, force = false }: { passwordHash?: string | null | undefined; force?: boolean } = {},
): Promise<User | undefined> {
  const changed = withStoredNames({ ...before, ...changes, version: before.version + 1, modifiedAt: deps.now() });
  if (!force && !isPowerful(changed)) await requirePowerUserLeft(db, before, 'power');
  if (passwordHash === null) await requirePowerUserLeft(db, before, 'password');
  const keys = searchKeysOf(changed, deps.attributes.list);
  if (!(await updateUser(db, changed, keys, before.version))) return undefined;
  if (nameOf(changed) !== nameOf(before)) await updateGroupsOfUser(db, before.id, changed.modifiedAt); // they show it
  if (passwordHash !== undefined) {
    await writePasswordHash(db, before.id, passwordHash);
    await deletePasswordLinks(db, before.id);
  }
  const secondFactors = passwordHash === null ? await deleteSecondFactors(db, before.id) : 0; // a passkey alone is a local login too
  // Reactivation ends sessions too: a login in progress may have created one after the deactivation.
  const mayStay = mayLogIn(before) && mayLogIn(changed) && passwordHash === undefined;
  const sessions = mayStay ? 0 : await deleteAllSessions(db, { userIds: [before.id] });
  await recordPersonChange(db, deps, before, changed, { passwordHash, secondFactors, sessions });
  return changed;
}

/** Whether a person may log in. */
export function mayLogIn({ active, userType }: Pick<User, 'active' | 'userType'>): boolean {
  return active && userType !== 'Non Intranet User';
}

/**
 * Whether the Authentication Type of a person allows a method of login. Unknown types allow both. Power Users keep the local login: someone
 * must be able to log in while the provider is down.
 */
export function allowsMethod({ loginType, userType }: User, method: 'saml' | 'local'): boolean {
  const type = loginType?.trim().toLowerCase();
  return method === 'saml' ? type !== 'local login' : type !== 'saml' || userType === 'Power User';
}

/**
 * Activates or deactivates a person. Deactivation ends their sessions in the same transaction.
 * @param options `force` deactivates even the last Power User
 * @throws NotFound, LastPowerUser
 */
export async function setActive(deps: Deps, id: string, active: boolean, options?: { force: boolean }): Promise<User> {
  return deps.store.db.transaction().execute(async (trx) => {
    const user = await getUserIn(trx, id);
    if (user.active === active) return user;
    const changed = await writePerson(trx, deps, user, { active }, options);
    if (!changed) throw new Conflict(CHANGED_MEANWHILE);
    return changed;
  });
}

/** Deletes a person. @throws NotFound, LastPowerUser */
export async function removeUser(deps: Deps, id: string): Promise<User> {
  return deps.store.db.transaction().execute(async (trx) => {
    const user = await lockUser(trx, id);
    if (!user) throw new NotFound(UNKNOWN_PERSON);
    await deletePerson(trx, deps, user);
    return user;
  });
}

/**
 * Deletes a person within a transaction, with everything that belongs to them. Every way to delete people ends here.
 * @param user as lockUser returned them in this transaction
 * @throws LastPowerUser
 */
export async function deletePerson(db: Db, deps: WritingDeps, user: User): Promise<void> {
  await requirePowerUserLeft(db, user, 'power');
  await removeReferencesTo(db, deps, user.id);
  const groups = await deleteUser(db, user.id, deps.now());
  await recordDeletedPerson(db, deps, user, groups);
}

/**
 * Makes people of a profile source unmanaged within a transaction. With `deactivate` it also deactivates them and ends their
 * sessions, except for the last Power User, who stays active.
 * @returns that person and the reason
 */
export async function releaseFromSource(
  db: Db,
  deps: WritingDeps,
  ids: string[],
  { deactivate }: { deactivate: boolean },
): Promise<{ id: string; reason: string } | undefined> {
  const kept = deactivate ? await lastPowerUserAmong(db, ids) : undefined;
  const others = ids.filter((id) => id !== kept?.id);
  const people = await findUsersById(db, ids);
  await releaseUsers(db, others, deps.now(), deactivate);
  if (kept) await releaseUsers(db, [kept.id], deps.now(), false);
  if (deactivate) await deleteAllSessions(db, { userIds: others });
  for (const before of people.values()) {
    const active = before.active && (!deactivate || before.id === kept?.id);
    await recordPersonChange(db, deps, before, { ...before, sourceId: null, active, version: before.version + 1 });
  }
  return kept;
}

/** Returns the name to show for a person: the display name, given and family name, or the user name. */
export function nameOf(user: Pick<User, 'userName' | 'displayName' | 'givenName' | 'familyName'>): string {
  return user.displayName ?? ([user.givenName, user.familyName].filter(Boolean).join(' ') || user.userName);
}

async function getUserIn(db: Db, id: string): Promise<User> {
  const user = await findUser(db, id);
  if (!user) throw new NotFound(UNKNOWN_PERSON);
  return user;
}

/** People who name a deleted person in a custom attribute no longer do. */
async function removeReferencesTo(db: Db, deps: WritingDeps, id: string): Promise<void> {
  const { list } = deps.attributes;
  if (personReferences(list).length === 0) return;
  for (const referrer of await findMarked(db, id)) {
    const person = referrer === id ? undefined : await lockUser(db, referrer);
    if (person) await writePerson(db, deps, person, withoutReference(person, id, list));
  }
}

/** Returns what lists and searches find a person by. */
export function searchKeysOf(user: User, attributes: AttributeList): SearchKeys {
  const marks = marksOf(user, attributes).map(markOf);
  return { nameKey: nameKeyOf(nameOf(user)), words: [...searchWordsOf(user, attributes), ...marks] };
}
