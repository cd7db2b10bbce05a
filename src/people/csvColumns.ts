import type { Deps } from '../deps.ts';
import type { UserSearch } from '../store/userSearch.ts';
import { findUsersById, type User } from '../store/users.ts';
import { pagesOfPeople } from './bulk.ts';
import { type PersonText, personTextNames } from './personFields.ts';
import { type ListName, type PersonInput, personInputOf, type ValueLine } from './personInput.ts';
import type { UserAttributes } from './userAttributes.ts';

const addressColumns = ['streetAddress', 'postalCode', 'locality', 'region', 'country'] as const;
const others = ['email', 'workPhone', 'mobilePhone', ...addressColumns, 'manager', 'active', 'omitFromSearch'] as const;

/** A column of a CSV file of people, by the name in its header. `manager` is a user name; the address is that for work. */
export type CsvColumn = PersonText | (typeof others)[number];

const [first, ...rest] = personTextNames;
/** All columns, in the order of an export. */
export const csvColumns: readonly CsvColumn[] = [...(first ? [first] : []), ...others, ...rest];

/** One person as the cells of a line. */
export type Cells = Record<CsvColumn, string>;

/** The column that a header names: in any case, and with or without spaces and signs ('Given name', 'given_name'). */
export function columnOf(header: string): CsvColumn | undefined {
  return byKey.get(keyOf(header));
}

/** What is known of a person as the cells of a line; '' for nothing. @param manager the user name of their manager */
export function cellsOf(person: UserAttributes, manager: string): Cells {
  const { texts, lists, addresses, omitFromSearch } = personInputOf(person);
  const address = addresses.find(({ type }) => type === 'work');
  const parts = addressColumns.map((part) => [part, address?.[part] ?? '']);
  return {
    ...texts,
    ...(Object.fromEntries(parts) as Record<(typeof addressColumns)[number], string>),
    email: person.email ?? '',
    workPhone: valueOfType(lists.phoneNumbers, 'work'),
    mobilePhone: valueOfType(lists.phoneNumbers, 'mobile'),
    manager,
    active: person.active ? 'yes' : 'no',
    omitFromSearch: omitFromSearch ? 'yes' : 'no',
  };
}

/** Everybody whom a search finds, by name, as the lines of a CSV file. */
export async function* exportPeople(deps: Deps, search: UserSearch): AsyncIterableIterator<Cells> {
  for await (const people of pagesOfPeople(deps, search)) {
    const managers = await findUsersById(deps.store.db, people.map(managerIdOf).filter(Boolean));
    for (const person of people) yield cellsOf(person, managers.get(managerIdOf(person))?.userName ?? '');
  }
}

/** A person's form with the cells of a line written over it. An empty cell changes nothing. `manager` and `active` are not in a form. */
export function withCells(before: UserAttributes, cells: Partial<Cells>): PersonInput {
  const input = personInputOf(before);
  const texts = { ...input.texts };
  for (const name of personTextNames) texts[name] = cells[name] || texts[name];
  return {
    ...input,
    texts,
    omitFromSearch: flagOf(cells.omitFromSearch ?? '') ?? input.omitFromSearch,
    lists: {
      ...input.lists,
      emails: cells.email ? withPrimary(input.lists.emails, cells.email) : input.lists.emails,
      phoneNumbers: withValue(
        withValue(input.lists.phoneNumbers, 'work', cells.workPhone ?? ''),
        'mobile',
        cells.mobilePhone ?? '',
      ),
    },
    addresses: withWorkAddress(input, cells),
  };
}

/** What a cell for yes or no says, or undefined. */
export function flagOf(text: string): boolean | undefined {
  if (/^(yes|true|1|y|active)$/i.test(text)) return true;
  return /^(no|false|0|n|inactive)$/i.test(text) ? false : undefined;
}

/** What is known of several people's managers, for the column `manager`. */
export function managerIdOf({ profile }: Pick<User, 'profile'>): string {
  return profile.enterprise?.manager?.value ?? '';
}

const byKey = new Map(csvColumns.map((column) => [keyOf(column), column]));
for (const [alias, column] of [
  ['username', 'userName'],
  ['mail', 'email'],
  ['emailaddress', 'email'],
  ['firstname', 'givenName'],
  ['lastname', 'familyName'],
  ['surname', 'familyName'],
  ['jobtitle', 'title'],
  ['phone', 'workPhone'],
  ['mobile', 'mobilePhone'],
  ['street', 'streetAddress'],
  ['city', 'locality'],
  ['town', 'locality'],
  ['state', 'region'],
  ['company', 'organization'],
  ['employeeid', 'employeeNumber'],
] as const)
  byKey.set(alias, column);

function keyOf(header: string): string {
  return header.toLowerCase().replace(/[^a-z0-9]/g, '');
}

function valueOfType(lines: ValueLine[], type: string): string {
  return lines.find((line) => line.type === type)?.value ?? '';
}

function withPrimary(lines: ValueLine[], value: string): PersonInput['lists'][ListName] {
  const known = lines.some((line) => line.value.toLowerCase() === value.toLowerCase());
  const before = lines.find((line) => line.primary) ?? lines[0];
  if (!known && !before) return [{ value, type: 'work', primary: true }];
  return lines.map((line) => {
    if (known) return { ...line, primary: line.value.toLowerCase() === value.toLowerCase() };
    return line === before ? { ...line, value, primary: true } : { ...line, primary: false };
  });
}

function withValue(lines: ValueLine[], type: string, value: string): ValueLine[] {
  if (value === '') return lines;
  const before = lines.find((line) => line.type === type);
  if (!before) return [...lines, { value, type, primary: false }];
  return lines.map((line) => (line === before ? { ...line, value } : line));
}

function withWorkAddress({ addresses }: PersonInput, cells: Partial<Cells>): PersonInput['addresses'] {
  const parts = Object.fromEntries(addressColumns.flatMap((part) => (cells[part] ? [[part, cells[part]]] : [])));
  if (Object.keys(parts).length === 0) return addresses;
  const before = addresses.find(({ type }) => type === 'work');
  const empty = { streetAddress: '', postalCode: '', locality: '', region: '', country: '', formatted: '' };
  if (!before) return [...addresses, { ...empty, type: 'work', ...parts }];
  return addresses.map((address) => (address === before ? { ...address, ...parts } : address));
}
