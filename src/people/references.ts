import type { Db } from '../db/open.ts';
import type { FieldErrors } from '../errors.ts';
import { findDisplayNames, findUser, type User } from '../store/users.ts';
import { type AttributeList, fromAttributes, type PersonAttribute, type UserAttributes } from './attribute.ts';
import { customOfText, linesOfCustom } from './customValue.ts';
import { setValue, textOf } from './values.ts';

export const UNKNOWN_PERSON = 'This person is not in the People Directory.';

/** The custom attributes whose values are people. */
export const personReferences = fromAttributes((attributes) =>
  attributes.filter(({ type, custom }) => custom && type === 'person'),
);

/** Returns the IDs of the people named in a person's custom attributes, each once. */
export function referencesOf(person: UserAttributes, attributes: AttributeList): string[] {
  if (!person.profile.custom) return [];
  const ids = personReferences(attributes).flatMap((one) => idsIn(person, one));
  return [...new Set(ids)];
}

/** Returns the IDs of the custom attributes that a person has a value for, and of the people named in them. */
export function marksOf(person: UserAttributes, attributes: AttributeList): string[] {
  const { custom } = person.profile;
  return custom ? [...Object.keys(custom), ...referencesOf(person, attributes)] : [];
}

/** Returns an error for the manager or a custom attribute if it newly names someone who does not exist. Errors are keyed by field. */
export async function referenceErrors(
  db: Db,
  person: UserAttributes,
  before: UserAttributes | undefined,
  attributes: AttributeList,
): Promise<FieldErrors> {
  const manager = managerIn(person);
  if (manager !== undefined && manager !== managerIn(before) && !(await findUser(db, manager)))
    return { manager: UNKNOWN_PERSON };
  const unknown = await findUnknownReference(db, person, before, attributes);
  return unknown ? { [unknown.name]: UNKNOWN_PERSON } : {};
}

/** Returns a custom attribute in which a person newly names someone who does not exist. */
export async function findUnknownReference(
  db: Db,
  person: UserAttributes,
  before: UserAttributes | undefined,
  attributes: AttributeList,
): Promise<PersonAttribute | undefined> {
  const known = before ? referencesOf(before, attributes) : [];
  const added = referencesOf(person, attributes).filter((id) => !known.includes(id));
  if (added.length === 0) return undefined;
  const found = new Set((await findDisplayNames(db, added)).map(({ id }) => id));
  const missing = added.filter((id) => !found.has(id));
  return personReferences(attributes).find((one) => idsIn(person, one).some((id) => missing.includes(id)));
}

/** Returns a person whose custom attributes do not name someone. */
export function withoutReference(person: User, id: string, attributes: AttributeList): User {
  const changed = { ...person };
  for (const one of personReferences(attributes)) {
    const others = idsIn(person, one).filter((other) => other !== id);
    setValue(changed, one, customOfText(one, others.join('\n')));
  }
  return changed;
}

/** Returns a person with another manager. */
export function withManager<T extends UserAttributes>(person: T, managerId: string): T {
  const { profile } = person;
  return {
    ...person,
    profile: { ...profile, enterprise: { ...profile.enterprise, manager: { value: managerId } } },
  };
}

function managerIn(person: UserAttributes | undefined): string | undefined {
  return person?.profile.enterprise?.manager?.value;
}

function idsIn(person: UserAttributes, attribute: PersonAttribute): string[] {
  return linesOfCustom(attribute, textOf(person, attribute));
}
