import { loginKey, normalizeLoginName } from '../store/loginName.ts';
import type { AttributeList, UserAttributes } from './attribute.ts';
import type { Cells } from './csv.ts';
import { customOfText, linesOfCustom } from './customValue.ts';
import type { NameOwners } from './loginNames.ts';
import { personReferences } from './references.ts';
import { setValue } from './values.ts';

/** The user names in the columns of custom attributes that name people, by the attribute's name. */
export type PeopleByName = Record<string, string[]>;

/** Returns the user names in the columns of custom attributes that name people. */
export function peopleIn(cells: Cells, attributes: AttributeList): PeopleByName {
  const filled = personReferences(attributes).filter(({ name }) => cells[name]);
  return Object.fromEntries(
    filled.map((one) => [one.name, linesOfCustom(one, cells[one.name] ?? '').map(normalizeLoginName)]),
  );
}

/** Returns the cells of people's user names, as they are if only their spelling differs. */
export function withStoredSpelling(people: PeopleByName, was: Cells): Cells {
  const keyOf = (names: string[]) => names.map(loginKey).join('\n');
  const cells = Object.entries(people).map(([header, names]) => {
    const before = was[header] ?? '';
    return [header, keyOf(names) === keyOf(before.split('\n')) ? before : names.join('\n')];
  });
  return Object.fromEntries(cells);
}

/** Returns a person with the people that a line names in custom attributes, or the reason why that is not possible. */
export function withPeople(
  person: UserAttributes,
  people: PeopleByName,
  { userNames }: NameOwners,
  attributes: AttributeList,
): UserAttributes | string {
  const changed = { ...person };
  for (const one of personReferences(attributes)) {
    const names = people[one.name];
    if (!names) continue;
    const ids = names.map((name) => userNames.get(loginKey(name))?.id);
    const missing = ids.indexOf(undefined);
    if (missing >= 0) return `${one.label}: ${names[missing]} is not in the People Directory.`;
    setValue(changed, one, customOfText(one, ids.join('\n')));
  }
  return changed;
}
