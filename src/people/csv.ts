import type { Deps } from '../deps.ts';
import type { FieldErrors } from '../errors.ts';
import type { ProfileSource } from '../store/profileSources.ts';
import type { UserSearch } from '../store/userPlan.ts';
import { findUsersById, type User } from '../store/users.ts';
import {
  type AttributeList,
  type CsvColumn,
  fromAttributes,
  type PersonAttribute,
  type UserAttributes,
} from './attribute.ts';
import { pagesOfPeople } from './bulk.ts';
import { mainValue } from './contact.ts';
import { linesOfCustom } from './customValue.ts';
import { type FormLine, type PersonInput, personInputOf } from './form.ts';
import { locksOf } from './ownership.ts';
import { referencesOf } from './references.ts';
import { listOf, storedValue, textOf } from './values.ts';

type Column = CsvColumn & { attribute: PersonAttribute };

const columnsOf = fromAttributes((attributes): Column[] => {
  const all = attributes.flatMap((attribute) => attribute.csv.map((column) => ({ ...column, attribute })));
  return [...all.filter(({ header }) => header === 'userName'), ...all.filter(({ header }) => header !== 'userName')];
});

const neverSent = ['userName', 'userType', 'loginType', 'active'];

/** The headers of all columns, in the order of an export. */
export const csvHeaders = fromAttributes((attributes) => columnsOf(attributes).map(({ header }) => header));

/** The headers of the columns that are yes or no. */
export const flagHeaders = fromAttributes((attributes) =>
  columnsOf(attributes).flatMap(({ header, attribute }) => (attribute.type === 'boolean' ? [header] : [])),
);

/** A column that identity providers can fill, with its name on screens. */
export type SentColumn = { header: string; label: string; attribute: PersonAttribute };

/** The columns that identity providers can fill: no rights, and no other people but the manager. The user name has a rule of its own. */
export const sentColumns = fromAttributes((attributes): SentColumn[] =>
  columnsOf(attributes)
    .filter(({ attribute: { name, type, custom } }) => !neverSent.includes(name) && (type !== 'person' || !custom))
    .map(({ header, attribute }) => ({
      header,
      attribute,
      label: attribute.csv.length === 1 ? (attribute.one ?? attribute.label) : `${attribute.label}: ${header}`,
    })),
);

/**
 * One person as the cells of a line, by header. The manager is a user name, the address the one for work. Several values of a custom
 * attribute are one per line.
 */
export type Cells = Record<string, string>;

/** Returns the header that a file means: in any case, with or without spaces and signs ('User Name', 'user_name'), or an alias. */
export function headerOf(text: string, attributes: AttributeList): string | undefined {
  return headersByKey(attributes).get(keyOf(text));
}

/** The user names of the people named in custom attributes, by ID. */
export type UserNames = ReadonlyMap<string, Pick<User, 'userName'>>;

/** Returns a person as the cells of a line; '' for nothing. @param manager the user name of their manager */
export function cellsOf(
  person: UserAttributes,
  manager: string,
  attributes: AttributeList,
  userNames: UserNames = new Map(),
): Cells {
  return Object.fromEntries(
    columnsOf(attributes).map(({ header, attribute, of }) => [
      header,
      attribute.type === 'person' && !attribute.custom ? manager : cellOf(person, attribute, of, userNames),
    ]),
  );
}

/** The people that a search finds, by name, as the lines of a CSV file. */
export async function* exportPeople(deps: Deps, search: UserSearch): AsyncIterableIterator<Cells> {
  for await (const people of pagesOfPeople(deps, search)) {
    const { list } = deps.attributes;
    const ids = people.flatMap((person) => [managerIdOf(person), ...referencesOf(person, list)]).filter(Boolean);
    const named = await findUsersById(deps.store.db, [...new Set(ids)]);
    for (const person of people) yield cellsOf(person, named.get(managerIdOf(person))?.userName ?? '', list, named);
  }
}

/** Returns a person's form with the cells of a line written over it. Empty cells change nothing, nor does the manager. */
export function withCells(
  before: UserAttributes,
  cells: Record<string, string | undefined>,
  attributes: AttributeList,
): PersonInput {
  const input = personInputOf(before, attributes);
  for (const { header, attribute, of = '' } of columnsOf(attributes)) {
    const { name, type } = attribute;
    const cell = cells[header]?.trim();
    const value = input[name];
    if (!cell || type === 'person') continue;
    if (!Array.isArray(value)) input[name] = type === 'boolean' ? (flagOf(cell) ?? value ?? false) : cell;
    else input[name] = type === 'addresses' ? withWorkAddress(value, { [of]: cell }) : withValue(value, of, cell);
  }
  return input;
}

/** Returns the errors of a form by the header of the column: `emails.0` is email. */
export function errorsByHeader(errors: FieldErrors, attributes: AttributeList): FieldErrors {
  const entries = Object.entries(errors).map(([field, error]) => [headerOfField(field, attributes), error]);
  return Object.fromEntries(entries);
}

/** Returns the header of the column for a field of the form. */
export function headerOfField(field: string, attributes: AttributeList): string {
  const attribute = attributes.find(({ name }) => name === field.split('.')[0]);
  return attribute?.csv[0]?.header ?? field;
}

/** Returns the first column of a person that cannot change, and why: a profile source owns it. */
export function lockedError(
  person: User,
  changes: { column: string }[],
  { sources, attributes }: { sources: ProfileSource[]; attributes: AttributeList },
): { header: string; sentence: string } | undefined {
  const locks = locksOf(sources, person, attributes);
  const locked = columnsOf(attributes).find(
    ({ header, attribute }) => locks.has(attribute.name) && changes.some(({ column }) => column === header),
  );
  const owner = locked && locks.get(locked.attribute.name)?.name;
  return locked && { header: locked.header, sentence: `${owner} owns this. Change it there.` };
}

/** Returns what a cell for yes or no says, or undefined. */
export function flagOf(text: string): boolean | undefined {
  if (/^(yes|true|1|y|active)$/i.test(text)) return true;
  return /^(no|false|0|n|inactive)$/i.test(text) ? false : undefined;
}

/** Returns the ID of a person's manager, or ''. */
export function managerIdOf({ profile }: Pick<UserAttributes, 'profile'>): string {
  return profile.enterprise?.manager?.value ?? '';
}

const headersByKey = fromAttributes(
  (attributes) =>
    new Map(
      columnsOf(attributes).flatMap(({ header, aliases = [] }) =>
        [keyOf(header), ...aliases].map((key) => [key, header]),
      ),
    ),
);

function keyOf(header: string): string {
  return header.toLowerCase().replace(/[^a-z0-9]/g, '');
}

function cellOf(person: UserAttributes, attribute: PersonAttribute, of = '', userNames: UserNames): string {
  switch (attribute.type) {
    case 'boolean':
      return storedValue(person, attribute) === true ? 'yes' : 'no';
    case 'list': {
      const values = listOf(person, attribute);
      return (of === '' ? mainValue(values) : values.find(({ type }) => type === of))?.value ?? '';
    }
    case 'addresses': {
      const address: Record<string, unknown> = person.profile.addresses?.find(({ type }) => type === 'work') ?? {};
      return String(address[of] ?? '');
    }
    case 'person': {
      const names = linesOfCustom(attribute, textOf(person, attribute)).map((id) => userNames.get(id)?.userName ?? '');
      return names.filter(Boolean).join('\n');
    }
    default:
      return textOf(person, attribute);
  }
}

/** Sets the value of a type, or with '' the primary one. */
function withValue(lines: FormLine[], type: string, value: string): FormLine[] {
  if (type === '') return withPrimary(lines, value);
  const before = lines.find((line) => line.type === type);
  return before ? lines.map((line) => (line === before ? { ...line, value } : line)) : [...lines, { value, type }];
}

function withPrimary(lines: FormLine[], value: string): FormLine[] {
  const secondary = lines.map(({ primary: _, ...line }) => line);
  const same = lines.findIndex((line) => line.value?.toLowerCase() === value.toLowerCase());
  const primary = lines.findIndex((line) => line.primary);
  const at = same >= 0 ? same : Math.max(0, primary);
  const line = same >= 0 ? secondary[at] : { type: 'work', ...secondary[at], value };
  return secondary.toSpliced(at, 1, { ...line, primary: 'yes' });
}

function withWorkAddress(addresses: FormLine[], parts: FormLine): FormLine[] {
  const before = addresses.find(({ type }) => type === 'work');
  if (!before) return [...addresses, { type: 'work', ...parts }];
  return addresses.map((address) => (address === before ? { ...address, ...parts } : address));
}
