import type { Db } from '../db/open.ts';
import type { FieldErrors } from '../errors.ts';
import { loginKey } from '../store/loginName.ts';
import { emailsOf, findUserByUserName, findUsersByEmail, findUsersByUserNames } from '../store/users.ts';
import type { UserAttributes } from './attribute.ts';

export const USER_NAME_TAKEN = 'This user name is already taken.';
export const USER_NAME_IS_EMAIL = 'This is the e-mail address of another person.';
export const EMAIL_IS_USER_NAME = 'This is the user name of another person.';

/** What identifies a person when they log in. */
export type LoginNames = Pick<UserAttributes, 'userName' | 'email' | 'profile'>;

/**
 * Returns the errors of a user name or of e-mail addresses that belong to another person. Several people may share an e-mail address, but
 * a name that one of them logs in with is theirs alone. Names that did not change are not checked.
 * @param before the person before the change, undefined for a new one
 */
export async function takenNames(
  db: Db,
  person: LoginNames,
  before?: LoginNames & { id: string },
): Promise<FieldErrors> {
  const [emails, known] = [emailsOf(person), before ? emailsOf(before).map(loginKey) : []];
  const own = [...known, loginKey(person.userName)];
  const changed = emails.filter((email) => !own.includes(loginKey(email)));
  const userNames = await findUsersByUserNames(db, changed);
  const errors = changed
    .filter((email) => isOther(userNames.get(loginKey(email)), before))
    .map((email) => [`emails.${Math.max(0, lineOf(person, email))}`, EMAIL_IS_USER_NAME]);
  return { ...(await userNameError(db, person.userName, before)), ...Object.fromEntries(errors) };
}

async function userNameError(db: Db, userName: string, before?: LoginNames & { id: string }): Promise<FieldErrors> {
  if (before && loginKey(before.userName) === loginKey(userName)) return {};
  if (isOther(await findUserByUserName(db, userName), before)) return { userName: USER_NAME_TAKEN };
  const people = await findUsersByEmail(db, userName);
  return people.some((user) => isOther(user, before)) ? { userName: USER_NAME_IS_EMAIL } : {};
}

function isOther(user: { id: string } | undefined, before: { id: string } | undefined): boolean {
  return user !== undefined && user.id !== before?.id;
}

function lineOf({ profile }: LoginNames, email: string): number {
  return (profile.emails ?? []).findIndex(({ value = '' }) => value === email);
}
