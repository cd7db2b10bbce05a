import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import type { Checked } from '../errors.ts';
import type { ItemOutcome, JobItem, NewJob } from '../store/jobs.ts';
import { loginKey, normalizeLoginName } from '../store/loginName.ts';
import { listSources, type ProfileSource } from '../store/profileSources.ts';
import { findEmailOwners, findUserByUserName, findUsersById, findUsersByUserNames, type User } from '../store/users.ts';
import { type AttributeList, emptyPerson, type UserAttributes } from './attribute.ts';
import {
  type Cells,
  cellsOf,
  csvHeaders,
  errorsByHeader,
  flagHeaders,
  flagOf,
  lockedError,
  managerIdOf,
  withCells,
} from './csv.ts';
import { type PeopleByName, peopleIn, withPeople, withStoredSpelling } from './csvReferences.ts';
import { readPersonInput } from './form.ts';
import { namedFirst, type Row } from './importOrder.ts';
import { LastPowerUser } from './lastPowerUser.ts';
import {
  addNameOwner,
  EMAIL_IS_USER_NAME,
  findNameOwners,
  type NameOwners,
  takenNames,
  USER_NAME_IS_EMAIL,
  USER_NAME_TAKEN,
} from './loginNames.ts';
import { type CsvLimits, type CsvRow, readCsv } from './readCsv.ts';
import { referencesOf } from './references.ts';
import { CHANGED_MEANWHILE, insertPerson, OWN_MANAGER, writePerson } from './users.ts';

/** What importing a line would do. `version` is that of the person it changes. */
export type PlannedLine = { line: number; userName: string } & (
  | { kind: 'error'; errors: string[] }
  | { kind: 'same' }
  | (Writable & { kind: 'create' })
  | (Writable & { kind: 'change'; version: number })
);
type Writable = { attributes: UserAttributes; manager: string; people?: PeopleByName; changes: CellChange[] };
type CellChange = { column: string; before: string; after: string };

/**
 * Reads a CSV file and returns the job that previews its import; createImport then carries it out. People are found by user name; missing columns and
 * empty cells change nothing.
 */
export async function readImport(
  bytes: Uint8Array,
  attributes: AttributeList,
  limits?: CsvLimits,
): Promise<Checked<NewJob>> {
  const file = await readCsv(bytes, attributes, limits);
  if (!file.ok) return file;
  const { ignored, rows } = file.value;
  const items = namedFirst(rows.map(withLoginNames), attributes);
  return { ok: true, value: { kind: 'preview', input: { ignored: ignored.join(', ') }, items } };
}

/** Finds out what importing some lines would do. */
export async function planLines(db: Db, deps: Deps, items: JobItem[]): Promise<ItemOutcome[]> {
  const rows = items.map(({ item }) => item as Row);
  const { list } = deps.attributes;
  const namesIn = ({ cells }: Row) => [
    cells.userName ?? '',
    cells.manager ?? '',
    cells.email ?? '',
    ...Object.values(peopleIn(cells, list)).flat(),
  ];
  const names = rows.flatMap(namesIn).filter(Boolean);
  const known = await findUsersByUserNames(db, names);
  const owners = await findEmailOwners(db, rows.map(({ cells }) => cells.userName ?? '').filter(Boolean));
  const named = [...known.values()].flatMap((person) => [managerIdOf(person), ...referencesOf(person, list)]);
  const managers = await findUsersById(db, [...new Set(named)].filter(Boolean));
  const sources = await listSources(db);
  return rows.map((row) => {
    const planned = planLine(row, { known, managers, owners, sources, attributes: list });
    const reason = planned.kind === 'error' ? { reason: planned.errors.join(' ') } : {};
    return { outcome: planned.kind, keep: planned, ...reason };
  });
}

/** Imports some lines as planned. Lines that cannot be imported are kept with the reason. */
export async function importLines(db: Db, deps: Deps, items: JobItem[]): Promise<ItemOutcome[]> {
  const lines = items.map(({ item }) => item as PlannedLine);
  const writable = lines.filter((line) => 'attributes' in line);
  const named = writable.flatMap(({ manager, people = {} }) => [manager, ...Object.values(people).flat()]);
  const owners = await findNameOwners(
    db,
    writable.map(({ attributes }) => attributes),
    named.filter(Boolean),
  );
  const sources = await listSources(db);
  const outcomes: ItemOutcome[] = [];
  for (const line of lines) outcomes.push(await importLine(db, deps, line, { owners, sources }));
  return outcomes;
}

/** The names that people log in with, as they are stored. */
function withLoginNames(row: CsvRow): CsvRow {
  const names = ['userName', 'email', 'manager'].filter((header) => row.cells[header]);
  const cells = names.map((header) => [header, normalizeLoginName(row.cells[header] ?? '')]);
  return { ...row, cells: { ...row.cells, ...Object.fromEntries(cells) } };
}

/**
 * The people of the directory that some lines name, by loginKey; the people named by these, by ID; who has a user name as e-mail
 * address; the profile sources; and the attributes that a person may have.
 */
type Directory = {
  known: Map<string, User>;
  managers: Map<string, User>;
  owners: Map<string, string[]>;
  attributes: AttributeList;
  sources: ProfileSource[];
};

function planLine(row: Row, directory: Directory): PlannedLine {
  const { line, cells } = row;
  const { userName = '', manager = '' } = cells;
  const before = directory.known.get(loginKey(userName));
  const at = { line, userName };
  if (userName === '') return { ...at, kind: 'error', errors: ['The user name is missing.'] };
  const input = withCells(before ?? emptyPerson, cells, directory.attributes);
  const read = readPersonInput(input, before ?? emptyPerson, directory.attributes);
  const invalid = read.ok ? [] : sentences(errorsByHeader(read.errors, directory.attributes));
  const errors = [...lineErrors(row, before, directory), ...invalid];
  if (!read.ok || errors.length > 0) return { ...at, kind: 'error', errors };
  const attributes = read.value;
  const changes = changesOf(before, attributes, cells, directory);
  const people = peopleIn(cells, directory.attributes);
  if (!before) return { ...at, kind: 'create', attributes, manager, people, changes };
  if (changes.length === 0) return { ...at, kind: 'same' };
  const locked = lockedError(before, changes, directory);
  if (locked) return { ...at, kind: 'error', errors: [locked] };
  return { ...at, kind: 'change', version: before.version, attributes, manager, people, changes };
}

function lineErrors(
  { cells, error, twin, namesake, listed = [] }: Row,
  before: User | undefined,
  { known, owners, attributes }: Directory,
): string[] {
  const { userName = '', manager = '', email = '' } = cells;
  const errors = error ? [error] : [];
  if (twin !== undefined) errors.push(`Line ${twin} has the same user name.`);
  if (!before && owners.has(loginKey(userName))) errors.push(`userName: ${USER_NAME_IS_EMAIL}`);
  if (namesake !== undefined) errors.push(`email: Line ${namesake} has this user name.`);
  else if (email !== '' && (known.get(loginKey(email)) ?? before) !== before)
    errors.push(`email: ${EMAIL_IS_USER_NAME}`);
  for (const header of flagHeaders(attributes))
    if (cells[header] && flagOf(cells[header]) === undefined) errors.push(`${header}: Enter yes or no.`);
  const isUnknown = (name: string) => !known.has(loginKey(name)) && !listed.includes(loginKey(name));
  if (manager !== '' && isUnknown(manager))
    errors.push('manager: No person with this user name is in the People Directory or the file.');
  for (const [header, names] of Object.entries(peopleIn(cells, attributes)))
    for (const name of names.filter(isUnknown))
      errors.push(`${header}: No person with the user name ${name} is in the People Directory or the file.`);
  if (manager !== '' && loginKey(manager) === loginKey(before?.userName ?? userName))
    errors.push(`manager: ${OWN_MANAGER}`);
  return errors;
}

/** The defaults of a new person are not changes. */
function changesOf(
  before: User | undefined,
  after: UserAttributes,
  cells: Cells,
  { managers, attributes }: Directory,
): CellChange[] {
  const manager = before ? (managers.get(managerIdOf(before))?.userName ?? '') : '';
  const named = cells.manager || manager;
  const was = cellsOf(before ?? emptyPerson, manager, attributes, managers);
  const is = {
    ...cellsOf(after, loginKey(named) === loginKey(manager) ? manager : named, attributes, managers),
    ...withStoredSpelling(peopleIn(cells, attributes), was),
  };
  return csvHeaders(attributes)
    .filter((column) => was[column] !== is[column])
    .map((column) => ({ column, before: (before && was[column]) ?? '', after: is[column] ?? '' }));
}

function sentences(errors: Record<string, string>): string[] {
  return Object.entries(errors).map(([header, error]) => `${header}: ${error}`);
}

/** Who has the names of these lines, kept up to date, and the profile sources. */
type Owners = { owners: NameOwners; sources: ProfileSource[] };

async function importLine(db: Db, deps: Deps, planned: PlannedLine, owners: Owners): Promise<ItemOutcome> {
  const { kind, line, userName } = planned;
  const skipped = (outcome: string, reason: string) => ({ outcome, keep: { line, userName }, reason });
  if (kind === 'same') return { outcome: kind };
  if (planned.kind === 'error') return skipped(kind, planned.errors.join(' '));
  const reason = await writeLine(db, deps, planned, owners);
  return reason ? skipped('refused', reason) : { outcome: kind };
}

/** Writes a line. Returns why it could not be written, or undefined. */
async function writeLine(
  db: Db,
  deps: Deps,
  line: PlannedLine & { kind: 'create' | 'change' },
  { owners, sources }: Owners,
): Promise<string | undefined> {
  const before = await findUserByUserName(db, line.userName);
  const manager = owners.userNames.get(loginKey(line.manager));
  if (line.manager !== '' && !manager) return `Their manager ${line.manager} is not in the People Directory.`;
  const managed = manager ? withManager(line.attributes, manager.id) : line.attributes;
  const attributes = withPeople(managed, line.people ?? {}, owners, deps.attributes.list);
  if (typeof attributes === 'string') return attributes;
  if (line.kind === 'create') {
    if (before) return USER_NAME_TAKEN;
    const [taken] = Object.values(takenNames(owners, attributes));
    if (!taken) addNameOwner(owners, await insertPerson(db, deps, attributes, { sourceId: null, passwordHash: null }));
    return taken;
  }
  if (before?.version !== line.version) return CHANGED_MEANWHILE;
  const [taken] = Object.values(takenNames(owners, attributes, before));
  const refused = taken ?? lockedError(before, line.changes, { sources, attributes: deps.attributes.list });
  if (refused) return refused;
  try {
    const changed = await writePerson(db, deps, before, attributes);
    if (changed) addNameOwner(owners, changed);
    return changed ? undefined : CHANGED_MEANWHILE;
  } catch (error) {
    if (error instanceof LastPowerUser) return error.message;
    throw error;
  }
}

function withManager(attributes: UserAttributes, managerId: string): UserAttributes {
  const { profile } = attributes;
  return {
    ...attributes,
    profile: { ...profile, enterprise: { ...profile.enterprise, manager: { value: managerId } } },
  };
}
