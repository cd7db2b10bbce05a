import type { MultiValue } from '../store/profile.ts';
import type { PersonAttribute, UserAttributes } from './attribute.ts';
import { mainPhoto } from './contact.ts';
import { textOfCustom } from './customValue.ts';

/**
 * Returns the text of an attribute, '' if it has none. The text of a photo is its address, that of a person their ID. Several values of a
 * custom attribute are one per line.
 */
export function textOf(person: UserAttributes, attribute: PersonAttribute): string {
  if (attribute.custom) return textOfCustom(storedValue(person, attribute));
  const value = attribute.type === 'photo' ? mainPhoto(person.profile)?.value : storedValue(person, attribute);
  return typeof value === 'string' ? value : '';
}

/** Returns the values of a list. */
export function listOf(person: UserAttributes, attribute: PersonAttribute): MultiValue[] {
  const values = storedValue(person, attribute) as MultiValue[] | undefined;
  if (values || attribute.name !== 'emails' || person.email === null) return values ?? [];
  return [{ value: person.email, type: 'work', primary: true }];
}

/** Returns what is stored for an attribute. */
export function storedValue(person: UserAttributes, { place }: PersonAttribute): unknown {
  let value: unknown = person;
  for (const key of place) value = (value as Record<string, unknown> | null | undefined)?.[key];
  return value;
}

/** Sets the value of an attribute in place; undefined removes it, and the objects that are empty then. */
export function setValue(person: UserAttributes, attribute: PersonAttribute, value: unknown): void {
  if (value === undefined && attribute.isColumn) setAt(person, [attribute.name], null);
  else setAt(person, attribute.place, value);
}

/** Objects on the way are copied, so that the person before the change keeps theirs. */
function setAt(target: object, [key = '', ...rest]: readonly string[], value: unknown): void {
  const record = target as Record<string, unknown>;
  if (rest.length > 0) {
    const inner = { ...(record[key] as object | undefined) };
    setAt(inner, rest, value);
    if (Object.keys(inner).length > 0 || key === 'profile') record[key] = inner;
    else delete record[key];
  } else if (value === undefined) delete record[key];
  else record[key] = value;
}
