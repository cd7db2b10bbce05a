import type { Deps } from '../deps.ts';
import { newId } from './id.ts';
import { hashPassword, verifyPassword } from './password.ts';
import type { Person, PropertyKey, State } from './types.ts';

export type PersonInput = Record<PropertyKey, string>;
export type PersonErrors = Partial<Record<PropertyKey | 'password', string>>;

/** Returns the name to show: first and last name, or the user name if both are empty. */
export function displayName(person: Person): string {
  return `${person.firstname} ${person.lastname}`.trim() || person.username;
}

/** Returns the person with this id, or undefined. */
export function findPerson(state: State, id: string): Person | undefined {
  return state.people.find((person) => person.id === id);
}

/** Returns the active person with this user name or e-mail address (ignoring case) and password, or undefined. */
export function findPersonByPassword(
  { state, passwordCost }: Deps,
  login: string,
  password: string,
): Person | undefined {
  const person = state.people.find(
    (candidate) => sameText(candidate.username, login) || sameText(candidate.email, login),
  );
  const matches = verifyPassword(password, person?.passwordHash ?? '', passwordCost);
  return matches && person?.active ? person : undefined;
}

/** Returns the error of each invalid field. User names and e-mail addresses are unique. `id`: the person being edited. */
export function checkPerson(state: State, input: PersonInput, id?: string): PersonErrors {
  const others = state.people.filter((person) => person.id !== id);
  const errors: PersonErrors = {};
  if (!input.username) errors.username = 'Enter a user name.';
  else if (others.some((person) => sameText(person.username, input.username)))
    errors.username = 'This user name is already taken.';
  if (!/^[^\s@]+@[^\s@]+$/.test(input.email)) errors.email = 'Enter an e-mail address such as anna.berg@acme.example.';
  else if (others.some((person) => sameText(person.email, input.email)))
    errors.email = 'This e-mail address is already taken.';
  return errors;
}

/** Adds a person with checked input. Without a password the person cannot log in. */
export function addPerson(deps: Deps, input: PersonInput, password: string): Person {
  const person = { id: newId(deps), ...input, active: true, passwordHash: '' };
  setPassword(deps, person, password);
  deps.state.people.push(person);
  deps.save();
  return person;
}

/** Replaces a person's properties, and the password unless it is empty. */
export function changePerson(deps: Deps, person: Person, input: PersonInput, password: string): void {
  Object.assign(person, input);
  setPassword(deps, person, password);
  deps.save();
}

/** Activates or suspends a person. */
export function setPersonActive(deps: Deps, person: Person, active: boolean): void {
  person.active = active;
  deps.save();
}

/** Deletes a person and their memberships. */
export function deletePerson(deps: Deps, person: Person): void {
  deps.state.people = deps.state.people.filter((other) => other !== person);
  for (const group of deps.state.groups) group.memberIds = group.memberIds.filter((id) => id !== person.id);
  deps.save();
}

function setPassword(deps: Deps, person: Person, password: string): void {
  if (password) person.passwordHash = hashPassword(password, deps.randomBytes(16), deps.passwordCost);
}

function sameText(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}
