import type { Db } from '../db/open.ts';
import type { FieldErrors } from '../errors.ts';
import { loginKey, normalizeLoginName } from '../store/loginName.ts';
import { emailsOf, findEmailOwners, findUsersByUserNames, type User } from '../store/users.ts';
import type { UserAttributes } from './attribute.ts';

export const USER_NAME_TAKEN = 'This user name is already taken.';
export const USER_NAME_IS_EMAIL = 'This is the e-mail address of another person.';
export const EMAIL_IS_USER_NAME = 'This is the user name of another person.';

/** What identifies a person when they log in. */
export type LoginNames = Pick<UserAttributes, 'userName' | 'email' | 'profile'>;

/** Who has some user names and e-mail addresses, by loginKey. */
export type NameOwners = { userNames: Map<string, User>; emails: Map<string, string[]> };

/** Finds out who has the names of some people, and further user names. */
export async function findNameOwners(db: Db, people: LoginNames[], more: string[] = []): Promise<NameOwners> {
  const userNames = people.map(({ userName }) => userName);
  return {
    userNames: await findUsersByUserNames(db, [...userNames, ...people.flatMap(emailsOf), ...more]),
    emails: await findEmailOwners(db, userNames),
  };
}

/**
 * Returns the errors of a user name or of e-mail addresses that belong to another person. Several people may share an e-mail address, but
 * a name that one of them logs in with is theirs alone. Names that did not change are not checked.
 * @param before the person before the change, undefined for a new one
 */
export function takenNames(owners: NameOwners, person: LoginNames, before?: LoginNames & { id: string }): FieldErrors {
  const known = before ? emailsOf(before).map(loginKey) : [];
  const taken = emailsOf(person).filter((email) => {
    const owner = owners.userNames.get(loginKey(email));
    return owner !== undefined && owner.id !== before?.id && !known.includes(loginKey(email));
  });
  const isSame = before && loginKey(before.userName) === loginKey(person.userName);
  return {
    ...(isSame ? {} : userNameError(owners, loginKey(person.userName), before?.id)),
    ...Object.fromEntries(taken.map((email) => [`emails.${lineOf(person, email)}`, EMAIL_IS_USER_NAME])),
  };
}

/**
 * Returns a new user name or e-mail address of a person that belongs to another person, or undefined. Unlike takenNames, it finds shared
 * e-mail addresses too: with one, neither could log in by it.
 */
export async function findForeignName(
  db: Db,
  person: LoginNames,
  before?: LoginNames & { id: string },
): Promise<string | undefined> {
  const taken = takenNames(await findNameOwners(db, [person]), person, before);
  if ('userName' in taken) return person.userName;
  const known = before ? emailsOf(before).map(loginKey) : [];
  const added = emailsOf(person).filter((email) => !known.includes(loginKey(email)));
  const owners = await findEmailOwners(db, added);
  return added.find(
    (email) =>
      `emails.${lineOf(person, email)}` in taken || owners.get(loginKey(email))?.some((id) => id !== before?.id),
  );
}

/** Returns a person with user name and e-mail addresses as they are stored (see normalizeLoginName). */
export function withStoredNames<Person extends LoginNames>(person: Person): Person {
  const { userName, email, profile } = person;
  const emails = profile.emails?.map(({ value, ...rest }) =>
    value === undefined ? rest : { value: normalizeLoginName(value), ...rest },
  );
  return {
    ...person,
    userName: normalizeLoginName(userName),
    email: email === null ? null : normalizeLoginName(email),
    profile: emails ? { ...profile, emails } : profile,
  };
}

/** Adds the names of a person who was just written. */
export function addNameOwner({ userNames, emails }: NameOwners, user: User): void {
  userNames.set(loginKey(user.userName), user);
  for (const key of emailsOf(user).map(loginKey)) emails.set(key, [...(emails.get(key) ?? []), user.id]);
}

function userNameError({ userNames, emails }: NameOwners, key: string, id: string | undefined): FieldErrors {
  const namesake = userNames.get(key);
  if (namesake && namesake.id !== id) return { userName: USER_NAME_TAKEN };
  return emails.get(key)?.some((owner) => owner !== id) ? { userName: USER_NAME_IS_EMAIL } : {};
}

function lineOf({ profile }: LoginNames, email: string): number {
  return Math.max(
    0,
    (profile.emails ?? []).findIndex(({ value = '' }) => value === email),
  );
}
